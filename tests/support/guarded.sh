#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# guarded.sh PROGRAMS EXCEPTIONS
# Checks that each program of PROGRAMS (lines "TARGET FILE") runs its tests with the guards, or is in EXCEPTIONS (lines
# "TARGET: why it needs none", where TARGET may be a pattern). A program of GoogleTest cannot be an exception.
set -eu -o pipefail

programs=$1 exceptions=$2
status=0
guarded=0
complain() {
    echo "FAILED: $*"
    status=1
}

excepted() { # TARGET
    local pattern
    while IFS=: read -r pattern _; do
        # shellcheck disable=SC2053 # it is a pattern
        case $pattern in
        '#'* | '') ;;
        *) [[ $1 != $pattern ]] || return 0 ;;
        esac
    done <"$exceptions"
    return 1
}

while read -r target file; do
    [ -x "$file" ] || {
        complain "$target is not built"
        continue
    }
    if [[ $(nm -C "$file") != *'_Test::TestBody()'* ]]; then
        excepted "$target" || complain "$target has neither guards nor an exception from them"
    elif TEST_GUARDS_ANSWER=1 GTEST_OUTPUT='' "$file" --gtest_filter='-*' 2>&1 | grep -x guarded >/dev/null; then
        guarded=$((guarded + 1))
    else
        complain "$target runs its tests without the guards"
    fi
done <"$programs"
[ "$guarded" -gt 0 ] || complain "no program has guards"
[ $status = 0 ] && echo "$guarded programs with guards"
exit $status
