# SPDX-License-Identifier: BSD-3-Clause
# Sourced by suites.sh and cross.sh: $store is the folder of the systems, $results a file for what comes out. A script that
# runs something in a system sets $child, and $changes to the throw-away folder of its changes; these end with the script.
# shellcheck shell=bash

store=${COROSYNC_CLIENT_SUITES:-${XDG_CACHE_HOME:-$HOME/.cache}/corosync-client/suites}
mkdir -p "$store"
store=$(cd "$store" && pwd)
results=$(mktemp)
changes=
child=

# lock NAME: waits for another run with the same systems.
lock() {
    exec 8>"$store/$1.lock"
    flock 8
}

# sources: those that a release has, as a tar file, in one folder.
sources() {
    local place
    place=$(mktemp -d)
    # shellcheck disable=SC2154 # of setup.sh
    xz -dc "$("$top/pkgconfig/dist.sh" "$place")"
    rm -rf "$place"
}

# version SYSTEM PACKAGE: without Debian's epoch and revision.
version() {
    # shellcheck disable=SC2016 # dpkg-query expands that
    dpkg-query --admindir="$1/var/lib/dpkg" -W -f '${Version}\n' "$2" 2>/dev/null | sed -n '1{s/^[0-9]*://;s/[-+].*//;p}'
}

finish() {
    [ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || :
    [ -z "$changes" ] || rm -rf "$changes"
    child='' changes=''
}
trap 'finish; rm -f "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
