#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# notifyd_test.sh REFERENCE LIBRARIES [PRELOAD], inside sandbox.sh
#
# Debian's unmodified corosync-notifyd runs in the foreground on one of three nodes: a client connects and disconnects,
# the node loses the others and its quorum, and finds them again. Once on the libraries in the folder REFERENCE and once
# on those in LIBRARIES. Its reports must be the same, except for process ids, addresses, and the order of reports from
# different services. (The debug lines of libqb, which it turns on, do not count.)

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/../support/cluster.sh"
. "$(dirname "$0")/libraries.sh"

command -v corosync-notifyd >/dev/null || {
    echo "corosync-notifyd is not installed: skipped" >&2
    exit 77
}
choose_libraries "$@"

reported() {
    await 30 shows notices "$1" "$2" && return
    at 3 corosync-quorumtool -s >&2 || true # shows the state that it should have reported
    grep -h TOTEM "$WORK"/n?.log | tail -n 30 >&2
    fail "on $run it did not report '$2' $1 times: $(cat "$WORK/notices")"
}

saw_a_client() {
    shows notices 1 'corosync-cmapct is now connected' && shows notices 1 'corosync-cmapct is now disconnected'
}

everything() {
    on_terminal notices nsenter --net=/run/netns/n3 "${with[@]}" corosync-notifyd -f -o -n
    local job=$!
    reported 1 'now quorate'
    # While it starts, it opens and closes a connection. After that it is ready.
    reported 1 'corosync-notify is now disconnected'
    # On a busy machine it sometimes misses a connection, with both libraries, even one that stays open.
    local tries=5
    until at 3 corosync-cmapctl -s notify.me u8 1 && await 6 saw_a_client; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || break
    done
    reported 1 'corosync-cmapct is now disconnected'
    cut_off 3
    reported 2 ' left'
    reported 1 'lost quorum'
    reported 2 'link .* is now disconnected'
    reconnect 3
    reported 2 ' joined'
    reported 2 'now quorate'
    reported 2 'now operational'
    kill "$(cat "$WORK/notices.pid")"
    wait $job || echo "status $?"
    tr -d '\r' <"$WORK/notices" | grep -v '^\[debug\]'
}

# Removes what differs in every run, and repeated connections.
strip() {
    sed -E 's/0x[0-9a-f]+\.[0-9]+\.(corosync-)/ADDRESS.PID.\1/' | awk '!/corosync-cmapct/ || !seen[$0]++'
}

make_network 3
start_cluster
for run in reference ours; do
    declare -n with=$run
    everything | strip | sort >"$WORK/$run"
    for node in 1 2 3; do
        await 20 sees $node 3
    done
done
same_on_both 1 libcmap.so.4 libcorosync_common.so.4
cat "$WORK/ours"
