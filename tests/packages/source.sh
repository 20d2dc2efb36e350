#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# source.sh SYSTEM FOLDER, inside sandbox.sh: Debian's source package builds in a system that has nothing but its build
# dependencies, as a user, without a network. Two builds, in different folders and circumstances, the one with its tests and
# the other without, give the same packages to the byte. FOLDER gets them, what else belongs to them, and in FOLDER/newer
# those that are built for the reference's next revision.

set -eu -o pipefail

. "$(dirname "$0")/system.sh"

need dpkg-source dpkg-deb xz
enter "$1" clean
folder=$2
rm -rf "$folder"
mkdir -p "$folder/newer"

quietly "$source_folder/pkgconfig/debian.sh" "$WORK/first"
quietly env TZ=Pacific/Chatham sh -c 'umask 077 && exec "$@"' sh "$source_folder/pkgconfig/debian.sh" "$WORK/second"
for file in "$WORK"/first/*.{dsc,xz}; do
    cmp "$file" "$WORK/second/${file##*/}" || fail "${file##*/} is not the same again"
done
dsc=$(echo "$WORK"/first/*.dsc)

mkdir "$system/sources"
cp "$WORK"/first/*.{dsc,xz} "$system/sources"
quietly within apt-get -qy --no-install-recommends install build-essential
quietly within apt-get -qy --no-install-recommends build-dep "/sources/${dsc##*/}"
# shellcheck disable=SC2016 # dpkg-query expands that
version=$(within dpkg-query -W -f '${Version}' libcorosync-common4)

# as_user COMMAND: of the shell, by somebody who may write in /srv/somebody.
as_user() {
    quietly chroot --userspec=somebody "$system" env -i LC_ALL=C.UTF-8 HOME=/srv/somebody PATH=/usr/bin:/bin:/usr/sbin \
        sh -ec "cd && $1"
}
quietly within useradd --create-home --home-dir /srv/somebody somebody
unpack="dpkg-source -x /sources/${dsc##*/}"

as_user "mkdir first; cd first; $unpack sources; cd sources; umask 022; dpkg-buildpackage -us -uc"
as_user "mkdir second; cd second; $unpack elsewhere; cd elsewhere; umask 027; export TZ=Pacific/Chatham LC_ALL=C
    export DEB_BUILD_OPTIONS='nocheck parallel=1'; dpkg-buildpackage -us -uc -S -d; dpkg-buildpackage -us -uc -b"
home=$system/srv/somebody
[ -s "$home/first/sources/build/Testing/Temporary/LastTest.log" ] || fail "the tests did not run"
[ -z "$(find "$home/second" -name LastTest.log)" ] || fail "the tests ran in spite of nocheck"
count=0
for package in "$home"/first/*.deb; do
    cmp "$package" "$home/second/${package##*/}" || fail "${package##*/} is not the same again"
    [[ $package = *-dbgsym_* ]] || count=$((count + 1))
done
[ $count = 5 ] || fail "$count packages"
for package in "$home"/first/lib*-cc_*.deb; do
    name=$(basename "$package" | sed 's/-cc_.*//')
    provided=$(dpkg-deb -f "$package" Provides)
    [ "$provided" = "$name (= $version)" ] || fail "$name-cc provides $provided; corosync's is $version"
done
provided=$(dpkg-deb -f "$home"/first/libcorosync-client-dev_*.deb Provides)
for name in libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev; do
    [[ ", $provided," = *", $name (= $version),"* ]] || fail "libcorosync-client-dev provides $provided"
done
cp "$home"/first/*.* "$folder"

# The same binaries, packed once more: the environment overrides what dpkg knows.
as_user "cd first/sources; rm ../*.deb; export COROSYNC_CLIENT_DEBIAN_VERSION=$version+newer; dpkg-buildpackage -us -uc -b -nc"
cp "$home"/first/*.deb "$folder/newer"
dpkg --compare-versions "$(dpkg-deb -f "$folder"/newer/libcpg4-cc_*.deb Version)" gt \
    "$(dpkg-deb -f "$folder"/libcpg4-cc_*.deb Version)" || fail "those for the next revision are not newer"
[ "$(dpkg-deb -f "$folder"/newer/libcpg4-cc_*.deb Provides)" = "libcpg4 (= $version+newer)" ] ||
    fail "COROSYNC_CLIENT_DEBIAN_VERSION is not heeded"

# Where the version is not known, it says what to do.
quietly within dpkg --purge --force-depends libcorosync-common4
rm -f "$system"/etc/apt/sources.list "$system"/var/lib/apt/lists/*Packages*
within sh -c 'cd /srv/somebody/second/elsewhere && debian/rules clean && ! debian/rules build' \
    >"$WORK/said" 2>&1 || fail "it builds, for whatever version: $(cat "$WORK/said")"
grep -q 'Install libcorosync-common4, or set COROSYNC_CLIENT_DEBIAN_VERSION' "$WORK/said" || fail "it says $(cat "$WORK/said")"
echo "$count packages for corosync $version, the same from both builds"
