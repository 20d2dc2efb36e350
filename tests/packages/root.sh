#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# root.sh FOLDER: FOLDER/base becomes a small system with Debian's corosync and Pacemaker, by debootstrap, FOLDER/clean one
# with nothing but apt, and FOLDER/debian the archive that they were made from, which also has what the build and the
# tests of our packages depend on. FOLDER/newer is one of the same corosync in a higher version. What is there already,
# and complete, stays.
#
# apt-get, as the machine has it configured, brings what the machine does not have; all the rest is done without a
# network.

set -eu -o pipefail

. "$(dirname "$0")/building.sh"

need apt-get debootstrap dpkg-scanpackages unshare
[ "$(id -u)" = 0 ] || skip "only root can make a system to install in"
folder=$1
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
architecture=$(dpkg --print-architecture)
smallest=(apt usr-is-merged)
packages=("${smallest[@]}" dpkg-dev corosync pacemaker pacemaker-cli-utils
    libcmap-dev libcpg-dev libvotequorum-dev libcorosync-common-dev libcfg-dev libquorum-dev libsam-dev)
building=(build-essential debhelper cmake libgtest-dev libqb-dev ninja-build pkgconf systemtap-sdt-dev # and for the tests:
    autopkgtest iproute2)

# apt OPTION PACKAGE...: as if nothing were installed.
apt() {
    apt-get -qq -y --no-install-recommends -o Dir::State::status=/dev/null -o Debug::NoLocking=true \
        -o Dir::Cache::archives="$folder/debian/pool/" "$1" install "${@:2}" '?essential' '?priority(required)'
}

# make SYSTEM PACKAGE...: of what is in the archive.
make() {
    local system=$1 all
    shift
    all=$(apt --simulate "$@" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | paste -s -d ,)
    quietly unshare -nmpf --mount-proc debootstrap --no-check-gpg --variant=minbase --include="$all" \
        "$suite" "$system" "file://$folder/debian"
    echo "deb [trusted=yes] file:$archives/debian $suite main" >"$system/etc/apt/sources.list"
    mkdir -p "$system$archives"
    rm -rf "$system"/var/cache/apt/archives/*.deb
}

# index ARCHIVE: the files by which apt-get and debootstrap know what is in the archive.
index() {
    local dists=$1/dists/$suite index=main/binary-$architecture/Packages
    mkdir -p "$dists/${index%/*}"
    (cd "$1" && dpkg-scanpackages pool 2>/dev/null) >"$dists/$index"
    cat >"$dists/Release" <<END
Suite: $suite
Codename: $suite
Architectures: $architecture
Components: main
SHA256:
 $(sha256sum <"$dists/$index" | cut -d ' ' -f 1) $(wc -c <"$dists/$index") $index
END
}

if [ "$(cat "$folder/complete" 2>/dev/null)" != "${packages[*]} ${building[*]}" ]; then
    rm -rf "$folder"
    mkdir -p "$folder/debian/pool/partial" "$folder/newer/pool"
    apt --print-uris "${packages[@]}" "${building[@]}" | cut -d ' ' -f 2 >"$folder/names" || skip "apt-get does not know the packages"
    while read -r name; do
        [ ! -e "/var/cache/apt/archives/$name" ] || cp "/var/cache/apt/archives/$name" "$folder/debian/pool/"
    done <"$folder/names"
    quietly apt --download-only "${packages[@]}" "${building[@]}"
    rm -rf "$folder/debian/pool/partial" "$folder/debian/pool/lock"
    for deb in "$folder"/debian/pool/*%3a*; do
        mv "$deb" "${deb//%3a/:}" # apt-get decodes the names of files that it is to install
    done
    index "$folder/debian"

    # The same files, and a version that is higher in the control file and wherever one of them asks for exactly it.
    for deb in "$folder"/debian/pool/*.deb; do
        [ "$(dpkg-deb -f "$deb" Source)" = corosync ] || [[ $deb = */corosync_* ]] || continue
        version=$(dpkg-deb -f "$deb" Version)
        dpkg-deb -R "$deb" "$folder/unpacked"
        sed -i -E "/^(Version|Depends):/s/${version//+/\\+}/$version+newer/g" "$folder/unpacked/DEBIAN/control"
        quietly dpkg-deb -Znone -b "$folder/unpacked" "$folder/newer/pool/"
        rm -rf "$folder/unpacked"
    done
    index "$folder/newer"

    make "$folder/base" "${packages[@]}"
    make "$folder/clean" "${smallest[@]}"
    echo "${packages[*]} ${building[*]}" >"$folder/complete"
fi
echo "$(wc -l <"$folder/names") packages, $(find "$folder/newer/pool" -name '*.deb' | wc -l) of them of corosync"
