#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# lint.sh MANUAL: mandoc has no warning for any page, and no line of any page is too long for 80 columns.

set -eu
. "$(dirname "$0")/pages.sh"
need_mandoc

pages=0
for page in "$1"/*.[37]; do
    mandoc -T lint -W warning "$page" || fail "mandoc has a warning for $page"
    long=$(text "$page" | awk 'length > 80')
    [ -z "$long" ] || fail "$page is too wide: $long"
    pages=$((pages + 1))
done
[ "$pages" -gt 40 ] || fail "only $pages pages"
