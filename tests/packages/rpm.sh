#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# rpm.sh SYSTEM DEBS, inside sandbox.sh
#
# The package for distributions with RPM, from the build that is in the folder DEBS, is installed beside the
# reference's libraries, which stay where they are: while it is there, programs run on ours.

set -eu -o pipefail

. "$(dirname "$0")/system.sh"

need rpm rpmbuild cpack
enter "$1"
(cd "$2/first/build" && quietly cpack -G RPM -B "$WORK")
package=$(echo "$WORK"/*.rpm)
[ "$(rpm -qp --provides "$package" | grep -c '\.so')" = 0 ] || fail "programs may depend on the package"
[ "$(rpm -qp --requires "$package" | grep -c 'libcorosync')" = 0 ] || fail "the package depends on what it has itself"

# run_from FOLDER: that is where corosync-cmapctl has the libraries from, and it works.
run_from() {
    local soname
    for soname in libcmap.so.4 libcorosync_common.so.4; do
        [ "$(within realpath "$(of_library $soname /usr/sbin/corosync-cmapctl)")" = "$(within realpath "$1/$soname")" ] ||
            fail "corosync-cmapctl has $(of_library $soname /usr/sbin/corosync-cmapctl), not that from $1"
    done
    within corosync-cmapctl -g totem.cluster_name | grep -q fixture || fail "corosync-cmapctl does not work"
}

start_corosync
theirs=$(dirname "$(of_library libcmap.so.4 /usr/sbin/corosync-cmapctl)")
run_from "$theirs"
quietly rpm --root "$system" --nodeps --install "$package" # what it needs is here, but not in RPM's database
run_from "/usr/lib$(getconf LONG_BIT | sed '/32/d')/corosync-client"
quietly rpm --root "$system" --erase corosync-client-libs
run_from "$theirs"
[ ! -e "$system/usr/lib64/corosync-client" ] || fail "a folder is left"
echo "${package##*/}: corosync-cmapctl runs on it while it is installed"
