#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# refusal.sh, inside enter.sh, in a suite that is too old: whoever tries the demonstration is told what is too old and
# what to do; and so with a newer CMake, and without libqb.

set -eu -o pipefail

cd "$(dirname "$0")/../.."

# refused TEXT...: the demonstration fails and says each of these, which may be broken into lines.
refused() {
    local text said
    ! tests/demo.sh >/tmp/said 2>&1 || {
        echo "FAILED: it works here" >&2
        exit 1
    }
    cat /tmp/said
    said=$(tr -s ' \n' ' ' </tmp/said)
    for text; do
        [[ $said = *"$text"* ]] || {
            echo "FAILED: it does not say: $text" >&2
            exit 1
        }
    done
    rm -rf build
}

advice="On an older system keep Corosync's own libraries."
refused "needs CMake 3.20 and libqb 2.0.5 or later" "$advice"
sed -i 's/VERSION_LESS 3.20/VERSION_LESS 3.18/; s/(VERSION 3.20/(VERSION 3.18/' CMakeLists.txt
refused "needs libqb 2.0.5 or later; this is libqb $(pkg-config --modversion libqb)" "$advice"
rm "$(pkg-config --variable=libdir libqb)/pkgconfig/libqb.pc"
refused "needs libqb 2.0.5 or later, and pkg-config finds none. Install its development package: libqb-dev"
