#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# pacemaker_cluster_test.sh LIBRARIES, inside sandbox.sh
#
# Debian's unmodified Pacemaker, on the libraries in that folder, on a cluster of three nodes. The resource runs on one
# of them. When that node is cut off, it stops the resource, because it has no quorum, and one of the other two nodes
# starts it. When that node's corosync is killed, most of Pacemaker ends there, and another node starts it. Both nodes
# come back. Because there is no fencing, nobody stops the resource on a node without corosync until that is back.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/../support/cluster.sh"
. "$(dirname "$0")/libraries.sh"
. "$(dirname "$0")/pacemaker.sh"

# others NODE
others() {
    seq "$nodes" | grep -vx "$1"
}

no_dummy_on() {
    [ -z "$(dummies "$1")" ]
}

# disconnected NODE: true when the daemons that need corosync have ended. pacemakerd waits for corosync.
disconnected() {
    ! processes "$1" | grep -E ':pacemaker-(based|fenced|attrd|controld)$' >/dev/null
}

make_network 3
prepare_pacemaker "$1"
start_cluster
for node in 1 2 3; do
    first_start $node
done
create_dummy 1
agree 1 2 3
for node in 1 2 3; do
    check_libraries $node
done
tool 1 attrd_updater -n colour -U red
await_output 20 3 'name="colour" host="n1" value="red"' attrd_updater -n colour -N n1 -Q

lost=$home
cut_off "$lost"
# shellcheck disable=SC2046 # one word for each node
agree $(others "$lost")
await_output 60 "$lost" 'partition WITHOUT quorum' crm_mon -1
await 60 no_dummy_on "$lost" || fail "the node that is cut off does not stop the resource"
reconnect "$lost"
agree 1 2 3

# This time the leader's corosync is killed.
if [ "$home" != "$leader" ]; then
    tool 1 crm_resource -r dummy -M -N "n$leader"
    await_output 60 1 "running on: n$leader\$" crm_resource -W -r dummy
    agree 1 2 3
    tool 1 crm_resource -r dummy -U >/dev/null
    [ "$home" = "$leader" ] || fail "the resource did not move to n$leader"
fi

lost=$home
kill_member "$lost"
# shellcheck disable=SC2046
agree $(others "$lost")
await 60 disconnected "$lost" || fail "without corosync remain $(processes "$lost")"
start_member "$lost"
agree 1 2 3
check_libraries "$lost"

# Stop one after the other: the resource moves as long as there is a node for it, and the last node stops it. If all
# were stopped at once, a node might have gone before the leader, which also stops, has its resource stopped.
for node in 1 2 3; do
    stop_pacemaker "$node"
done
[ -z "$(dummies 1 2 3)" ] || fail "the resource was not stopped"
