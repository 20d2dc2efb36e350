# SPDX-License-Identifier: BSD-3-Clause
# The part of the demo about libvotequorum, sourced by show.sh.
# shellcheck shell=bash

: "${libraries:?}" "${programs:?}" "${here:?}"
# shellcheck source=../support/cluster.sh
. "$here/../support/cluster.sh"

says() {
    [ "$(grep -cF -- "$2" "$WORK/quorum")" -ge "$1" ]
}

step "tests/demo/quorum.c on node 3 of three private nodes, which is cut off, comes back, and gets to know new votes"
make_network 3
start_cluster
: >"$WORK/quorum"
at 3 env LD_LIBRARY_PATH="$libraries" "$programs/quorum" >"$WORK/quorum" 2>&1 &
quorum=$!
await 10 says 1 "quorum: yes"
cut_off 3
await 30 says 1 "quorum: no"
reconnect 3
await 30 says 2 "quorum: yes"
at 1 env LD_LIBRARY_PATH="$libraries" corosync-quorumtool -e 4 >/dev/null
await 10 says 1 "expected votes: 4"
{ kill "$quorum" && wait "$quorum"; } 2>/dev/null || true
sed 's/^/     quorum: /' "$WORK/quorum"
stop_cluster
