# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of the manual.
# shellcheck shell=sh

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# The test's current directory is a new one, which is removed when the test ends.
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

# text PAGE: the page as a terminal of 80 columns shows it, without bold and underlined letters.
text() {
    mandoc -T ascii -O width=80 "$1" | sed "s/.$(printf '\b')//g"
}

# section NAME: that section of the text on standard input.
section() {
    awk -v name="$1" '/^[^ ]/ { inside = $0 == name; next } inside'
}

# squeeze: prints the C declarations on standard input in one line, with only the white space that they need.
squeeze() {
    tr -s ' \t\n' ' ' | sed 's/ *\([*(){};,]\) */\1/g'
}

# declarations INCLUDE-DIRECTORY CC: the declarations of all public headers that have manual pages, without comments and
# macros, squeezed.
declarations() {
    for header in client corotypes cmap cpg votequorum; do
        sed -e ':line' -e '/\\$/{N' -e 's/\\\n//' -e 'b line' -e '}' -e '/^#/d' "$1/corosync/$header.h" |
            "$2" -std=c11 -E -P -x c -
    done | squeeze
}
