#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# folders.sh: two builds with Debian's flags, in different folders and circumstances, install the same to the byte. The
# source package adds its own flags for that; this one does without.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need cmake ninja
distribution_flags
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Debian's flags also hide the name of the folder. Leave them out: this tests our own flags.
for variable in CFLAGS CXXFLAGS; do
    export "$variable=$(sed 's/-ffile-prefix-map=[^ ]* *//g' <<<"${!variable}")"
done

build "$work/first"
other="$work/second build"
(umask 027 && TZ=Pacific/Chatham LC_ALL=C build "$other")
compiled_with "$work/first" "$CXXFLAGS"
DESTDIR=$work/staged quietly cmake --install "$work/first/build"
DESTDIR=$work/other quietly cmake --install "$other/build"
diff -r "$work/staged" "$work/other" || fail "not the same again"

# Neither do the libraries tell where they were built before they are stripped.
! grep -rlF -e "$work" "$work/staged" || fail "files with the name of the folder they were built in"
echo "$(find "$work/staged" -type f | wc -l) files, the same from both builds"
