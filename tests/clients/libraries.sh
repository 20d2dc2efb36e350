# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of clients: finds out which libraries a process used.
# shellcheck shell=bash

# loaded SONAME TRACE...: from these traces of the dynamic linker (LD_DEBUG=libs), prints the files from which processes
# loaded that library, and the number of processes.
loaded() {
    local soname=$1
    shift
    sed -n "s|.*calling init: \(.*/$soname\)\$|\1|p" "$@" | sort | uniq -c | awk '{print $2, $1}'
}

# need_reference FOLDER: skips the test if the reference's libraries are not there.
need_reference() {
    [ -e "$1/libcmap.so.4" ] || {
        echo "the reference's libraries are not installed: skipped" >&2
        exit 77
    }
}

# choose_libraries REFERENCE LIBRARIES [PRELOAD]: after with=("${reference[@]}") or with=("${ours[@]}"), a command with
# "${with[@]}" in front uses those libraries, and the dynamic linker writes down what it loads. Our libraries use
# $transport, or else the rings, and no other transport.
choose_libraries() {
    need_reference "$1"
    packaged=$1 libraries=$2
    # shellcheck disable=SC2034
    reference=(env LD_DEBUG=libs LD_DEBUG_OUTPUT="$WORK/trace.reference" LD_LIBRARY_PATH="$packaged")
    ours=(env LD_DEBUG=libs LD_DEBUG_OUTPUT="$WORK/trace.ours" LD_LIBRARY_PATH="$libraries"
        COROSYNC_CLIENT_TRANSPORT="${transport-ring}" ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0")
    [ -z "${3-}" ] || ours+=(LD_PRELOAD="$3")
}

# on_terminal NAME CMD...: runs CMD in the background, on a terminal, so that it does not buffer its output. The output
# goes to $WORK/NAME, and the pid to $WORK/NAME.pid. What is written to $WORK/NAME.keys is the terminal's input.
on_terminal() {
    local name=$1 command
    shift
    command="echo \$\$ >$WORK/$name.pid; exec $(printf '%q ' "$@")"
    rm -f "$WORK/$name".{pid,keys}
    mkfifo "$WORK/$name.keys"
    SHELL=/bin/sh timeout -s KILL 120 script -qec "$command" --echo never /dev/null <>"$WORK/$name.keys" \
        >"$WORK/$name" 2>&1 &
}

# shows NAME COUNT PATTERN: whether at least COUNT lines of its output match.
shows() {
    [ "$(grep -c -e "$3" "$WORK/$1")" -ge "$2" ]
}

# same_on_both PROCESSES SONAME...: checks that this many processes of each run loaded these libraries from the right
# folder, and that the outputs of both runs, in $WORK/reference and $WORK/ours, are the same.
same_on_both() {
    local processes=$1 soname had
    shift
    for soname; do
        had=$(loaded "$soname" "$WORK/trace.reference".*)
        [ "$had" = "$packaged/$soname $processes" ] || fail "of $processes processes on the reference had: $had"
        had=$(loaded "$soname" "$WORK/trace.ours".*)
        [ "$had" = "$libraries/$soname $processes" ] || fail "of $processes processes on ours had: $had"
        echo "the second time: $had times"
    done
    diff -u "$WORK/reference" "$WORK/ours" || fail "the outputs differ (-: on the reference, +: on ours)"
    echo "$processes processes, $(wc -l <"$WORK/ours") lines, the same on both"
}
