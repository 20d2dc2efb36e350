#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# dist.sh: the tarball of a release has all that the repository has, and nothing else. It is the same wherever it is
# made, from the tarball itself, too; and where there is no git it builds and its tests run.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need cmake ninja xz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quietly cmake -S "$source_folder" -B "$work/build" -G Ninja -DCOROSYNC_CLIENT_TESTS=OFF
quietly cmake --build "$work/build" --target dist
tarball=$(echo "$work"/build/corosync-client-*.tar.xz)
name=$(basename "$tarball" .tar.xz)

list() {
    tar -t -f "$tarball" | grep -v '/$' | sed "s|^$name/||" | LC_ALL=C sort
}
if [ -e "$source_folder/.git" ]; then
    (cd "$source_folder" && git ls-files --cached --others --exclude-standard | while read -r file; do
        [ ! -e "$file" ] || echo "$file"
    done) | LC_ALL=C sort | diff - <(list) || fail "the tarball (>) is not what the repository has (<)"
fi

# Where git is not: what stands in front of it fails.
mkdir "$work/without" "$work/elsewhere"
printf '#!/bin/sh\necho "git is called" >&2\nexit 127\n' >"$work/without/git"
chmod 755 "$work/without/git"
PATH=$work/without:$PATH
(umask 077 && tar -x -C "$work/elsewhere" -f "$tarball")
again=$(umask 077 && TZ=Pacific/Chatham "$work/elsewhere/$name/pkgconfig/dist.sh" "$work/elsewhere")
cmp "$tarball" "$again" || fail "another tarball from the same sources"

quietly cmake -S "$work/elsewhere/$name" -B "$work/elsewhere/build" -G Ninja -DCOROSYNC_CLIENT_WERROR=ON
quietly cmake --build "$work/elsewhere/build" --target src/all tests/unit/all
ctest --test-dir "$work/elsewhere/build" -L unit --no-tests=error --output-on-failure >"$work/log" || {
    cat "$work/log" >&2
    fail "the unit tests of the tarball"
}
echo "$name: $(list | wc -l) files, $(grep 'tests passed' "$work/log")"
