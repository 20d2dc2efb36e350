#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# root.sh ARCHITECTURE FOLDER: FOLDER/cross-ARCHITECTURE, a system for this machine that has the cross compiler, and by
# multi-arch the libraries and the daemon of ARCHITECTURE. It grows from FOLDER/newcomer, which suites/root.sh makes or
# brings up to date. With both, it is brought up to date.

set -eu -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/architectures.sh"
architecture=$1 folder=$2
know "$architecture"
tools=(abigail-tools binutils cmake "g++-$prefix" iproute2 ninja-build pkg-config)
libraries=(corosync libcmap-dev libcorosync-common-dev libcpg-dev libgmock-dev libgtest-dev libqb-dev libstdc++6
    libvotequorum-dev)

emulator=qemu-user-static
# That of bookworm, 7.2, knows no madvise(MADV_WIPEONFORK) and puts AT_RANDOM where no kernel does.
[ "$suite" != bookworm ] || emulator+=/bookworm-backports

[ -d "$folder/newcomer" ] || "$here/../suites/root.sh" "$suite" "$folder"
root=$folder/cross-$architecture
exec 9<"$folder"
flock 9 # others that do the same
# With --kill-child behind it, whatever ends this script ends what it started, and a system is complete or called .part.
settle() {
    "$here/../suites/enter.sh" "$1" "" sh -ec "
        dpkg --add-architecture $architecture
        [ $suite != bookworm ] || sed 's/ $suite / $suite-backports /' /etc/apt/sources.list >/etc/apt/sources.list.d/backports.list
        apt-get -q update
        apt-get -q dist-upgrade
        apt-get -q install ${tools[*]} $emulator ${libraries[*]/%/:$architecture}
        apt-get -q autoclean"
}
if [ ! -d "$root" ]; then
    rm -rf "$root.part"
    cp -a "$folder/newcomer" "$root.part"
    printf '#!/bin/sh\nexit 101\n' >"$root.part/usr/sbin/policy-rc.d" # no services but those that tests start
    chmod 755 "$root.part/usr/sbin/policy-rc.d"
    settle "$root.part"
    rm -rf "$root.part.archives"
    mv "$root.part" "$root"
else
    settle "$root"
fi
