#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# format_scripts.sh SOURCE_FOLDER: shellcheck has nothing to say about the shell scripts and what they source.

set -eu
cd "$1"
command -v shellcheck >/dev/null || {
    echo "shellcheck is not installed: skipped"
    exit 77
}
find .ci pkgconfig src tests -type f -exec grep -lZE '^#!(/bin/sh|/usr/bin/env bash)' {} + |
    xargs -0 shellcheck -xa --severity=warning -P SCRIPTDIR
