#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# skipped_test.sh TESTS: each case that skipped.txt names is a test in the folder TESTS.

set -eu -o pipefail

tests=$1
names=$(grep -rhE '^TEST(_[FP])?\(' --include='*.cpp' "$tests" | sed -E 's/^[^(]*\((.*), *(.*)\).*/\1.\2/')
status=0
while read -r pattern; do
    found=''
    while read -r name; do
        # shellcheck disable=SC2053 # it is a pattern
        [[ $name != $pattern ]] || found=1
    done <<<"$names"
    [ -n "$found" ] || {
        echo "FAILED: no case matches $pattern"
        status=1
    }
done < <(awk -F ' *[|] *' '$2 == "case" || $2 == "socket" { print $3 }' "$tests/cross/skipped.txt")
exit $status
