# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of this folder: what the section CONTAINERS AND LIMITS of corosync_client(7) says.
# shellcheck shell=bash

# listed LISTS PAGE: the system calls of the lists with these numbers, a regular expression, one a line.
listed() {
    awk -v wanted="$1" '/^\.S[sh] / { inside = $0 == ".Ss System calls" } !inside { next }
        /^\.Ed/ { shown = 0 } shown && number ~ wanted {
            for (i = 1; i <= NF; i++) print $i } /^\.Bd/ { shown = 1; number++ }' "$2"
}

# figures PAGE: "what: figure", one a line.
figures() {
    awk '/^\.S[sh] / { inside = $0 == ".Ss Memory and descriptors" }
        inside && /^\.It [^E].* Ta / { sub(/^\.It /, ""); sub(/ Ta /, ": "); print }' "$1"
}
