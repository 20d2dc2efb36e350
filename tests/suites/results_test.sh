#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# results_test.sh: results.sh keeps the last run of each suite, and README cannot say anything else.

set -eu
results=$(dirname "$(realpath "$0")")/results.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
    echo "FAILED: $*"
    exit 1
}

printf '# What this is\n\nsuite|tests\n' >list
printf 'passed 2\nfailed 0\nskipped 1\nskipped a.b: no <tool>\n3 skipped within: no users\n' >summary
printf 'passed 1\nfailed 1\nskipped 0\nfailed a.c: failed: 7\n' >worse
"$results" add list 'old|2 passed, 1 skipped' summary
"$results" add list 'new|1 passed' nothing
"$results" add list 'newer|3 passed' nothing
"$results" add list 'new|failed' worse
cat >expected <<'END'
# What this is

suite|tests
old|2 passed, 1 skipped
    skipped a.b: no <tool>
    3 skipped within: no users
new|failed
    failed a.c: failed: 7
newer|3 passed
END
diff expected list || fail "these are the results (<), not those (>)"

# What was not run again.
printf 'suite|day|corosync|tests|packages\n' >parts
"$results" add parts 'old|1|3.1.7|2 passed|-' summary
"$results" add parts 'new|1|3.1.9|1 failed|-' worse
"$results" add parts 'old|2|3.1.7|-|passed' nothing
"$results" add parts 'new|2|3.1.10|-|passed' nothing
cat >expected <<'END'
suite|day|corosync|tests|packages
old|2|3.1.7|2 passed|passed
    skipped a.b: no <tool>
    3 skipped within: no users
new|2|3.1.10|-|passed
END
diff expected parts || fail "these are the results (<), not those (>)"

printf 'before\n<!-- suites -->\n| old | all passed |\n<!-- /suites -->\nafter\n' >page
! "$results" check list page >/dev/null || fail "a table that claims more is taken"
"$results" write list page
"$results" check list page
cat >expected <<'END'
before
<!-- suites -->
| suite | tests |
|---|---|
| old | 2 passed, 1 skipped |
| new | failed |
| newer | 3 passed |
<!-- /suites -->
after
END
diff expected page || fail "this is the page (<), not that (>)"
for edit in s/failed/passed/ '/newer/d' '/<!-- suites/d' '/<!-- .suites/d'; do
    sed "$edit" page >other
    ! "$results" check list other >/dev/null 2>&1 || fail "a page is taken where somebody has done $edit"
done
printf '# What this is\n\nsuite|tests\n' >list
"$results" write list page
! "$results" check list page >/dev/null || fail "no results are taken for some"
echo "results.sh is right"
