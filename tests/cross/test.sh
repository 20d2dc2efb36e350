#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# test.sh ARCHITECTURE FOLDER PART..., inside formats.sh and a throw-away copy of the system that root.sh makes: runs the
# tests of these parts, which build.sh has built in FOLDER, but those that skipped.txt lists for this architecture.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/architectures.sh"
architecture=$1 folder=$2
know "$architecture"
shift 2
parts=$(IFS='|' && echo "$*")

# listed KIND SEPARATOR: the names of that kind in skipped.txt for this architecture.
listed() {
    awk -v FS=' *[|] *' -v kind="$1" -v architecture="$architecture" '
        !/^(#|$)/ && $2 == kind && (" " $1 " ") ~ ("( all | " architecture " )") { print $3 }' "$here/skipped.txt" |
        paste -sd "$2"
}

# In the emulator all takes its time, and none of these tests is about that.
find "$folder" -name CTestTestfile.cmake -exec sed -i -E \
    -e 's/TIMEOUT "[0-9]+"/TIMEOUT "14400"/' -e 's/TEST_TIME_LIMIT=[0-9]+/TEST_TIME_LIMIT=7200/' \
    -e "s/TEST_DAEMON_IPC=socket/&;GTEST_FILTER=*-$(listed case :):$(listed socket :)/" {} +
export TEST_TIME_LIMIT=7200 GTEST_BRIEF=1 PKG_CONFIG_LIBDIR=/usr/lib/$multiarch/pkgconfig:/usr/share/pkgconfig
PATH=/usr/$prefix/bin:$PATH # nm, readelf and their like
GTEST_FILTER="*-$(listed case :)"
export GTEST_FILTER
exec ctest --test-dir "$folder" -R "^($parts)\\." -E "^($(listed test '|'))\$" --output-on-failure --no-tests=error \
    --parallel "$(nproc)"
