#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sandbox.sh CMD...: run CMD where nothing it does can survive or leak.
#
# CMD gets namespaces of its own for network, mounts, processes and System V IPC, an empty /run, /dev/shm and
# /var/lib/corosync, the loopback interface, and a scratch directory in $WORK, which lies on /dev/shm so that
# daemons with a /run of their own still see it. The status is CMD's; 77 where the machine does not grant
# namespaces. To end everything, send SIGKILL to the process that this script becomes: it ignores the polite
# signals.

set -eu

skip() {
    echo "sandbox: $1: skipped" >&2
    exit 77
}

# Where corosync's package leaves it to the service to make /var/lib/corosync: the folder is made in a private /var/lib
# that is otherwise what the machine has, entry by entry, because the machine's own has to stay as it is.
make_place() {
    mount -t tmpfs tmpfs /dev/shm &&
        mkdir /dev/shm/lib &&
        mount --rbind /var/lib /dev/shm/lib &&
        mount -t tmpfs -o mode=755 tmpfs /var/lib || return 1
    for entry in /dev/shm/lib/*; do
        private=/var/lib/${entry##*/}
        if [ -L "$entry" ]; then
            cp -P "$entry" "$private"
        elif [ -d "$entry" ]; then
            mkdir "$private" && mount --rbind "$entry" "$private"
        elif [ -e "$entry" ]; then
            : >"$private" && mount --bind "$entry" "$private"
        fi || return 1
    done
    mkdir /var/lib/corosync
    umount -l /dev/shm/lib && umount /dev/shm
}

# The second half, as the first process of the new namespaces. It stays while CMD runs: it collects orphans, and
# CMD is not the first process itself, which would be deaf to the default actions of signals.
if [ "${1-}" = --inside ]; then
    shift
    [ -d /var/lib/corosync ] || make_place || skip "cannot make a private /var/lib/corosync"
    for directory in /run /dev/shm /var/lib/corosync; do
        mount -t tmpfs tmpfs "$directory" || skip "cannot mount a private $directory"
    done
    ip link set lo up || skip "cannot bring the loopback interface up"
    WORK=/dev/shm/work
    export WORK
    mkdir "$WORK"
    status=0
    "$@" || status=$?
    exit "$status"
fi

[ $# -gt 0 ] || { echo "usage: $0 CMD..." >&2; exit 2; }
for tool in unshare mount ip; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
command -v corosync >/dev/null || [ -x /usr/sbin/corosync ] || skip "corosync is not installed"

# Who may not have namespaces as such, root in many containers included, may have them with a user namespace.
options='-nimpf --mount-proc --kill-child --propagation private'
# shellcheck disable=SC2086 # the options are words without blanks
unshare $options true 2>/dev/null || options="-Ur $options"
# shellcheck disable=SC2086
reason=$(unshare $options true 2>&1) || skip "no namespaces here ($reason)"
# exec, so that whoever kills this script kills unshare, whose --kill-child ends all the rest.
# shellcheck disable=SC2086
exec unshare $options /bin/sh "$0" --inside "$@"
