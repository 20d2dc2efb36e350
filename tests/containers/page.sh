# SPDX-License-Identifier: BSD-3-Clause
# Sourced by the tests of this folder: reads the section CONTAINERS AND LIMITS of corosync_client(7).
# shellcheck shell=bash

# listed LISTS PAGE: prints the system calls of the lists whose numbers match LISTS, a regular expression, one in each
# line.
listed() {
    awk -v wanted="$1" '/^\.S[sh] / { inside = $0 == ".Ss System calls" } !inside { next }
        /^\.Ed/ { shown = 0 } shown && number ~ wanted {
            for (i = 1; i <= NF; i++) print $i } /^\.Bd/ { shown = 1; number++ }' "$2"
}

# figures PAGE: prints "what: figure", one in each line.
figures() {
    awk '/^\.S[sh] / { inside = $0 == ".Ss Memory and descriptors" }
        inside && /^\.It [^E].* Ta / { sub(/^\.It /, ""); sub(/ Ta /, ": "); print }' "$1"
}
