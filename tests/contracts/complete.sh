#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# complete.sh CONTRACTS.TXT BUILD-DIRECTORY PROGRAM...
# Checks that each row of the list has a test, and that each test has a row. PROGRAM... are the tests of the contracts.
set -eu -o pipefail

list=$1 build=$2
shift 2

# SUITE.TEST of all programs, and the names that ctest knows.
tests=$(for program; do "$program" --gtest_list_tests; done |
    awk '/^[^ ]/ { suite = $1 } /^ / { print suite $1 }' | sort)
# (A second ctest in this folder would overwrite the first one's log.)
elsewhere=$(find "$build" -name CTestTestfile.cmake -exec sed -n 's/^add_test(\[*=*\[*\([^] "]*\).*/\1/p' {} +)
rows=$(sed -n '/^#/d; s/ | .*//p' "$list")

status=0
complain() {
    echo "FAILED: $*" >&2
    status=1
}

diff <(seq -f 'C%02g' 25) <(grep -x 'C[0-9]*' <<<"$rows") >&2 || complain "the rows are not C01 to C25 (<)"
for row in $rows; do
    case $row in
    C[0-9]*) grep -q "^Contract$row\." <<<"$tests" || complain "$row has no test" ;;
    *) grep -qxF "$row" <<<"$tests"$'\n'"$elsewhere" || complain "there is no test $row" ;;
    esac
done
for test in $tests; do
    suite=${test%%.*}
    grep -qxF -e "$test" -e "${suite#Contract}" <<<"$rows" || complain "$test has no row"
done
[ $status = 0 ] && echo "$(wc -w <<<"$rows") rows, $(wc -w <<<"$tests") tests"
exit $status
