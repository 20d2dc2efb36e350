#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# results.sh add RESULTS ROW SUMMARY: the row of suites.sh's table for a suite, and what the summary says was skipped or
#     failed, take the place in the file RESULTS of what was there about that suite. What was not run this time, which is
#     "-" or no summary, stays as it was if all versions are the same.
# results.sh write RESULTS README: README's table, between the lines "<!-- suites -->" and "<!-- /suites -->", says what
#     RESULTS says.
# results.sh check RESULTS README: fails if it does not.

set -eu

# table RESULTS: as README has it.
table() {
    awk -F '|' '
        /^#/ || /^ / || /^$/ { next }
        {
            line = "|"
            for (i = 1; i <= NF; i++)
                line = line " " $i " |"
            print line
            if (!rows++) {
                gsub(/[^|]+/, "---", line)
                print line
            }
        }' "$1"
}

# with_table RESULTS README: README with that table.
with_table() {
    table "$1" >"$scratch/table"
    awk -v table="$scratch/table" '
        /^<!-- suites -->$/ {
            print
            while ((getline line < table) > 0)
                print line
            inside = 1
            places++
            next
        }
        /^<!-- \/suites -->$/ { inside = 0 }
        !inside { print }
        END { exit places != 1 || inside }' "$2" || {
        echo "FAILED: $2 has not one place for the table" >&2
        return 1
    }
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $1 in
add)
    results=$2 row=$3 summary=$4
    : >"$scratch/block"
    ! [ -e "$summary" ] || grep -vE '^(passed|failed|skipped) [0-9]+$' "$summary" | sed 's/^/    /' >"$scratch/block" || :
    awk -v row="$row" -v run="$([ -e "$summary" ] && echo 1)" -v block="$scratch/block" '
        function put(old, rest,    new, was, columns, i, same) {
            columns = split(row, new, "|")
            same = columns == split(old, was, "|")
            for (i = 3; i <= columns && named[i] !~ /^(demonstration|tests|packages|compilers)$/; i++)
                same = same && new[i] == was[i]
            for (i = 1; i <= columns; i++)
                printf "%s%s", same && new[i] == "-" ? was[i] : new[i], i < columns ? "|" : "\n"
            while (run && (getline line < block) > 0)
                print line
            if (same && !run)
                printf "%s", rest
            done = 1
        }
        function flush_old() {
            if (old != "")
                put(old, rest)
            old = ""
        }
        BEGIN { suite = substr(row, 1, index(row "|", "|") - 1) }
        /^[^ #]/ {
            flush_old()
            if (!head++)
                split($0, named, "|")
            if (substr($0, 1, index($0 "|", "|") - 1) == suite) {
                old = $0
                rest = ""
                next
            }
        }
        old != "" {
            rest = rest $0 "\n"
            next
        }
        { print }
        END {
            flush_old()
            if (!done)
                put("", "")
        }' "$results" >"$scratch/results"
    cat "$scratch/results" >"$results"
    ;;
write)
    with_table "$2" "$3" >"$scratch/page"
    cat "$scratch/page" >"$3"
    ;;
check)
    with_table "$2" "$3" >"$scratch/page"
    [ "$(table "$2" | wc -l)" -gt 2 ] || {
        echo "FAILED: $2 has no results"
        exit 1
    }
    diff "$3" "$scratch/page" || {
        echo "FAILED: README's table (<) is not that of the last runs (>). tests/suites.sh --write writes it."
        exit 1
    }
    ;;
esac
