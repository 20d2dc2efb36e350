#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# rpm.sh SYSTEM, inside sandbox.sh
#
# The packages for distributions with RPM are built from the tarball of a release, with their tests, and installed beside
# the reference's libraries, which stay where they are: while ours are there, programs run on ours, and programs are
# built with them.

set -eu -o pipefail

. "$(dirname "$0")/system.sh"

need rpm rpmbuild cmake ninja xz
built=$(mktemp -d) # not in $WORK, which is out of sight for tests that have a sandbox of their own
trap 'rm -rf "$built"' EXIT
# Without --nodeps it would ask RPM's database for what the build needs, which is empty on Debian.
quietly rpmbuild -ta --nodeps --define "_topdir $built" "$("$source_folder/pkgconfig/dist.sh" "$built")"
[ -s "$(echo "$built"/SRPMS/corosync-client-*.src.rpm)" ] || fail "there is no source package"
libs=$(echo "$built"/RPMS/*/corosync-client-libs-*.rpm)
devel=$(echo "$built"/RPMS/*/corosync-client-devel-*.rpm)

# What programs ask for has to stay corosynclib's: if it were ours, too, ours could not be removed any more. What only
# ours have is another matter.
provided=$(rpm -qp --provides "$libs" "$devel" | grep '\.so' | sed 's/([0-9]*bit)$//' | paste -s)
[ "$provided" = 'libcorosync_common.so.4(COROSYNC_CLIENT_1.0)' ] || fail "programs may depend on the packages: $provided"
[ "$(rpm -qp --requires "$libs" "$devel" | grep -c 'libcorosync')" = 0 ] || fail "they depend on what they have themselves"
[ -z "$(rpm -qp --scripts "$libs" "$devel")" ] || fail "there are scriptlets"
if command -v rpmlint >/dev/null; then
    rpmlint -c "$source_folder/tests/packages/rpmlint.toml" "$source_folder/pkgconfig/corosync-client.spec" "$libs" "$devel" \
        "$built"/SRPMS/*.src.rpm || fail "rpmlint has found something"
else
    echo "rpmlint is not installed, and was not asked"
fi

# run_from FOLDER: that is where corosync-cmapctl has the libraries from, and it works.
run_from() {
    local soname
    for soname in libcmap.so.4 libcorosync_common.so.4; do
        [ "$(within realpath "$(of_library $soname /usr/sbin/corosync-cmapctl)")" = "$(within realpath "$1/$soname")" ] ||
            fail "corosync-cmapctl has $(of_library $soname /usr/sbin/corosync-cmapctl), not that from $1"
    done
    within corosync-cmapctl -g totem.cluster_name | grep fixture >/dev/null || fail "corosync-cmapctl does not work"
}

enter "$1"
start_corosync
theirs=$(dirname "$(of_library libcmap.so.4 /usr/sbin/corosync-cmapctl)")
ours=/usr/lib$(getconf LONG_BIT | sed '/32/d')/corosync-client
run_from "$theirs"

# What they need is here, but not in RPM's database. And the triggers that run ldconfig are in the glibc of RPM's world.
quietly rpm --root "$system" --nodeps --install "$libs" "$devel"
within ldconfig
run_from "$ours"
printf '#include <corosync/client.h>\n#include <corosync/cpg.h>\nint main(void) { return cpg_finalize(0) == 0; }\n' \
    >"$WORK/program.c"
# shellcheck disable=SC2046 # one word for each flag
cc "$WORK/program.c" -o "$WORK/program" $(PKG_CONFIG_PATH=$system$ours/pkgconfig PKG_CONFIG_SYSROOT_DIR=$system \
    pkg-config --cflags --libs libcpg)
cp "$WORK/program" "$system/run/program"
[ "$(of_library libcpg.so.4 /run/program)" = "$ours/libcpg.so.4" ] || fail "the program has another library"
within /run/program || fail "the program does not work"

quietly rpm --root "$system" --erase corosync-client-devel corosync-client-libs
within ldconfig
run_from "$theirs"
left=$(find "$system/usr" "$system/etc" -name '*corosync-client*')
[ -z "$left" ] || fail "there is left: $left"
echo "${libs##*/}: corosync-cmapctl runs on it while it is installed"
