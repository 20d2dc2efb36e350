#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# errors_seen.sh INCLUDE-DIRECTORY WITNESS PROGRAM...
# Runs the tests in errors.txt with witness.c loaded: in each test the function really returns the error.

set -eu -o pipefail
here=$(dirname "$(realpath "$0")")
. "$here/witnessed.sh"
include=$1 witness=$2
shift 2
enter_scratch
export COROSYNC_CLIENT_TRANSPORT=ring TEST_DAEMON_IPC=shm

grep -v '^#' "$here/errors.txt" >rows
# The names of tests with parameters begin with the instance's name and end with the parameter's number.
filter=$(cut -d ' ' -f 3 rows | sort -u | sed 's,.*,&:*/&/*,' | paste -sd :)
for program; do
    under_witness "$program" --gtest_filter="$filter"
done >seen
named_errors <seen | sort -u >actual
sort -u rows | comm -23 - actual >missing
[ ! -s missing ] || fail "these were not seen: $(cat missing)"
