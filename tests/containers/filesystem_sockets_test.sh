#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# filesystem_sockets_test.sh LIBRARIES PROGRAMS, inside sandbox.sh
#
# Builds of libqb differ in the folder where they have sockets in the file system, and in that of the file that asks for
# them. Copies of the installed libqb with other names of the same length stand for such builds; the daemon and all
# clients have the same one. There our libraries work, and what does not work fails as with the reference's.

set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"

need_corosync
unset COROSYNC_CLIENT_TRANSPORT COROSYNC_CLIENT_PEER_UIDS
mount -t tmpfs tmpfs /mnt
mkdir /mnt/build /mnt/ours /mnt/theirs /mnt/etc /mnt/work /mnt/libqb
cp "$1"/lib*.so.? /mnt/ours
cp "$1"/libcorosync_common.so.? /mnt/theirs # has cs_client_reason(), which the program wants
for library in libcmap.so.4 libcpg.so.4 libvotequorum.so.8; do # in these folders before the program's own one
    for tool in cmapctl cpgtool quorumtool; do
        ldd "$(command -v corosync-$tool)" | sed -n "s|.*$library => \([^ ]*\).*|\1|p"
    done | sed -n 1p | xargs -I {} cp -L {} /mnt/theirs
    [ -e "/mnt/theirs/$library" ] && ! cmp -s "/mnt/theirs/$library" "/mnt/ours/$library" || fail "no $library of the reference"
done
cp "$2/containers_client" /mnt
chmod 755 /mnt
client=/mnt/containers_client
libqb=$(ldd "$(command -v corosync)" | sed -n 's|.*libqb\.so\.100 => \([^ ]*\).*|\1|p')
file=force-filesystem-sockets
installed_folder=
for folder in /tmp /run; do
    ! LC_ALL=C grep -qaP "\x00$folder\x00" "$libqb" || installed_folder=$folder
done
[ -n "$installed_folder" ] && LC_ALL=C grep -qaP "\x00/etc/libqb/$file\x00" "$libqb" || {
    echo "this libqb has other names: skipped"
    exit 77
}
mount -t overlay -o "lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work" overlay /etc || {
    echo "no overlays here: skipped"
    exit 77
}
mkdir -p /etc/libqb
mount -t tmpfs -o mode=1777 tmpfs /tmp
export LD_LIBRARY_PATH=/mnt/build

# result LIBRARIES COMMAND...: what a client says that COMMAND starts, without our reason.
result() {
    local libraries=$1 said
    shift
    said=$("$@" env LD_LIBRARY_PATH="/mnt/build:/mnt/$libraries" "$client" 2>&1) || :
    sed -n '1s/\(: CS_ERR_[A-Z_]*\).*/\1/;1p' <<<"$said"
}

# same WORDS COMMAND...: a client that COMMAND starts says WORDS: with the reference's libraries, and with ours, also
# when these use libqb's client.
same() {
    local words=$1 theirs ours
    shift
    theirs=$(result theirs "$@")
    [ "$theirs" = "$words" ] || fail "$build, $*: the reference says '$theirs' instead of '$words'"
    for transport in auto libqb; do
        ours=$(result ours "$@" env COROSYNC_CLIENT_TRANSPORT=$transport)
        [ "$ours" = "$words" ] || fail "$build, $*: ours says '$ours' on $transport, and the reference '$theirs'"
    done
}

# without FOLDER COMMAND...: runs COMMAND with an empty folder in the place of FOLDER.
without() {
    # shellcheck disable=SC2016 # the inner shell expands that
    unshare -m sh -c 'mount -t tmpfs tmpfs "$0" && exec "$@"' "$@"
}

as_user() {
    setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
}

# is_running_on FOLDER: the daemon has its sockets in FOLDER, and none in the abstract name space.
is_running_on() {
    grep -q " $1/cmap\$" /proc/net/unix && ! grep -q ' @cmap' /proc/net/unix
}

for folder in /tmp /run; do
    for etc in /etc /mnt; do
        build="libqb with sockets in $folder and $etc/libqb/$file"
        LC_ALL=C sed "s|\x00$installed_folder\x00|\x00$folder\x00|g; s|\x00/etc/libqb/$file\x00|\x00$etc/libqb/$file\x00|g" \
            "$libqb" >/mnt/build/libqb.so.100
        : >"$etc/libqb/$file"
        same 'cmap initialize: CS_ERR_NOT_EXIST' env
        start_node ''
        is_running_on "$folder" || fail "$build: the daemon has its sockets elsewhere: $(cat /proc/net/unix)"
        same 'works' env
        same 'works' unshare -n
        same 'cmap initialize: CS_ERR_NOT_EXIST' without "$folder"
        same 'cmap initialize: CS_ERR_NOT_EXIST' without /dev/shm
        ! as_user true 2>/dev/null || same 'cmap initialize: CS_ERR_ACCESS' as_user
        kill -KILL $!
        wait $! 2>/dev/null || :
        same 'cmap initialize: CS_ERR_LIBRARY' env # nobody listens on the file that the daemon has left
        rm "$etc/libqb/$file"
        find /tmp /run /dev/shm -mindepth 1 -maxdepth 1 ! -path "$WORK" -exec rm -rf {} +
    done
done
