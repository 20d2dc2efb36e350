#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# dist.sh FOLDER: makes FOLDER/corosync-client-VERSION.tar.xz, the sources of a release, and prints its name. It needs no
# git. The same files give the same bytes, whoever packs them, wherever and whenever.

set -eu

# All that is in the repository.
contents='.ci .clang-format .clang-tidy .editorconfig .github .gitignore
    CMakeLists.txt LICENSE README.md include man pkgconfig src tests'

[ $# = 1 ] || {
    sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
    exit 2
}
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(corosync-client VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
date=$(sed -n 's/^## \[[0-9.]*\] - \(.*\)/\1/p' pkgconfig/CHANGELOG.md | head -n 1)
name=corosync-client-$version
tarball=$folder/$name.tar.xz
unfinished=$(mktemp "$folder/unfinished.XXXXXX")
trap 'rm -f "$unfinished"' EXIT

# shellcheck disable=SC2086 # several names
LC_ALL=C tar -c --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    --mtime="${date}T00:00:00Z" --transform="s|^|$name/|S" --file="$unfinished" $contents
rm -f "$folder"/corosync-client-*.tar.xz # rpmbuild would take that of an older version, too
xz -c -T 1 "$unfinished" >"$tarball"
echo "$tarball"
