# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of the manual.
# shellcheck shell=sh

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# A directory of its own as the current one, for as long as the test runs.
enter_scratch() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    cd "$scratch"
}

need_mandoc() {
    command -v mandoc >/dev/null || {
        echo "mandoc is not installed: skipped"
        exit 77
    }
}

# text PAGE: as a terminal of 80 columns shows it, without bold and underlined letters.
text() {
    mandoc -T ascii -O width=80 "$1" | sed "s/.$(printf '\b')//g"
}

# section NAME: of the text on standard input.
section() {
    awk -v name="$1" '/^[^ ]/ { inside = $0 == name; next } inside'
}

# squeeze: C declarations from standard input on one line, with no more white space than they need.
squeeze() {
    tr -s ' \t\n' ' ' | sed 's/ *\([*(){};,]\) */\1/g'
}

# declarations INCLUDE-DIRECTORY CC: all of the public headers that have manual pages, without comments and macros,
# squeezed.
declarations() {
    for header in client corotypes cmap cpg votequorum; do
        sed -e ':line' -e '/\\$/{N' -e 's/\\\n//' -e 'b line' -e '}' -e '/^#/d' "$1/corosync/$header.h" |
            "$2" -std=c11 -E -P -x c -
    done | squeeze
}
