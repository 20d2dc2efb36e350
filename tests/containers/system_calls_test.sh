#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# system_calls_test.sh LIBRARIES PROGRAMS PAGE, inside sandbox.sh
#
# A program (filtered.c) that is killed for any system call that the page does not list lives with the daemon and outlives
# it; all calls of the page's first list are made; and systemd's usual filter has all that are listed.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/page.sh"

export LD_LIBRARY_PATH=$1 COROSYNC_CLIENT_LOG=$WORK/log
unset COROSYNC_CLIENT_TRANSPORT # so that it looks for sockets in the file system, too
program=$2/containers_filtered page=$3
[ "$(uname -m)" = x86_64 ] || {
    echo "the list is for x86-64: skipped"
    exit 77
}
always=$(listed 1 "$page" | sort) rarely=$(listed 2 "$page" | sort)
[ "$(wc -w <<<"$always")" -gt 25 ] || fail "these are few: $always"
[ -z "$(printf '%s\n' "$always" "$rarely" | sort | uniq -d)" ] || fail "there are calls in both lists"

if command -v systemd-analyze >/dev/null; then
    known=$(systemd-analyze syscall-filter | awk '
        function add(set, i) { for (i = 1; i <= count[set]; i++) if (sub(/^@/, "@", has[set, i])) add(has[set, i]); else print has[set, i] }
        /^@/ { set = $1 } /^ +[@a-z]/ { has[set, ++count[set]] = $1 } END { add("@system-service") }' | sort -u)
    missing=$(comm -13 <(echo "$known") <(printf '%s\n' "$always" "$rarely" | sort))
    [ -z "$missing" ] || fail "@system-service does not have $missing"
fi

start_node
daemon=$(pgrep -x corosync)

# The filter is there: without a call that is needed the program is killed by SIGSYS.
status=0
"$program" recvmsg >"$WORK/said" 2>&1 </dev/null || status=$?
[ "$status" = $((128 + 31)) ] || fail "without recvmsg its status is $status: $(cat "$WORK/said")"

trace=()
! command -v strace >/dev/null || trace=(strace -f -qq -o "$WORK/trace")
mkfifo "$WORK/input"
: >"$WORK/said"
"${trace[@]}" "$program" <"$WORK/input" >"$WORK/said" &
client=$!
exec 5>"$WORK/input"
alive_or_gone() {
    grep -q alive "$WORK/said" || ! kill -0 "$client" 2>/dev/null
}
await 60 alive_or_gone
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || true
exec 5>&- # a status of 159 is a call that is not listed, the last one in the trace
wait "$client" || fail "status $?: $(cat "$WORK/said"; tail -n 1 "$WORK/trace")"
grep -q done "$WORK/said" || fail "it said $(cat "$WORK/said")"
! grep 'CS_OK' "$WORK/log" || fail "it did not use the rings"

[ ${#trace[@]} -gt 0 ] || {
    echo "strace is not installed: whether each call is needed was not looked at"
    exit 0
}
sed -i '1,/SECCOMP_SET_MODE_FILTER/d' "$WORK/trace"
! grep PROT_EXEC "$WORK/trace" || fail "it made memory executable"
made=$(sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$WORK/trace" | sort -u)
superfluous=$(comm -13 <(echo "$made") <(echo "$always"))
[ -z "$superfluous" ] || fail "listed, and not made: $superfluous"
echo "made: $(comm -12 <(echo "$made") <(echo "$always") | xargs); of the rare ones: $(comm -12 <(echo "$made") <(echo "$rarely") | xargs)"
