#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# system_calls_test.sh LIBRARIES PROGRAMS PAGE, inside sandbox.sh
#
# The program filtered.c is killed for any system call that the page does not list. It must work with a daemon, and
# after the daemon's death, on each transport. It must make all calls that the page lists. And systemd's usual filter
# must allow all of them.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/page.sh"

export LD_LIBRARY_PATH=$1 COROSYNC_CLIENT_LOG=$WORK/log
program=$2/containers_filtered page=$3
[ "$(uname -m)" = x86_64 ] || {
    echo "the list is for x86-64: skipped"
    exit 77
}
listed . "$page" | sort >"$WORK/listed"
[ "$(listed 1 "$page" | wc -w)" -gt 25 ] || fail "these are few: $(listed 1 "$page")"
[ -z "$(uniq -d "$WORK/listed")" ] || fail "listed twice: $(uniq -d "$WORK/listed")"

if command -v systemd-analyze >/dev/null; then
    systemd-analyze syscall-filter | awk '
        function add(set, i) { for (i = 1; i <= count[set]; i++) if (has[set, i] ~ /^@/) add(has[set, i]); else print has[set, i] }
        /^@/ { set = $1 } /^ +[@a-z]/ { has[set, ++count[set]] = $1 } END { add("@system-service") }' | sort -u >"$WORK/known"
    missing=$(comm -13 "$WORK/known" "$WORK/listed")
    [ -z "$missing" ] || fail "@system-service does not have $missing"
else
    echo "systemd-analyze is not installed: skipped in part"
fi

alive_or_gone() {
    grep -q alive "$WORK/said" || ! kill -0 "$client" 2>/dev/null
}
trace=()
if command -v strace >/dev/null; then
    trace=(strace -f -qq -o "$WORK/trace")
else
    echo "strace is not installed: skipped in part" # whether each call is made
fi

# live LISTS: with a daemon that is killed after some time, the program makes only listed calls, and all of these lists.
live() {
    local status=0 made unmade
    : >"$WORK/said"
    rm -f "$WORK/input"
    mkfifo "$WORK/input"
    "${trace[@]}" "$program" <"$WORK/input" >"$WORK/said" &
    client=$!
    exec 5>"$WORK/input"
    await 60 alive_or_gone
    kill -KILL "$daemon"
    wait "$daemon" 2>/dev/null || true
    exec 5>&-
    wait "$client" || status=$?
    if [ ${#trace[@]} -gt 0 ]; then
        sed -i '1,/SECCOMP_SET_MODE_FILTER/d' "$WORK/trace"
        sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$WORK/trace" | sort -u >"$WORK/made"
        [ "$status" = 0 ] || echo "the last calls: $(tail -n 3 "$WORK/trace")"
        ! grep PROT_EXEC "$WORK/trace" || fail "it made memory executable"
    fi
    [ "$status" = 0 ] && grep -q "done" "$WORK/said" || fail "status $status: $(cat "$WORK/said")"
    [ ${#trace[@]} -gt 0 ] || return 0
    made=$(comm -12 "$WORK/made" "$WORK/listed")
    unmade=$(comm -13 "$WORK/made" <(listed "$1" "$page" | sort))
    [ -z "$unmade" ] || fail "listed, but not made: $unmade"
    echo "$kind:" $made
}

for kind in ring libqb socket; do
    choose_transport $kind
    export COROSYNC_CLIENT_TRANSPORT=$transport
    lists='0' # none
    case $kind in
    ring) COROSYNC_CLIENT_TRANSPORT=auto lists='1' ;; # auto also looks for sockets in the file system
    socket) lists='3' ;;
    esac
    start_node "$sections"
    daemon=$!
    if [ $kind = ring ]; then
        # Checks the filter: without a call that it needs, SIGSYS kills the program.
        status=0
        "$program" recvmsg >"$WORK/said" 2>&1 </dev/null || status=$?
        [ "$status" = $((128 + 31)) ] || fail "without recvmsg its status is $status: $(cat "$WORK/said")"
    fi
    live $lists
    [ $kind != ring ] || ! grep CS_OK "$WORK/log" || fail "it did not use the rings"
done
