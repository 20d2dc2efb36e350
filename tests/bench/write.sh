#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# write.sh RESULTS TOP: copies the tables in RESULTS into the pages of the source tree TOP: NAME.md goes between the
# lines "<!-- bench: NAME -->" and "<!-- /bench -->". The plot becomes a file beside tests/bench/README.md.

set -eu -o pipefail

results=$1 top=$2

replace() {
    local page=$top/$1
    awk -v results="$results" '
        /^<!-- bench: .* -->$/ {
            print
            file = results "/" $3 ".md"
            if ((getline line < file) > 0) {
                do print line; while ((getline line < file) > 0)
                skipping = 1
            }
            next
        }
        /^<!-- \/bench -->$/ { skipping = 0 }
        !skipping { print }' "$page" >"$page.new"
    cat "$page.new" >"$page"
    rm "$page.new"
}

replace README.md
replace tests/bench/README.md
[ ! -s "$results/speed.svg" ] || cp "$results/speed.svg" "$top/tests/bench/speed.svg"
