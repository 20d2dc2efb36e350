# SPDX-License-Identifier: BSD-3-Clause
# Sourced by suites.sh and cross.sh: $store is the folder of the systems. A script that runs something in one sets $child, and
# $changes to the throw-away folder of its changes; both end with the script.
# shellcheck shell=bash

store=${COROSYNC_CLIENT_SUITES:-${XDG_CACHE_HOME:-$HOME/.cache}/corosync-client/suites}
mkdir -p "$store"
store=$(cd "$store" && pwd)
changes=
child=

finish() {
    [ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || :
    [ -z "$changes" ] || rm -rf "$changes"
    child='' changes=''
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
