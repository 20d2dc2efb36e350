#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# sam_test.sh REFERENCE LIBRARIES SAM [PRELOAD], inside sandbox.sh
#
# Debian's unmodified libsam, a client of libcmap, watches the program SAM on one of three nodes. The program is
# healthy, or hangs, fails and is restarted, or loses its quorum. Once on the libraries in the folder REFERENCE and once
# on those in LIBRARIES. What happens to the program, and what the map shows of it, must be the same, except for process
# ids and the times of health checks.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/../support/cluster.sh"
. "$(dirname "$0")/libraries.sh"

program=$3
choose_libraries "$1" "$2" "${4-}"

# begin WAY
begin() {
    echo "$1:"
    at 3 timeout -s KILL 60 "${with[@]}" "$program" "$1" >"$WORK/life" 2>&1 &
    job=$!
}

reach() {
    await 30 shows life "$1" "$2" || fail "it did not say '$2' $1 times: $(cat "$WORK/life")"
}

end() {
    local status=0
    wait $job || status=$?
    sed 's/^/  /' "$WORK/life"
    echo "  status $status"
}

in_map() {
    await 30 shows map "$1" "$2" || fail "the map did not show '$2' $1 times: $(cat "$WORK/map")"
}

everything() {
    on_terminal map nsenter --net=/run/netns/n3 corosync-cmapctl -T resources.process.
    local map=$!
    await 10 shows_changes || fail "the map does not show changes: $(cat "$WORK/map")"

    begin quit
    end
    begin restart
    end
    begin quorum
    reach 1 '^start: 1'
    cut_off 3
    reach 1 '^instance 2'
    in_map 2 'waiting'
    reconnect 3
    end

    await 10 shows_changes
    echo q >"$WORK/map.keys"
    wait $map || echo "status $?"
    echo "the map:"
    tr -d '\r' <"$WORK/map" | grep -v -e last_updated -e key.of.the.test
    at 3 corosync-cmapctl -D resources.process.
}

# Changes a key and checks that the tracker shows it: then it has shown all earlier changes.
shows_changes() {
    changes=$((changes + 1))
    at 3 corosync-cmapctl -s resources.process.key.of.the.test u32 $changes
    shows map 1 "key.of.the.test .* = $changes\b"
}

# How often node 3 has lost its quorum so far, from its daemon's log.
times_without_quorum() {
    grep -c 'within the non-primary component' "$WORK/n3.log" || :
}

# Numbers the processes in the order in which they appear.
strip() {
    awk '{ if (match($0, /resources\.process\.[0-9]+/)) {
               process = substr($0, RSTART, RLENGTH)
               if (!(process in number)) { number[process] = ++count }
               sub(/process\.[0-9]+/, "process.NUMBER" number[process])
           }
           print }'
}

changes=0
make_network 3
start_cluster
for run in reference ours; do
    declare -n with=$run
    # On a busy machine, nodes that have just met may part once more. What then happens to the program says nothing
    # about the libraries. The daemon's log shows it, and the test starts again.
    for attempt in 1 2 3 4 5; do
        before=$(times_without_quorum)
        everything | strip >"$WORK/$run"
        [ $(($(times_without_quorum) - before)) != 1 ] || break
        [ $attempt != 5 ] || fail "node 3 never lost its quorum exactly once: $(grep QUORUM "$WORK/n3.log")"
    done
done
same_on_both 3 libcmap.so.4 libcorosync_common.so.4
cat "$WORK/ours"
