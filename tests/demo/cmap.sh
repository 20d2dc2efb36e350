# SPDX-License-Identifier: BSD-3-Clause
# The part of the demo about libcmap, sourced by show.sh.
# shellcheck shell=bash

: "${libraries:?}" "${programs:?}"
shopt -s extglob

# Prints the output of the running demo program, up to a line that matches the pattern.
listen() {
    local line
    while IFS= read -r -t 10 -u 8 line; do
        note "  watch: $line"
        # shellcheck disable=SC2254 # it is a pattern
        case $line in $1) return ;; esac
    done
    echo "the demo program did not say '$1'" >&2
    return 1
}

# Sends the demo program the name of a dispatch type, or an empty line, and prints its output until the call is over.
ask() {
    echo "$1" >&7
    listen '@(returns|poll)*'
}

step "Debian's corosync-cmapctl, unmodified, on our libraries; the dynamic linker's own trace says so"
run corosync-cmapctl -s demo.colour str red
run corosync-cmapctl demo.
note "\$ LD_DEBUG=libs corosync-cmapctl -d demo.colour"
LD_LIBRARY_PATH=$libraries LD_DEBUG=libs LD_DEBUG_OUTPUT=$WORK/trace corosync-cmapctl -d demo.colour
for library in cmap corosync_common; do
    loaded=$(sed -n "s|.*\(calling init: .*/lib$library\.so.*\)|\1|p" "$WORK"/trace.*)
    note "  $loaded"
    case $loaded in
    "calling init: $libraries/"*) ;;
    *)
        echo "this is not ours" >&2
        exit 1
        ;;
    esac
done

step "tests/demo/watch.c follows all keys that begin with demo. and prints what its callbacks get"
mkfifo "$WORK/asked" "$WORK/said"
exec 7<>"$WORK/asked" 8<>"$WORK/said"
LD_LIBRARY_PATH=$libraries "$programs/watch" demo. <&7 >&8 2>&1 &
watch=$!
listen 'follows*'
run corosync-cmapctl -s demo.colour str blue
run corosync-cmapctl -s demo.size u8 7
run corosync-cmapctl -s demo.size u8 8
ask ""
ask one
ask all
ask ""
ask one_nonblocking

step "A blocking dispatch gets changes as they come, until its callback closes the handle"
echo blocking >&7
listen 'cmap_dispatch*'
run corosync-cmapctl -d demo.colour
listen 'callback: deleted*'
run corosync-cmapctl -s demo.stop u8 1
listen 'returns*'
wait "$watch"
