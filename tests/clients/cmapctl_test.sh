#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# cmapctl_test.sh REFERENCE LIBRARIES ring|libqb|socket [PRELOAD], inside sandbox.sh
#
# Runs Debian's unmodified corosync-cmapctl with all its options, once on the libraries in the folder REFERENCE and
# once on those in LIBRARIES, with one daemon. Output and exit status must be the same, except for counters, process
# ids and addresses. The dynamic linker's own trace of each process shows which library it used.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/libraries.sh"

variant=$3
choose_transport "$variant"
choose_libraries "$1" "$2" "${4-}"

# ctl ARGUMENT...: one run; prints its output, its errors and its exit status.
ctl() {
    local status=0
    echo "\$ corosync-cmapctl $*"
    # shellcheck disable=SC2016 # the inner shell expands that
    timeout -s KILL 20 sh -c 'echo $$ >"$0"; exec "$@"' "$WORK/client.pid" "${with[@]}" corosync-cmapctl "$@" \
        >"$WORK/out" 2>"$WORK/err" || status=$?
    sed 's/^/  /' "$WORK/out"
    sed 's/^/  stderr: /' "$WORK/err"
    echo "  status $status"
}

# track CHANGES LAST ARGUMENT...: starts the tracker with ARGUMENT on a terminal, makes CHANGES, and waits until the
# tracker has shown LAST (PID in it is that of the last client in CHANGES), before it tells the tracker to quit. So the
# tracker must show each change when it happens.
track() {
    local changes=$1 last=$2 client status=0
    shift 2
    echo "\$ corosync-cmapctl $*"
    on_terminal tracker "${with[@]}" corosync-cmapctl "$@"
    local job=$!
    await 10 tracking || fail "the tracker did not start: $(cat "$WORK/tracker")"
    check_transport
    "$changes" >"$WORK/changes"
    client=$(cat "$WORK/client.pid")
    last=${last//PID/$client}
    await 10 shows tracker 1 "$last" || fail "the tracker did not show '$last' live: $(cat "$WORK/tracker")"
    echo q >"$WORK/tracker.keys"
    wait "$job" || status=$?
    # A tracker of connections also sees the clients that checked whether it has started.
    tr -d '\r' <"$WORK/tracker" | sed -e "/ stats\.ipcs\.service/{/\.$client\./!d}" -e 's/^/  /' | once_per_client
    echo "  status $status"
    echo "  meanwhile:"
    sed 's/^/    /' "$WORK/changes"
}

# If the daemon offers sockets, our library learns that from a first connection, and libqb makes the second one. So a
# tracker of the daemon's connections sees each client connect and disconnect twice.
once_per_client() {
    case $variant in
    socket)
        awk '{ event = $0; sub(/0x[0-9a-f]+/, "ADDRESS", event); sub(/ =.*/, "", event) }
             !/ stats\.ipcs\.service/ || !seen[event]++'
        ;;
    *) cat ;;
    esac
}

# True when the daemon has answered the tracker's second request, which adds the tracker.
tracking() {
    [ -s "$WORK/tracker.pid" ] && corosync-cmapctl -m stats stats.ipcs. 2>/dev/null |
        grep -q "\.$(cat "$WORK/tracker.pid")\..*\.responses (u64) = [2-9]"
}

# True when only the connection that checks this is left.
alone() {
    [ "$(corosync-cmapctl -m stats stats.ipcs.service | grep -c '\.procname ')" = 1 ]
}

# Checks that the connection uses this variant's transport.
check_transport() {
    local mapped=0
    ! grep -q '/dev/shm/qb-.*request-cmap' "/proc/$(cat "$WORK/tracker.pid")/maps" || mapped=1
    case $variant in
    socket) [ $mapped = 0 ] || fail "the connection uses shared memory" ;;
    *) [ $mapped = 1 ] || fail "the connection does not use shared memory" ;;
    esac
}

change_keys() {
    ctl -s track.key u8 1
    ctl -s track.key u8 1 # causes no event
    ctl -s track.key u8 2
    ctl -s track.key str two
    ctl -s track.keys str "another key with the same prefix"
    ctl -s tracks i64 0
    ctl -s track.bin bin "$WORK/bytes"
    ctl -d track.bin
    ctl -d tracks
    ctl -d track.keys
    ctl -d track.key
}

come_and_go() {
    ctl -g totem.version
}

