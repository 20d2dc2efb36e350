#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# cross.sh [--write] [ARCHITECTURE...]: the libraries and their tests built by Debian's cross compilers for other
# architectures, and run in qemu's user mode: arm64, armhf, i386, ppc64el, s390x, riscv64. Those are the unit tests, the
# replay of the fuzzer's corpora, names, layouts and headers against the reference's, and the tests on the fake daemon.
# Needs root, debootstrap, and Linux 6.7 or qemu's formats in binfmt_misc. With --write the rows of tests/cross/results.txt
# are replaced. COROSYNC_CLIENT_PARTS replaces the parts: folders of tests/, such as "integration" on a real daemon.
#
# The systems are made once, from the mirror that apt uses here, and kept beside those of suites.sh; later runs bring them
# up to date. Tests change throw-away copies.

set -eu -o pipefail

. "$(dirname "$0")/support/setup.sh"
. "$top/tests/cross/architectures.sh"

default_architectures=(arm64 armhf i386 ppc64el s390x riscv64)
help_if_asked "${1-}"
write=no
[ "${1-}" != --write ] || { write=yes && shift; }
[ $# -gt 0 ] || set -- "${default_architectures[@]}"
for architecture; do
    know "$architecture" || die "$architecture is none of ${default_architectures[*]}."
done
read -ra parts <<<"${COROSYNC_CLIENT_PARTS-unit fuzz abi faults}"
[ "$(id -u)" = 0 ] || die "Only root can make these systems."
install_missing bsdextrautils debootstrap mount util-linux xz-utils
. "$top/tests/suites/store.sh"
written=$top/tests/cross/results.txt
enter=$top/tests/suites/enter.sh
source=/usr/local/src/c folder=/usr/local/build # in the system

# in_system COMMAND...: in that of the architecture, with the sources; its changes stay, unless there is $changes. All
# files of a release have the same time. So those that have changed since the last build get that of now.
in_system() {
    local status=0
    sources | "$enter" "$root" "$changes" sh -ec "
        mkdir -p $source
        rm -rf $source.before
        mv $source $source.before
        mkdir $source
        cd $source
        tar -xm --no-same-owner --strip-components=1
        find . -type f -exec sh -c '
            for file; do
                ! cmp -s \"\$file\" \"$source.before/\$file\" || touch -r \"$source.before/\$file\" \"\$file\"
            done' sh {} +
        exec \"\$@\"" sh "$@" &
    child=$!
    wait "$child" || status=$?
    child=
    return $status
}

# counted LOG: how many tests of ctest have passed, failed, and found nothing to do.
counted() {
    local passed failed skipped
    passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#.* Passed ' "$1" || :)
    skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test +#.*\*\*\*Skipped ' "$1" || :)
    failed=$(($(grep -cE '^ *[0-9]+/[0-9]+ Test +#' "$1" || :) - passed - skipped))
    echo "$passed|$failed|$skipped"
}

failed=0
rows=()
for architecture; do
    know "$architecture"
    mkdir -p "$store/$suite"
    lock "$suite-$architecture"
    root=$store/$suite/cross-$architecture
    log=$root.log
    say "$architecture: making the system or bringing it up to date"
    row="$architecture|$suite"
    if ! "$top/tests/cross/root.sh" "$architecture" "$store/$suite" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rows+=("$row|no system")
        failed=1
        continue
    fi
    row+="|$(version "$root" "gcc-$("$enter" "$root" "" "$prefix-gcc" -dumpversion)-${prefix/_/-}")"
    row+="|$(version "$root" "libqb-dev:$architecture")|$(version "$root" qemu-user-static)"
    say "$architecture: building"
    if ! in_system tests/cross/build.sh "$architecture" "$folder" "${parts[@]}" >"$log" 2>&1; then
        cat "$log" >&2
        rows+=("$row|not built")
        failed=1
        continue
    fi
    say "$architecture: testing"
    changes=$(mktemp -d "$root.changes.XXXXXX")
    if ! in_system tests/cross/formats.sh "$architecture" tests/cross/test.sh "$architecture" "$folder" "${parts[@]}" \
        >"$log" 2>&1; then
        cat "$log" >&2
        failed=1
    fi
    finish
    rows+=("$row|${parts[*]}|$(counted "$log")|$(date -u +%F)")
done

table() {
    {
        echo "architecture|suite|compiler|libqb|qemu|parts|passed|failed|skipped|date"
        sort
    } | column -t -s '|' -o ' | '
}
printf '%s\n' "${rows[@]}" >"$results"
if [ $write = yes ]; then
    # Those of other architectures stay.
    others=$(sed -n '3,$s/ *| */|/gp' "$written" | awk -F '|' -v ours="$*" 'index(" " ours " ", " " $1 " ") == 0')
    {
        echo "# By tests/cross.sh --write. What skipped.txt names is in none of these numbers."
        { cat "$results" && echo "$others"; } | sed '/^$/d' | table
    } >"$written"
fi
table <"$results"
exit $failed
