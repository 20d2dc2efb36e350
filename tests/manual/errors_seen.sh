#!/bin/bash
# errors_seen.sh INCLUDE-DIRECTORY WITNESS PROGRAM...
# Runs the tests that errors.txt names under the eyes of the witness: in each test the function does return the error.

set -eu
here=$(dirname "$(realpath "$0")")
. "$here/pages.sh"
export LC_ALL=C
include=$1 witness=$2
shift 2
enter_scratch
export WITNESS=$scratch/record COROSYNC_CLIENT_TRANSPORT=ring TEST_DAEMON_IPC=shm

grep -v '^#' "$here/errors.txt" >rows
# Tests with parameters have the name of the instance in front of them, and the number of the parameter behind.
filter=$(cut -d ' ' -f 3 rows | sort -u | sed 's,.*,&:*/&/*,' | paste -sd :)
for program; do
    truncate -s 0 record
    truncate -s 4M record
    status=0
    LD_PRELOAD=$witness "$here/../support/sandbox.sh" "$program" --gtest_filter="$filter" >log 2>&1 || status=$?
    [ "$status" != 77 ] || {
        cat log
        exit 77
    }
    [ "$status" = 0 ] || fail "$(basename "$program"): $(cat log)"
    tail -c +9 record | tr -d '\0'
done >seen

sed -nE 's/^ *(CS_ERR_[A-Z_]+) = ([0-9]+),.*/\2 \1/p' "$include/corosync/corotypes.h" >codes
awk 'NR == FNR { name[$1] = $2; next }
    {
        sub(/^[A-Za-z]+\//, "", $1)
        sub(/\/[0-9]+$/, "", $1)
        print $2, name[$3], $1
    }' codes seen | sort -u >actual
sort -u rows | comm -23 - actual >missing
[ ! -s missing ] || fail "these were not seen: $(cat missing)"
