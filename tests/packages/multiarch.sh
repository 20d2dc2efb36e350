#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# multiarch.sh SYSTEM DEBS, inside sandbox.sh: our packages of two architectures lie side by side, and those of the other one
# go again without a trace. The packages of the other architecture have the same files, in that architecture's folder. Nobody
# runs them. The test is whether dpkg accepts both, though each conflicts with what the other one provides.

set -eu -o pipefail

. "$(dirname "$0")/swapping.sh"

other=arm64 folder=aarch64-linux-gnu
[ "$(dpkg --print-architecture)" != $other ] || skip "another architecture would have to be made up"
enter_with "$1" "$2"
change dpkg -i "${debs[@]}"
names >"$WORK/ours"

mkdir "$system/other"
for deb in "${debs[@]}"; do
    tree=$WORK/tree
    rm -rf "$tree"
    dpkg-deb -R "$system$deb" "$tree"
    sed -i "s/^Architecture: .*/Architecture: $other/" "$tree/DEBIAN/control"
    mv "$tree/usr/lib/$(dpkg-architecture -q DEB_HOST_MULTIARCH)" "$tree/usr/lib/$folder"
    (cd "$tree" && find usr -type f -exec md5sum {} + >DEBIAN/md5sums)
    quietly dpkg-deb -Znone --root-owner-group -b "$tree" "$system/other/$(basename "$deb")"
done
within dpkg --add-architecture $other
quietly within sh -c 'dpkg --unpack --force-depends /other/*.deb' # there is no libc of that architecture
for package in "${ours[@]}"; do
    for architecture in "$(dpkg --print-architecture)" $other; do
        within dpkg -s "$package:$architecture" | grep '^Status: install ok \(installed\|unpacked\)$' >/dev/null ||
            fail "$package is not there for $architecture"
    done
done
[ -e "$system/usr/lib/$folder/libcpg.so.4" ] || fail "the libraries of $other are not there"
complaints=$(within dpkg --verify)
[ -z "$complaints" ] || fail "$complaints"
start_corosync
run_on -cc

change dpkg --purge "${ours[@]/%/:$other}"
names | diff "$WORK/ours" - || fail "not the packages from before"
[ ! -e "$system/usr/lib/$folder" ] || fail "files of $other are left"
run_on -cc
echo "${#ours[@]} packages of two architectures side by side"
