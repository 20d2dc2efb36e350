#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# debs.sh FOLDER: two builds of Debian's packages, with its flags, in different folders and circumstances, are the
# same to the byte. They are left in FOLDER for other tests, and so are the builds.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need cmake ninja dpkg-deb dpkg-shlibdeps
distribution_flags
folder=$1
rm -rf "$folder"

# Debian's flags for folders that shall leave no trace would hide that ours do the same.
for variable in CFLAGS CXXFLAGS; do
    export "$variable=$(sed 's/-ffile-prefix-map=[^ ]* *//g' <<<"${!variable}")"
done

build "$folder/first"
(cd "$folder/first/build" && umask 022 && quietly cpack -G DEB -B "$folder")

other="$folder/second build"
(umask 027 && TZ=Pacific/Chatham LC_ALL=C build "$other")
(cd "$other/build" && umask 022 && TZ=Pacific/Chatham LC_ALL=C quietly cpack -G DEB -B "$other")

count=0
for package in "$folder"/*.deb; do
    cmp "$package" "$other/${package##*/}" || fail "${package##*/} is not the same again"
    count=$((count + 1))
done
[ $count = 5 ] || fail "$count packages"

# Of a user's umask there is nothing in the files that get installed; the ar archive around them has modes from it.
(cd "$other/build" && umask 077 && quietly cpack -G DEB -B "$other/private")
for package in "$folder"/*.deb; do
    diff <(dpkg-deb -c "$package") <(dpkg-deb -c "$other/private/${package##*/}") || fail "${package##*/}: other modes"
done

compiled_with "$folder/first" "$CXXFLAGS"

# Neither do the libraries tell where they were built before they are stripped.
staged=$folder/staged
DESTDIR=$staged quietly cmake --install "$folder/first/build"
! grep -rlF -e "$folder" "$staged" || fail "files with the name of the folder they were built in"
echo "$count packages, the same from both builds"
