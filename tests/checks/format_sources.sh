#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# format_sources.sh SOURCE_FOLDER: the C and C++ sources are formatted as .clang-format asks. Each version of clang-format
# understands it a little differently.

set -eu
cd "$1"
command -v clang-format >/dev/null || {
    echo "clang-format is not installed: skipped"
    exit 77
}
clang-format --version | grep -q 'version 14\.' || {
    echo "the sources are formatted by clang-format 14, and this is another version: skipped"
    exit 77
}
clang-format --style=file --dump-config >/dev/null
sources() {
    find include src tests \( -name '*.[ch]' -o -name '*.[ch]pp' \) -print0
}
# All at once is several times faster than one by one.
sources | xargs -0 clang-format --dry-run -Werror 2>/dev/null || {
    echo "To be formatted with clang-format -i:"
    # shellcheck disable=SC2016 # the inner shell expands that
    sources | xargs -0 -n 1 sh -c 'clang-format --dry-run -Werror "$0" 2>/dev/null || echo "$0"' | sort
    exit 1
}
