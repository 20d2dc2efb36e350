#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# debian.sh FOLDER [ARGUMENT...]: makes Debian's source package in FOLDER: the orig tarball, the .dsc, and the unpacked
# sources with debian/ where Debian wants it. With arguments it builds there, too: they are dpkg-buildpackage's, and what
# comes out is in FOLDER. `debian.sh build -b -uc` makes the packages for the suite that it runs on.

set -eu

[ $# -gt 0 ] || {
    sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
    exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
tarball=$("$here/dist.sh" "$1")
cd "$1"
shift
name=$(basename "$tarball" .tar.xz)
version=${name##*-}
rm -f corosync-client_* lib*-cc_*.deb lib*-cc-dbgsym_*.deb libcorosync-client-dev_*.deb # of a build for another version
mv "$tarball" "corosync-client_$version.orig.tar.xz"
rm -rf "$name"
tar -xf "corosync-client_$version.orig.tar.xz"
cp -RP "$here/debian" "$name/debian"
chmod -R u=rwX,go=rX "$name/debian"
dpkg-source -b "$name"
if [ $# -gt 0 ]; then
    cd "$name"
    dpkg-buildpackage "$@"
fi
