#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# log_test.sh LIBRARIES PROGRAM [REFERENCE SESSIONS], inside sandbox.sh: what COROSYNC_CLIENT_LOG makes PROGRAM
# (failing_client.c) log, on the libraries in the folder LIBRARIES and on a mixture of those and the reference's.
# SESSIONS is the folder of the programs that use a library from initialize to finalize.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"

export LD_LIBRARY_PATH=$1
program=$2
cd "$WORK"

# matches FILE PATTERN: it has one line, and that one matches.
matches() {
    [ "$(wc -l <"$1")" = 1 ] && grep -Eqx "$2" "$1" || fail "not one line '$2': $(cat "$1")"
}

what="nobody listens on the socket 'cmap' in this network namespace; start corosync, or .*"
event="failing_client\[[0-9]+\]: cmap 0x0: cmap_initialize: CS_ERR_LIBRARY \(2\): $what"
stamp='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z'

# Without the variable there is a reason, but nothing is logged.
"$program" 1 >out 2>err
matches out "2 $what"
[ ! -s err ] || fail "it logged: $(cat err)"

before=$(date -u +%Y-%m-%dT%H:%M:%S)
COROSYNC_CLIENT_LOG=stderr "$program" 1 >out 2>err
matches err "$stamp $event"
after=$(date -u +%Y-%m-%dT%H:%M:%S)
[[ ! $(cut -c1-19 err) < $before && ! $after < $(cut -c1-19 err) ]] ||
    fail "the time is wrong: $(cat err), and it was $before to $after"
matches out "2 $what"

# The library logs at most one line a second. The next line counts those that it left out.
for calls in 1 20; do
    COROSYNC_CLIENT_LOG=stderr "$program" $calls 1100 >out 2>err
    left_out=$(sed -n 's/^.* (\([0-9]*\) more before)$/\1/p' err | paste -sd+)
    [ $(($(wc -l <err) + ${left_out:-0})) = $((calls + 1)) ] || fail "not $calls and one: $(cat err)"
    [ "$(wc -l <err)" -ge 2 ] || fail "nothing a second later: $(cat err)"
done
[ -n "$left_out" ] || fail "of 20 calls none was left out: $(cat err)"

# The library appends to a file, gives access to its user only, and keeps no descriptor open (see the program's status).
for lines in 1 2; do
    COROSYNC_CLIENT_LOG=$WORK/log "$program" 1 >out
    [ "$(wc -l <log)" = $lines ] || fail "not $lines lines: $(cat log)"
done
[ "$(grep -Ecx "$stamp $event" log)" = 2 ] || fail "wrong lines: $(cat log)"
[ "$(stat -c %a log)" = 600 ] || fail "the file's mode is $(stat -c %a log)"

# The library follows no link, writes to no other kind of file, and ignores a value that is no path.
: >elsewhere
ln -s elsewhere link
mkfifo fifo
exec 3<>fifo # a reader, so that it could be written to
for place in "$WORK/link" "$WORK/fifo" "$WORK" relative '' "/$(printf '%0300d' 0)" STDERR; do
    COROSYNC_CLIENT_LOG=$place timeout -s KILL 60 "$program" 1 >out 2>err
    [ ! -s err ] && [ ! -s elsewhere ] && [ ! -e relative ] && ! read -r -t 0 <&3 || fail "'$place' was written to"
done
exec 3>&-

# Nobody has the other end of the program's standard error open, or nobody reads there, or the program has none.
mkfifo unread
exec 3<>unread 4>unread 3>&-
COROSYNC_CLIENT_LOG=stderr "$program" 2 2>&4 >out || fail "it ended with $?"
exec 3<>unread 4>&-
dd if=/dev/zero of=unread bs=65536 count=1 oflag=nonblock status=none
COROSYNC_CLIENT_LOG=stderr timeout -s KILL 60 "$program" 2 2>unread >out || fail "it ended with $?"
exec 3>&-
COROSYNC_CLIENT_LOG=stderr "$program" 2 2>&- >out || fail "it ended with $?"

# Programs with raised privileges ignore the variable: the same program, run by the same user, writes without the
# set-user-ID bit and does not write with it.
if setpriv --reuid 65533 --clear-groups true 2>/dev/null && ! grep -q '^NoNewPrivs:.*1' /proc/self/status; then
    chmod 755 .
    mkdir -m 777 open
    mkdir /run/libraries
    cp -P "$1"/lib*.so* /run/libraries
    # The loader ignores LD_LIBRARY_PATH for such a program, so it must find our library in its cache.
    ldconfig -C /run/cache /run/libraries
    mount --bind /run/cache /etc/ld.so.cache
    cp "$program" raised
    for mode in 755 4755; do
        chmod $mode raised
        COROSYNC_CLIENT_LOG=$WORK/open/$mode setpriv --reuid 65533 --clear-groups ./raised 1 >out || fail "it ended with $?"
        matches out "2 $what"
    done
    [ "$(ls open)" = 755 ] || fail "of the modes 755 and 4755 there wrote: $(ls open)"
    umount /etc/ld.so.cache
fi

# A newline in the program's name does not end the line.
COROSYNC_CLIENT_LOG=stderr bash -c 'exec -a "$1" "$0" 1' "$program" $'odd\nname' >out 2>err
matches err "$stamp odd\?name\[.*$what"

# The program acts as the system's logger, in its own /dev.
unshare -m sh -c '
    mkdir /run/shm && mount --bind /dev/shm /run/shm && mount -t tmpfs tmpfs /dev && mkdir /dev/shm &&
    mount --move /run/shm /dev/shm && COROSYNC_CLIENT_LOG=syslog exec "$0" --syslog' "$program" >out
sed -n 2p out >line
matches line "<28>$event"

# mixed SERVICES COMMON: copies the service libraries of one folder and libcorosync_common of another.
mixed() {
    LD_LIBRARY_PATH=$WORK/mixed
    rm -rf mixed
    mkdir mixed
    cp -P "$1"/lib{cmap,cpg,votequorum}.so* "$2"/libcorosync_common.so* mixed
}

# The program also runs on the reference's libraries, which give no reason.
if [ $# -gt 2 ]; then
    LD_LIBRARY_PATH=$3 COROSYNC_CLIENT_LOG=stderr "$program" 1 >out 2>err
    matches out '2 '
    mixed "$1" "$3"
    COROSYNC_CLIENT_LOG=stderr "$program" 1 >out 2>err
    matches out '2 '
    matches err "$stamp $event"
    mixed "$3" "$1"
    COROSYNC_CLIENT_LOG=stderr "$program" 1 >out 2>err
    matches out '2 '
    LD_LIBRARY_PATH=$1
fi

# A connection through libqb's client works, and the log says why.
# shellcheck disable=SC2154 # choose_transport sets $sections
choose_transport socket
start_node "$sections"
COROSYNC_CLIENT_LOG=stderr "$program" 1 >out 2>err
matches out '1 '
matches err "$stamp failing_client\[[0-9]+\]: cmap 0x[0-9a-f]+: cmap_initialize: CS_OK \(1\): the daemon offers sockets .*"

if [ $# -gt 2 ]; then
    for mixture in "$1 $3" "$3 $1"; do
        # shellcheck disable=SC2086 # two words
        mixed $mixture
        for service in cmap cpg votequorum; do
            "$4/${service}_session" >out 2>&1 || fail "$service on a mixture of '$mixture': $(cat out)"
        done
    done
fi
echo "all as promised"
