#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# cpgtool_test.sh REFERENCE LIBRARIES MEMBERS [PRELOAD], inside sandbox.sh
#
# Debian's unmodified corosync-cpgtool shows groups of two member processes (the program MEMBERS), once on the
# libraries in the folder REFERENCE and once on those in LIBRARIES. Output and exit status must be the same.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/libraries.sh"

program=$3
choose_libraries "$1" "$2" "${4-}"

# tool ARGUMENT...: one run; prints its output, its errors and its exit status.
tool() {
    local status=0
    echo "\$ corosync-cpgtool $*"
    timeout -s KILL 20 "${with[@]}" corosync-cpgtool "$@" >"$WORK/out" 2>"$WORK/err" || status=$?
    sed 's/^/  /' "$WORK/out"
    sed 's/^/  stderr: /' "$WORK/err"
    echo "  status $status"
}

show() {
    tool
    tool -n
    tool -e
    tool -n -e
    tool -d ,
    tool -d "" -n
    tool -h
    tool -Z
}

# on_both FUNCTION: runs it on both libraries and appends the output to the files of both.
on_both() {
    for run in reference ours; do
        declare -n with=$run
        "$1" >>"$WORK/$run"
    done
}

# join NAME GROUP...: starts a member that stays until the end of the test.
join() {
    local name=$1
    shift
    "$program" "$@" <"$WORK/never" >"$WORK/$name" 2>&1 &
    await 10 grep -qx in "$WORK/$name" || fail "no member: $(cat "$WORK/$name")"
}

start_node ''
mkfifo "$WORK/never"
exec 3<>"$WORK/never"
on_both show
join one single pair 'with blanks' $'unprintable\1\377\\' "$(printf '%0128d' 0)"
join two pair $'tab\t' ''
on_both show

grep -q pair "$WORK/ours" || fail "the groups are not shown: $(cat "$WORK/ours")"
same_on_both "$(grep -c '^\$ ' "$WORK/ours")" libcpg.so.4 libcorosync_common.so.4
