# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests that read what witness.c has written. They set $include and $witness.
# shellcheck shell=bash
# shellcheck disable=SC2154

. "$here/pages.sh"
export LC_ALL=C

# under_witness PROGRAM ARGUMENT...: runs it in a sandbox with witness.c loaded, and prints what that has written.
under_witness() {
    local status=0
    truncate -s 0 record
    truncate -s 4M record
    WITNESS=$PWD/record LD_PRELOAD=$witness "$here/../support/sandbox.sh" "$@" >log 2>&1 || status=$?
    [ "$status" != 77 ] || {
        cat log >&2
        exit 77
    }
    [ "$status" = 0 ] || fail "$(basename "$1"): $(tail -n 40 log)"
    tail -c +9 record | tr -d '\0'
}

# named_errors: converts it to lines "FUNCTION ERROR TEST", with the test's name as in its source.
named_errors() {
    awk '
        NR == FNR {
            if (match($0, /CS_[A-Z_]+ = [0-9]+/)) {
                split(substr($0, RSTART, RLENGTH), word, " = ")
                name[word[2]] = word[1]
            }
            next
        }
        {
            sub(/^[A-Za-z]+\//, "", $1)
            sub(/\/[0-9]+$/, "", $1)
            print $2, name[$3], $1
        }' "$include/corosync/corotypes.h" -
}
