# SPDX-License-Identifier: BSD-3-Clause
# The part of the demo about libcpg, sourced by show.sh.
# shellcheck shell=bash

: "${libraries:?}" "${programs:?}"

# Starts a member whose input is descriptor $2, and waits until it has joined.
member() {
    mkfifo "$WORK/$1.in"
    : >"$WORK/$1.out"
    LD_LIBRARY_PATH=$libraries "$programs/group" "$1" <"$WORK/$1.in" >"$WORK/$1.out" 2>&1 &
    eval "exec $2>'$WORK/$1.in'"
    await 10 grep -q 'we have joined' "$WORK/$1.out"
}
told() {
    await 10 grep -qF -- "$2" "$WORK/$1.out" || {
        echo "$1 was not told: $2" >&2
        return 1
    }
}

step "tests/demo/group.c: processes in a group get each other's messages in one order, and see who leaves or dies"
member anna 5
member ben 6
ben=$!
told anna "members now: 2"
echo "hello" >&5
told ben "anna says: hello"
echo "hello anna" >&6
told anna "ben says: hello anna"
{ kill -KILL "$ben" && wait "$ben"; } 2>/dev/null || true
told anna "a process died"
member carl 6
told anna "members now: 2"
exec 6>&-
told anna "a process left"
exec 5>&-
sed 's/^/     anna: /' "$WORK/anna.out"
