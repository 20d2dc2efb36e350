#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# surroundings_test.sh LIBRARIES PROGRAMS, inside sandbox.sh
#
# Clients in namespaces of their own, with a real daemon: which of them work, which errors the others get, and that the
# setups that corosync_client(7) recommends work.

set -eu -o pipefail

here=$(dirname "$0")
. "$here/../support/node.sh"
. "$here/page.sh"

mount -t tmpfs tmpfs /mnt
mkdir /mnt/programs # visible also where /tmp and /dev/shm are private
cp "$1"/lib*.so.? "$2/containers_client" /mnt/programs
export LD_LIBRARY_PATH=/mnt/programs
client=/mnt/programs/containers_client user=1000
unset COROSYNC_CLIENT_TRANSPORT COROSYNC_CLIENT_PEER_UIDS

# expect WORDS WHERE...: a client that this command starts prints these words.
expect() {
    local words=$1 said
    shift
    said=$("$@" "$client" 2>&1) || true
    [[ $said == *"$words"* ]] || fail "$*: '$said' instead of '$words'"
}
no_shm() {
    mount -t tmpfs tmpfs /dev/shm && "$@"
}
# Namespaces as systemd makes them for PrivateDevices= and PrivateTmp=.
private_dev() {
    mkdir /mnt/shm && mount --rbind /dev/shm /mnt/shm && mount -t tmpfs tmpfs /dev && mkdir /dev/shm &&
        mount --rbind /mnt/shm /dev/shm && "$@"
}
private_tmp() {
    mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /var/tmp && "$@"
}
no_sockets() {
    mount -t tmpfs tmpfs "$sockets" && "$@"
}
# Runs a command in a mount namespace of its own, after FUNCTION has changed something there.
with() {
    (
        export -f "${1?}"
        # shellcheck disable=SC2016 # the inner shell expands that
        exec unshare -m "${BASH:-bash}" -c '"$@"' inside "$@"
    )
}
as_user() {
    setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}"
}

start_node "uidgid {
  uid: $user
}"
daemon=$!
network=(unshare -n nsenter "--net=/proc/$daemon/ns/net")
expect 'works' env
expect "CS_ERR_LIBRARY: nobody listens on the socket 'cmap' in this network namespace" unshare -n
expect 'works' "${network[@]}"
expect "CS_ERR_NOT_EXIST: the daemon's ring files are not in this /dev/shm" with no_shm
expect "CS_ERR_NOT_SUPPORTED: the daemon's ring files are not in this /dev/shm" \
    with no_shm env COROSYNC_CLIENT_TRANSPORT=ring
expect "CS_ERR_NOT_EXIST: libqb's client finds no socket of the daemon, or no ring files" \
    with no_shm env COROSYNC_CLIENT_TRANSPORT=libqb
expect 'works' with private_dev
expect 'works' with private_tmp
expect 'works' unshare -p -f
expect 'works' "${network[@]}" unshare -u -i -C -p -f --mount-proc

# A group of libcpg cannot tell the first processes of two pid namespaces apart: they have the same process id.
mkfifo "$WORK/first"
unshare -p -f "$client" join <"$WORK/first" >"$WORK/joined" &
first=$!
exec 5>"$WORK/first"
await 20 grep -q . "$WORK/joined"
result=$(unshare -p -f "$client" join </dev/null) || true
other=$("$client" join </dev/null)
[[ "$(cat "$WORK/joined") $result $other" == 'works cpg join: CS_ERR_EXIST: '*' works' ]] ||
    fail "the same process id twice: $(cat "$WORK/joined"), $result, another one: $other"
exec 5>&-
wait "$first"

# In another user's user namespace, root has another id, and for the daemon the processes there are not root.
expect 'works' unshare --map-root-user
if as_user $user true 2>/dev/null; then
    expect 'runs as user 65534, which is neither root' as_user $user unshare --map-root-user
    expect 'works' as_user $user env COROSYNC_CLIENT_PEER_UIDS=65534 unshare --map-root-user
    expect 'CS_ERR_ACCESS: the daemon does not allow this user and group to connect' \
        as_user 1001 env COROSYNC_CLIENT_PEER_UIDS=65534 unshare --map-root-user
else
    echo "there are no other users here: skipped in part"
fi

# Sockets in the file system need no network namespace.
kill "$daemon"
wait "$daemon" || true
mkdir "$WORK/etc" "$WORK/work"
mount -t overlay -o "lowerdir=/etc,upperdir=$WORK/etc,workdir=$WORK/work" overlay /etc || exit 77
mkdir -p /etc/libqb
: >/etc/libqb/force-filesystem-sockets
mount -t tmpfs tmpfs /tmp # some builds of libqb have their sockets there
start_node ''
sockets=$(sed -n 's|.* \(/.*\)/cmap$|\1|p' /proc/net/unix)
export sockets
echo "this libqb's sockets are in $sockets"
expect 'works' unshare -n
expect "CS_ERR_NOT_EXIST: libqb's client finds no socket of the daemon, or no ring files" with no_sockets
expect "CS_ERR_NOT_EXIST: libqb's client finds no socket of the daemon, or no ring files" with no_shm
rm /etc/libqb/force-filesystem-sockets # as in a container without this file
expect "nobody listens on the socket 'cmap'" unshare -n
