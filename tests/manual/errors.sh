#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# errors.sh INCLUDE-DIRECTORY MANUAL TESTS
# Checks that pages and headers name the same errors for each function, that errors.txt has a row for each of them and
# no other, and that the tests in it exist.

set -eu
here=$(dirname "$(realpath "$0")")
. "$here/pages.sh"
export LC_ALL=C
enter_scratch

for page in "$2"/*.3; do
    awk -f "$here/documented.awk" "$page"
done | sort >documented
[ "$(wc -l <documented)" -gt 400 ] || fail "the pages were not understood"

for header in cmap cpg votequorum; do
    awk -f "$here/promised.awk" "$1/corosync/$header.h"
done | sort >promised
grep -v ' or ' promised >certain
sed 's/ or / /' promised | sort >possible
[ "$(wc -l <certain)" -gt 100 ] || fail "the comments of the headers were not understood"
comm -13 documented certain >missing
[ ! -s missing ] || fail "the headers say, and the manual does not: $(cat missing)"
comm -23 documented possible >missing
[ ! -s missing ] || fail "the manual says, and the headers do not: $(cat missing)"

grep -v '^#' "$here/errors.txt" >rows
sort -u rows | cmp -s - rows || fail "errors.txt is not sorted, or has a row twice"
cut -d ' ' -f 1,2 rows | diff -u documented - || fail "the manual and errors.txt differ"
cut -d ' ' -f 3 rows | sort -u >named
find "$3" -name '*.cpp' -exec cat {} + | tr -s ' \n' ' ' |
    grep -oE 'TEST(_F|_P)?\([A-Za-z]+, [a-z0-9_]+\)' | sed -E 's/^TEST[^(]*\(([^,]*), (.*)\)$/\1.\2/' | sort -u >tests
comm -23 named tests >missing
[ ! -s missing ] || fail "these tests do not exist: $(cat missing)"
