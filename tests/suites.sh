#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# suites.sh [SUITE...]: what a newcomer does, on other suites of Debian: the demonstration, and the packages in a node
# with all of a cluster, there and back. Without arguments on bookworm, trixie and sid. Needs root and debootstrap.
#
# The systems are made once, from the mirror that apt uses here, and kept in $COROSYNC_CLIENT_SUITES, which is
# ~/.cache/corosync-client/suites if it is not set; later runs bring them up to date. Tests change throw-away copies.

set -eu -o pipefail

. "$(dirname "$0")/support/setup.sh"

case ${1-} in
-*)
    sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac
[ $# -gt 0 ] || set -- bookworm trixie sid
parts=(demonstration:newcomer packages:node)
[ "$(id -u)" = 0 ] || die "Only root can make these systems."
install_missing debootstrap mount util-linux
store=${COROSYNC_CLIENT_SUITES:-${XDG_CACHE_HOME:-$HOME/.cache}/corosync-client/suites}
mkdir -p "$store"
store=$(cd "$store" && pwd)
changes=
child=

finish() {
    [ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || :
    [ -z "$changes" ] || rm -rf "$changes"
    child='' changes=''
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# in_suite SUITE PART ROOT: the status is that of suites/PART.sh, run in a copy of ROOT with a copy of the sources.
in_suite() {
    local status=0
    changes=$(mktemp -d "$store/$1/changes.XXXXXX")
    tar -c -C "$top" --exclude=./build* CMakeLists.txt LICENSE README.md include man pkgconfig src tests |
        "$top/tests/suites/enter.sh" "$store/$1/$3" "$changes" sh -ec '
            mkdir /usr/local/src/corosync-client
            cd /usr/local/src/corosync-client
            tar -x --no-same-owner
            exec "tests/suites/$0.sh"' "$2" &
    child=$!
    wait "$child" || status=$?
    finish
    return $status
}

# version SUITE PACKAGE: without Debian's revision.
version() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query --admindir="$store/$1/node/var/lib/dpkg" -W -f '${Version}\n' "$2" |
        sed -n '1{s/^[0-9]*://;s/-[^-]*$//;p}'
}

failed=0
rows=("suite|kernel|corosync|libqb|gcc|CMake|Pacemaker|bash|$(sed 's/:[a-z]*//g; s/ /|/g' <<<"${parts[*]}")")
for suite; do
    mkdir -p "$store/$suite"
    log=$store/$suite/log
    say "$suite: making the systems or bringing them up to date"
    if ! "$top/tests/suites/root.sh" "$suite" "$store/$suite" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rows+=("$suite|no system")
        failed=1
        continue
    fi
    row="$suite|$(uname -r)"
    for package in corosync libqb-dev gcc cmake pacemaker bash; do
        row+="|$(version "$suite" $package)"
    done
    for part in "${parts[@]}"; do
        say "$suite: ${part%:*}"
        if in_suite "$suite" "${part%:*}" "${part#*:}" >"$log" 2>&1; then
            row+="|passed"
        else
            cat "$log" >&2
            row+="|failed"
            failed=1
        fi
        mv "$log" "$store/$suite/${part%:*}.log"
    done
    rows+=("$row")
done
printf '%s\n' "${rows[@]}" | column -t -s '|' 2>/dev/null || printf '%s\n' "${rows[@]}"
exit $failed