everything() {
    # Sets and gets values of each type, at the ends of their ranges.
    ctl -s client.i8 i8 127
    ctl -s -- client.i8 i8 -128
    ctl -s client.u8 u8 255
    ctl -s -- client.i16 i16 -32768
    ctl -s client.u16 u16 65535
    ctl -s -- client.i32 i32 -2147483648
    ctl -s client.u32 u32 4294967295
    ctl -s -- client.i64 i64 -9223372036854775808
    ctl -s client.u64 u64 18446744073709551615
    ctl -s client.flt flt 1.5
    ctl -s client.dbl dbl 2.25e10
    ctl -s client.str str "a string"
    ctl -s client.empty str ""
    ctl -s client.bin bin "$WORK/bytes"
    ctl -s client.piped bin - <"$WORK/bytes"
    ctl -s client.large bin "$WORK/large"
    ctl -s client.toolarge bin "$WORK/toolarge"
    ctl -g client.i8 client.u8 client.str client.missing client.dbl
    ctl -g client.missing
    ctl -q -g client.u32
    ctl -b -g client.bin
    ctl client.
    ctl -b client.
    ctl client.u client.i
    ctl nothing.has.this.prefix

    # A changed type, and names and values that are not allowed.
    ctl -s client.u8 str changed
    ctl -g client.u8
    ctl -s client.u16 u16 65536
    ctl -s client.u16 u99 1
    ctl -s "client key" u8 1
    ctl -s ab u8 1
    ctl -s "$long_name" u8 1
    ctl -s "${long_name}x" u8 1
    ctl -g "$long_name"
    ctl -g "${long_name}x"
    ctl -s totem.version u32 3
    ctl -d totem.version
    ctl -s runtime.config.totem.token u32 1
    ctl -s nodelist.node.0.nodeid u32 2

    # Deletes one key, several, some that are missing, and by prefix.
    ctl -d client.i8
    ctl -d client.u8 client.missing client.u16
    ctl -d client.missing
    ctl client.
    ctl -D client.
    ctl client.
    ctl -D nothing.has.this.prefix
    ctl -d "$long_name"

    # From a file.
    ctl -p "$WORK/settings"
    ctl load.
    ctl -p "$WORK/deletions"
    ctl load.
    ctl -p "$WORK/missing"

    # The whole map, and the icmap map by name.
    ctl
    ctl -b
    ctl -m icmap totem.
    await 10 alone || fail "the connections of earlier runs stay"
    ctl -m stats
    ctl -m stats stats.knet.
    ctl -m stats -g stats.srp.mcast_tx stats.pg.msg_reserved
    ctl -m stats -g totem.version
    ctl -g stats.srp.mcast_tx
    ctl -m stats -s stats.srp.mcast_tx u64 1
    ctl -m stats -d stats.srp.mcast_tx
    for what in knet ipc totem schedmiss all nothing; do
        ctl -C "$what"
    done
    ctl -m nothing
    ctl -g
    ctl -Z

    # Changes while a tracker runs.
    track change_keys '^delete> track.key ' -t track.key
    track change_keys '^delete> track.key ' -T track.key
    track change_keys '^delete> track.key ' -b -T track
    track change_keys '^delete> track.key ' -T ""
    track come_and_go '^delete> .*\.PID\..*\.flow_control_count' -m stats -T stats.ipcs.service
}

# Removes what differs in every run: process ids, addresses, counters.
strip() {
    sed -E -e 's/(stats\.ipcs\.service[0-9]+)\.[0-9]+\.0x[0-9a-f]+\./\1.PID.ADDRESS./' \
        -e '/ stats\.schedmiss\./d' \
        -e 's/( stats\.[^ ]+ \([iu][0-9]+\) =) [0-9-]+$/\1 NUMBER/' \
        -e 's/( runtime\.services\.[^ ]+\.[rt]x \(u64\) =) [0-9]+$/\1 NUMBER/' \
        -e 's/( resources\.[^ ]+\.(current|last_updated) \([a-z0-9]+\) =) [0-9.]+$/\1 NUMBER/'
}

start_node "$sections"
exec </dev/null
long_name=client.$(printf '%0248d' 0)
printf 'a\0b\nc\377' >"$WORK/bytes"
head -c 16384 /dev/zero | tr '\0' x >"$WORK/large"
head -c 16385 /dev/zero | tr '\0' x >"$WORK/toolarge"
cat >"$WORK/settings" <<'END'
# a comment
load.a u8 3
load.b str some words
load.c i64 -5
load.pre.a u8 1
load.pre.b u8 2
^load.a
^^load.pre
END
printf '^^load.\nload.d u8\n' >"$WORK/deletions"

with=("${reference[@]}")
everything | strip >"$WORK/reference"
with=("${ours[@]}")
everything | strip >"$WORK/ours"

same_on_both "$(grep -c '^ *\$ corosync-cmapctl' "$WORK/ours")" libcmap.so.4 libcorosync_common.so.4
