#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# reconnect_test.sh LIBRARIES PROGRAM RESTARTS, inside sandbox.sh
#
# Runs PROGRAM (reconnect.c) with a daemon that is killed, terminated and frozen. The program connects again each time,
# gets all that it follows, waits longer and longer while there is no daemon, and holds no more descriptors and files
# after RESTARTS daemons than after the first.

set -eu -o pipefail
shopt -s nullglob

. "$(dirname "$0")/../support/node.sh"

libraries=$1 program=$2 restarts=$3
need_corosync
configuration "" "" 127.0.0.1 >"$WORK/corosync.conf"

fail() {
    echo "FAILED: $1" >&2
    tail -n 30 "$WORK/said" >&2
    exit 1
}
start() {
    corosync -f -c "$WORK/corosync.conf" >"$WORK/corosync.log" 2>&1 &
    daemon=$!
}
end() { # SIGNAL
    kill -s "$1" "$daemon"
    wait "$daemon" 2>/dev/null || true
}
# Counts the lines since the last mark that begin with this.
said() {
    tail -n +$((mark + 1)) "$WORK/said" | grep -c -- "^$1" || true
}
mark() {
    mark=$(wc -l <"$WORK/said")
}
has_said() {
    [ "$(said "$1")" -gt 0 ]
}
await_said() {
    await 60 has_said "$1" || fail "it did not say '$1'"
}
all_said() {
    await_said 'connected'
    await_said 'news: 1 members'
    await_said 'news: quorate'
}
held() {
    local files=("/proc/$client/fd/"*) shared=(/dev/shm/qb-*-"$client"-*)
    echo "${#files[@]} descriptors, ${#shared[@]} folders in /dev/shm"
}

: >"$WORK/said"
mkfifo "$WORK/input"
LD_LIBRARY_PATH=$libraries "$program" reconnect <"$WORK/input" >>"$WORK/said" 2>&1 &
client=$!
exec 5>"$WORK/input"
mark=0

# Without a daemon: each pause is longer than the one before.
await_said 'not connected.* 160 ms'
[ "$(sed -n 's/^not connected.* in \(.*\) ms$/\1/p' "$WORK/said" | head -n 4 | xargs)" = '20 40 80 160' ] ||
    fail "it does not wait longer each time"
start
all_said
first=$(held)
for ((i = 1; i <= restarts; i++)); do
    mark
    case $((i % 3)) in
    0) end TERM ;;
    1) end KILL ;;
    2)
        kill -STOP "$daemon"
        end KILL
        ;;
    esac
    await_said 'lost'
    start
    all_said
done
mark
corosync-cmapctl -s demo.colour str red
await_said 'news: key demo.colour'
[ "$(held)" = "$first" ] || fail "it holds $(held) after $restarts daemons, and held $first after one"

# Events that were sent before the daemon's end are "history".
mark
kill -STOP "$client"
corosync-cmapctl -s demo.colour str blue
end KILL
kill -CONT "$client"
await_said 'lost'
[ "$(said 'history: key demo.colour')" = 1 ] || fail "it was not told what came before the end"
exec 5>&-
wait "$client"
left=(/dev/shm/qb-*-"$client"-*)
[ ${#left[@]} = 0 ] || fail "it left ${left[*]}"
