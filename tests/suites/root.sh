#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# root.sh SUITE FOLDER: two systems of that suite of Debian, made by debootstrap or brought up to date: FOLDER/newcomer,
# which has hardly more than apt, and FOLDER/node, which has a cluster's packages and what a build needs.
#
# They come from the mirror that apt uses on this machine, with apt's settings for the way to it.

set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
suite=$1 folder=$2
cluster=(corosync pacemaker sbd dlm-controld corosync-qdevice corosync-notifyd)
building=(cmake g++ libqb-dev ninja-build pkg-config dpkg-dev file iproute2)

# mirror: of apt's sources the first that has Debian itself.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p
}

# make: the system without anything, beside FOLDER/newcomer until it is complete.
make() {
    local uri script=() part=$folder/newcomer.part
    uri=$(mirror)
    [ -n "$uri" ] || {
        apt-get -q update
        uri=$(mirror)
    }
    [[ $uri =~ ^(https?|ftp|file):/ ]] || {
        echo "apt-get indextargets shows no mirror of Debian that debootstrap could use, only '$uri'." >&2
        exit 1
    }
    eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
    export http_proxy=${http_proxy-} https_proxy=${https_proxy-}
    # A debootstrap that is older than the suite makes it as it makes sid.
    [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=(/usr/share/debootstrap/scripts/sid)
    rm -rf "$part"
    mkdir -p "$part"
    unshare -mpf --mount-proc debootstrap --variant=minbase --include=ca-certificates "$suite" "$part" "$uri" "${script[@]}"
    # Answers of a person who was asked, and no services but those that tests start.
    echo 'APT::Get::Assume-Yes "true"; APT::Install-Recommends "false";' >"$part/etc/apt/apt.conf.d/00answers"
    mv "$part" "$folder/newcomer"
}

# settle ROOT COMMAND...: the way to the mirror is the machine's of today, whatever it was; then COMMAND in ROOT.
settle() {
    local root=$1
    shift
    { apt-config dump | grep '^Acquire::' || :; } >"$root/etc/apt/apt.conf.d/00machine"
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/00quickly"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    "$here/enter.sh" "$root" "" sh -ec "apt-get -q update; $*"
}

mkdir -p "$folder"
exec 9<"$folder"
flock 9 # others that do the same
[ -d "$folder/newcomer" ] || make
upgrade='apt-get -q dist-upgrade; apt-get -q autoclean'
settle "$folder/newcomer" "$upgrade"
if [ ! -d "$folder/node" ]; then
    rm -rf "$folder/node.part"
    cp -a "$folder/newcomer" "$folder/node.part"
    printf '#!/bin/sh\nexit 101\n' >"$folder/node.part/usr/sbin/policy-rc.d"
    chmod 755 "$folder/node.part/usr/sbin/policy-rc.d"
    settle "$folder/node.part" "apt-get -q install ${cluster[*]} ${building[*]}"
    rm -rf "$folder/node.part.archives"
    mv "$folder/node.part" "$folder/node"
fi
settle "$folder/node" "$upgrade"
