# SPDX-License-Identifier: BSD-3-Clause
# Sourced inside sandbox.sh by tests that install packages: a throw-away copy of the system that root.sh made.
# shellcheck shell=bash

. "$(dirname "${BASH_SOURCE[0]}")/building.sh"

# enter FOLDER [SYSTEM]: FOLDER/base or another one of them, with FOLDER/debian and FOLDER/newer as archives of packages, and
# nothing else. What is changed in it is gone with the sandbox. Programs in it see the sandbox's processes and rings.
enter() {
    local place
    [ -e "$1/complete" ] || skip "the system was not made"
    system=$WORK/system
    mkdir "$system" "$WORK/changes" "$WORK/overlay"
    mount -t overlay overlay -o "lowerdir=$1/${2-base},upperdir=$WORK/changes,workdir=$WORK/overlay" "$system" ||
        skip "no overlay file system here"
    for place in proc sys dev; do
        mount --rbind /$place "$system/$place"
    done
    mount -t tmpfs tmpfs "$system/run"
    mkdir -p "$system$archives/debian" "$system$archives/newer" "$system$source_folder"
    mount --bind "$1/debian" "$system$archives/debian"
    mount --bind "$1/newer" "$system$archives/newer"
    mount --bind "$source_folder" "$system$source_folder"
    printf '#!/bin/sh\nexit 101\n' >"$system/usr/sbin/policy-rc.d"
    chmod 755 "$system/usr/sbin/policy-rc.d"
    quietly within apt-get -q update
}

# within CMD...: in the system.
within() {
    DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$system" "$@"
}

# start_corosync: a node of the system, a cluster of its own, for the rest of the test.
start_corosync() {
    within bash -c ". $source_folder/tests/support/node.sh && start_node" || fail "no node in the system"
}

# of_library SONAME PROGRAM: the file that the dynamic linker takes for it.
of_library() {
    within ldd "$2" | sed -n "s|.*$1 => \([^ ]*\).*|\1|p"
}
