#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# version.sh: the packages for Debian provide, and the pkg-config files have, the version of the corosync that is
# installed, else of the one that apt would install, unless another is given; where nobody knows one, all but Debian's
# packages can be built. dpkg-query and apt-cache are told what to say.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need cmake cpack dpkg dpkg-deb dpkg-parsechangelog
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/told"
for pair in dpkg-query:installed apt-cache:policy; do
    printf '#!/bin/sh\ncat %s\n' "$work/${pair#*:}" >"$work/told/${pair%:*}"
done
chmod 755 "$work"/told/*
PATH=$work/told:$PATH

# configured INSTALLED CANDIDATE OPTION...: what dpkg-query and apt-cache say, then cmake.
configured() {
    printf "%b" "$1" >"$work/installed"
    printf "%b" "$2" >"$work/policy"
    shift 2
    quietly cmake -S "$source_folder" -B "$work/build" -DCMAKE_INSTALL_PREFIX=/usr -DCOROSYNC_CLIENT_TESTS=OFF "$@"
}

# expect DEBIAN_VERSION RELEASE
expect() {
    local file
    for file in libcmap libcpg libvotequorum libcorosync_common corosync; do
        [ "$(sed -n 's/^Version: //p' "$work/build/pkgconfig/$file.pc")" = "$2" ] || fail "$file.pc is not of $2"
    done
    grep -qF "PACKAGE_PROVIDES \"libcpg4 (= $1)\"" "$work/build/CPackConfig.cmake" || fail "libcpg4-cc has not $1"
    grep -qF "libcmap-dev (= $1)" "$work/build/CPackConfig.cmake" || fail "libcorosync-client-dev has not $1"
}

# refused WORDS: cpack makes no package, and says why.
refused() {
    ! (cd "$work/build" && cpack -G DEB) >"$work/said" 2>&1 || fail "cpack makes packages"
    tr -s ' \n' ' ' <"$work/said" | grep -qF -e "$1" || fail "cpack does not say '$1': $(cat "$work/said")"
    [ -z "$(find "$work/build" -name '*.deb')" ] || fail "there are packages"
}

others='installed libqb 2.0.8-2\nconfig-files corosync 9.9.9-1\ninstalled corosync-qdevice 3.0.3-2\n'
candidate='libcorosync-common4:\n  Installed: (none)\n  Candidate: 3.1.9-2+deb13u1\n'

configured "${others}installed corosync 3.1.8-1\n" "$candidate"
expect 3.1.8-1 3.1.8
configured "${others}installed corosync 3.1.9-2\ninstalled corosync 3.1.10-5+b1\ninstalled corosync 3.1.9-2\n" "$candidate"
expect 3.1.10-5+b1 3.1.10
configured "$others" "$candidate"
expect 3.1.9-2+deb13u1 3.1.9
printf '%b' "${others}installed corosync 3.1.10-5\n" >"$work/installed"
refused "is configured for corosync 3.1.9-2+deb13u1, but it is '3.1.10-5' here now"

configured "$others" "libcorosync-common4:\n  Installed: (none)\n  Candidate: (none)\n"
refused -DCOROSYNC_CLIENT_DEBIAN_VERSION=
for tool in dpkg-query apt-cache dpkg; do
    printf '#!/bin/sh\nexit 127\n' >"$work/told/$tool"
done
chmod 755 "$work/told/dpkg"
configured "" ""
refused -DCOROSYNC_CLIENT_DEBIAN_VERSION=

configured "" "" -DCOROSYNC_CLIENT_DEBIAN_VERSION=1:3.1.11+dfsg-1~bpo1
expect 1:3.1.11+dfsg-1~bpo1 3.1.11
configured "" "" -DCOROSYNC_CLIENT_DEBIAN_VERSION= -DCOROSYNC_RELEASE=3.2.1
refused -DCOROSYNC_CLIENT_DEBIAN_VERSION=
[ "$(sed -n 's/^Version: //p' "$work/build/pkgconfig/libcpg.pc")" = 3.2.1 ] || fail "the release that was given is not used"
echo "the reference's version, from dpkg, from apt, or given"
