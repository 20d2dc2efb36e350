# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of clients: which libraries a process had.
# shellcheck shell=bash

# loaded SONAME TRACE...: by these traces of the dynamic linker (LD_DEBUG=libs), the files that processes took that
# library from, and how many did.
loaded() {
    local soname=$1
    shift
    sed -n "s|.*calling init: \(.*/$soname\)\$|\1|p" "$@" | sort | uniq -c | awk '{print $2, $1}'
}

# need_reference FOLDER: the reference's libraries are there.
need_reference() {
    [ -e "$1/libcmap.so.4" ] || {
        echo "the reference's libraries are not installed: skipped" >&2
        exit 77
    }
}

# choose_libraries REFERENCE LIBRARIES [PRELOAD]: after with=("${reference[@]}") or with=("${ours[@]}") the words
# "${with[@]}" in front of a command make it use those, and the dynamic linker write down what it loads. Ours use
# $transport, or the rings, and never fall back in silence.
choose_libraries() {
    need_reference "$1"
    packaged=$1 libraries=$2
    # shellcheck disable=SC2034
    reference=(env LD_DEBUG=libs LD_DEBUG_OUTPUT="$WORK/trace.reference" LD_LIBRARY_PATH="$packaged")
    ours=(env LD_DEBUG=libs LD_DEBUG_OUTPUT="$WORK/trace.ours" LD_LIBRARY_PATH="$libraries"
        COROSYNC_CLIENT_TRANSPORT="${transport-ring}" ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0")
    [ -z "${3-}" ] || ours+=(LD_PRELOAD="$3")
}

# on_terminal NAME CMD...: in the background, on a terminal, where programs show at once what they have to show. That
# goes to $WORK/NAME, and the pid to $WORK/NAME.pid. Its keys can be written to $WORK/NAME.keys.
on_terminal() {
    local name=$1 command
    shift
    command="echo \$\$ >$WORK/$name.pid; exec $(printf '%q ' "$@")"
    rm -f "$WORK/$name".{pid,keys}
    mkfifo "$WORK/$name.keys"
    SHELL=/bin/sh timeout -s KILL 120 script -qec "$command" --echo never /dev/null <>"$WORK/$name.keys" \
        >"$WORK/$name" 2>&1 &
}

# shows NAME COUNT PATTERN: so many lines of it match.
shows() {
    [ "$(grep -c -e "$3" "$WORK/$1")" -ge "$2" ]
}

# same_on_both PROCESSES SONAME...: so many processes of either run had these libraries from where they should, and what
# was written down of the runs, in $WORK/reference and $WORK/ours, is the same.
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
