#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# suites.sh [--demonstration] [--tests[=LABELS]] [--packages] [--compilers] [--write] [SUITE...]
#
# What a newcomer does, on other suites of Debian: README's two commands, which are the demonstration and the tests, and
# the packages in a node with all of a cluster, there and back. --compilers builds with the suite's newest compilers and
# the flags of several distributions. With some of the first four options only these parts, otherwise the first three;
# LABELS is for ctest -L, as in --tests='conformance|clients'. Without suites on bookworm, trixie, forky and sid.
# bullseye has too old a libqb: there the demonstration must say so, and the tests, which are built on bookworm, use its
# daemon. What was skipped or had to be repeated is named below the table at the end. --write puts both into
# suites/results.txt, and the table into README. Needs root and debootstrap.
#
# The systems are made once, from the mirror that apt uses here, and kept in $COROSYNC_CLIENT_SUITES, which is
# ~/.cache/corosync-client/suites if it is not set; later runs bring them up to date. Tests change throw-away copies.

set -eu -o pipefail

. "$(dirname "$0")/support/setup.sh"

parts=() labels=. write='' suites=()
for argument; do
    case $argument in
    --demonstration) parts+=(demonstration) ;;
    --tests | --tests=*)
        parts+=(tests)
        [ "$argument" = --tests ] || labels=${argument#*=}
        ;;
    --packages | --compilers) parts+=("${argument#--}") ;;
    --write) write=1 ;;
    -h | --help) help_if_asked "$argument" ;;
    -*) die "$argument is no option; see --help" ;;
    *) suites+=("$argument") ;;
    esac
done
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie forky sid)
[ ${#parts[@]} -gt 0 ] || parts=(demonstration tests packages)
[ "$(id -u)" = 0 ] || die "Only root can make these systems."
install_missing bsdextrautils debootstrap mount util-linux xz-utils
. "$top/tests/suites/store.sh"

# in_suite SUITE PART: the status is that of suites/PART.sh, run in a copy of its system with a copy of the sources. A
# summary that it leaves is beside its log.
in_suite() {
    local status=0 part=$2 root=$store/$1/newcomer
    case $1:$2 in
    bullseye:demonstration) part=refusal ;;
    bullseye:tests)
        root=$store/bookworm/newcomer
        export BESIDE=$store/bullseye/node
        ;;
    *:packages | *:compilers) root=$store/$1/node ;;
    esac
    changes=$(mktemp -d "$store/$1/changes.XXXXXX")
    sources | "$top/tests/suites/enter.sh" "$root" "$changes" sh -ec '
            mkdir /usr/local/src/corosync-client
            cd /usr/local/src/corosync-client
            tar -x --no-same-owner --strip-components=1
            exec "tests/suites/$0.sh" "$@"' "$part" "$labels" &
    child=$!
    unset BESIDE
    wait "$child" || status=$?
    [ ! -e "$changes/upper/tmp/summary" ] || cp "$changes/upper/tmp/summary" "$store/$1/$2.summary"
    finish
    return $status
}

make_systems() {
    "$top/tests/suites/root.sh" "$1" "$store/$1" || return 1
    [ "$1" != bullseye ] || make_systems bookworm
}

# outcome SUITE PART STATUS: what the table says of it.
outcome() {
    local summary=$store/$1/$2.summary text
    text=$([ "$3" = 0 ] && echo passed || echo failed)
    [ "$1:$2$3" != bullseye:demonstration0 ] || text="says what is too old"
    if [ -e "$summary" ]; then
        text=$(awk '$1 ~ /^(passed|failed|skipped)$/ && NF == 2 { count[$1] = $2 }
            $1 == "repeated" { repeated++ }
            END { if (!("passed" in count)) print "failed, no results"
                  else print (count["failed"] ? count["failed"] " failed, " : "") count["passed"] " passed" \
                      (repeated ? " (" repeated " of them only when repeated)" : "") ", " count["skipped"] " skipped" }' "$summary")
        [ "$3" = 0 ] || [[ $text = *failed* ]] || text="failed, $text"
        [ "$labels" = . ] || text+=" (${labels//|/, } only)"
        [ "$1" != bullseye ] || text+=", built on bookworm"
    fi
    echo "$text"
}

failed=0
sed -n '/^[^# ]/{p;q;}' "$top/tests/suites/results.txt" >"$results" # the head of the table
for suite in "${suites[@]}"; do
    mkdir -p "$store/$suite"
    lock "${suite/bullseye/bookworm}" # whose systems are used for both
    log=$store/$suite/log
    say "$suite: making the systems or bringing them up to date"
    if ! make_systems "$suite" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        "$top/tests/suites/results.sh" add "$results" "$suite|no system" ""
        failed=1
        continue
    fi
    row="$suite|$(date -u +%F)|$(uname -r | sed 's/-.*//')"
    for package in corosync libqb-dev gcc cmake pacemaker; do
        row+="|$(version "$store/$suite/node" $package)"
    done
    rm -f "$store/$suite"/*.summary
    for part in demonstration tests packages compilers; do
        if [[ " ${parts[*]} " != *" $part "* || $suite:$part = bullseye:[pc]* ]]; then
            row+="|-"
            continue
        fi
        say "$suite: $part"
        status=0
        in_suite "$suite" "$part" >"$log" 2>&1 || status=$?
        row+="|$(outcome "$suite" "$part" $status)"
        if [ $status != 0 ]; then
            cat "$log" >&2
            failed=1
        fi
        mv "$log" "$store/$suite/$part.log"
    done
    "$top/tests/suites/results.sh" add "$results" "$row" "$store/$suite/tests.summary"
    if [ -n "$write" ]; then
        "$top/tests/suites/results.sh" add "$top/tests/suites/results.txt" "$row" "$store/$suite/tests.summary"
        "$top/tests/suites/results.sh" write "$top/tests/suites/results.txt" "$top/README.md"
    fi
done
grep '^[^ ]' "$results" | { column -t -s '|' 2>/dev/null || cat; }
echo
awk -F '|' '/^ / { sub(/^ +/, ""); print suite ": " $0; next } { suite = $1 }' "$results"
exit $failed
