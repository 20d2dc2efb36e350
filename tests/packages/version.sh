#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# version.sh: the pkg-config files have, and Debian's packages provide, the version of the corosync that is installed, else
# of the one that apt would install, unless another is given; where nobody knows one, all but Debian's packages can be
# built. dpkg-query and apt-cache are told what to say.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need cmake dpkg make
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

# packaged: the version that debian/rules would let the packages provide; or what it says instead.
packaged() {
    make -s -C "$source_folder" -f pkgconfig/debian/rules show_version 2>&1
}

# released RELEASE: that is the version in the pkg-config files.
released() {
    local file
    for file in libcmap libcpg libvotequorum libcorosync_common corosync; do
        [ "$(sed -n 's/^Version: //p' "$work/build/pkgconfig/$file.pc")" = "$1" ] || fail "$file.pc is not of $1"
    done
}

# expect DEBIAN_VERSION RELEASE
expect() {
    [ "$(packaged)" = "$1" ] || fail "the packages provide $(packaged), not $1"
    released "$2"
}

refused() {
    ! packaged >"$work/said" || fail "there is a version: $(cat "$work/said")"
    grep -qF 'set COROSYNC_CLIENT_DEBIAN_VERSION' "$work/said" || fail "it says $(cat "$work/said")"
}

others='installed libqb 2.0.8-2\nconfig-files corosync 9.9.9-1\ninstalled corosync-qdevice 3.0.3-2\n'
candidate='libcorosync-common4:\n  Installed: (none)\n  Candidate: 3.1.9-2+deb13u1\n'

configured "${others}installed corosync 3.1.8-1\n" "$candidate"
expect 3.1.8-1 3.1.8
configured "${others}installed corosync 3.1.9-2\ninstalled corosync 3.1.10-5+b1\ninstalled corosync 3.1.9-2\n" "$candidate"
expect 3.1.10-5+b1 3.1.10
configured "$others" "$candidate"
expect 3.1.9-2+deb13u1 3.1.9

configured "$others" "libcorosync-common4:\n  Installed: (none)\n  Candidate: (none)\n"
refused
for tool in dpkg-query apt-cache dpkg; do
    printf '#!/bin/sh\nexit 127\n' >"$work/told/$tool"
done
chmod 755 "$work/told/dpkg"
configured "" ""
refused
released 3.1.7

export COROSYNC_CLIENT_DEBIAN_VERSION=1:3.1.11+dfsg-1~bpo1
configured "" "" -DCOROSYNC_CLIENT_DEBIAN_VERSION=$COROSYNC_CLIENT_DEBIAN_VERSION # as debian/rules passes it on
expect 1:3.1.11+dfsg-1~bpo1 3.1.11
configured "" "" -DCOROSYNC_CLIENT_DEBIAN_VERSION= -DCOROSYNC_RELEASE=3.2.1
released 3.2.1
echo "the reference's version, from dpkg, from apt, or given"
