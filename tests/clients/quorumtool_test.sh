#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# quorumtool_test.sh REFERENCE LIBRARIES [PRELOAD], inside sandbox.sh
#
# Debian's unmodified corosync-quorumtool on three nodes: all that it can show and set, and its monitor while nodes
# leave and join. Once on the libraries in the folder REFERENCE and once on those in LIBRARIES, each with new daemons.
# Output and exit status must be the same, except for dates and ring ids.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/../support/cluster.sh"
. "$(dirname "$0")/libraries.sh"

choose_libraries "$@"

# tool NODE ARGUMENT...: one run on that node; prints its output, its errors and its exit status.
tool() {
    local node=$1 status=0
    shift
    echo "n$node \$ corosync-quorumtool $*"
    at "$node" timeout -s KILL 20 "${with[@]}" corosync-quorumtool "$@" >"$WORK/out" 2>"$WORK/err" || status=$?
    sed 's/^/  /' "$WORK/out"
    sed 's/^/  stderr: /' "$WORK/err"
    echo "  status $status"
}

# After each change the monitor shows everything; the nodes' names come last.
monitored() {
    await 30 shows monitor "$1" "$2" || fail "the monitor did not show '$2' $1 times: $(cat "$WORK/monitor")"
}

everything() {
    tool 1 -s
    tool 3
    tool 1 -l
    tool 1 -s -p
    tool 1 -l -p
    tool 2 -s -i
    tool 2 -s -H
    tool 2 -l -a
    for order in a n i x; do
        tool 1 -l -o $order
    done
    tool 1 -V
    tool 1 -h
    tool 1 -Z
    tool 1 -e
    tool 1 -v x
    tool 1 -e 2
    tool 1 -e 3
    tool 1 -e 9
    tool 1 -e 0
    tool 1 -v 1
    tool 1 -v 1 -n 2
    tool 1 -v 1 -n 99
    tool 1 -v 1 -n 0
    tool 1 -f

    # Node 3 is cut off and not quorate, and then quorate again.
    on_terminal monitor nsenter --net=/run/netns/n3 "${with[@]}" corosync-quorumtool -m
    local job=$!
    monitored 1 ' n3 (local)'
    cut_off 3
    monitored 2 ' n3 (local)'
    tool 3 -s
    await 10 sees 1 2
    tool 1 -s
    tool 1 -e 2
    reconnect 3
    monitored 3 ' n3 (local)'
    for node in 1 2; do
        await 10 sees $node 3
    done
    kill "$(cat "$WORK/monitor.pid")"
    wait $job || echo "status $?"
    echo "the monitor:"
    tr -d '\r' <"$WORK/monitor"

    # These come last, because they cannot be undone.
    tool 2 -v 2 -n 1
    await 10 sees 1 4
    tool 1 -s
    tool 1 -e 4
    tool 1 -e 3
    tool 3 -s
}

# Removes what differs in every run.
strip() {
    sed -E -e 's/^( *Date: ).*/\1.../' -e 's/^( *Ring ID: +[0-9]+)\.[0-9a-f]+/\1.NUMBER/'
}

make_network 3
for run in reference ours; do
    declare -n with=$run
    start_cluster
    everything | strip >"$WORK/$run"
    stop_cluster
done
# One more process: the monitor.
same_on_both $(($(grep -c ' \$ corosync-quorumtool' "$WORK/ours") + 1)) \
    libvotequorum.so.8 libcmap.so.4 libcorosync_common.so.4
