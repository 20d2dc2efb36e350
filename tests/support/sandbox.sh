#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# sandbox.sh CMD...: runs CMD in namespaces of its own, so that nothing of what it does is left.
#
# CMD gets its own namespaces for network, mounts, processes and System V IPC, an empty /run, /dev/shm and
# /var/lib/corosync, the loopback interface, and a scratch directory in $WORK. That is on /dev/shm, so that
# daemons with their own /run still see it. The status is CMD's, or 77 if the machine does not allow
# namespaces. To end everything, send SIGKILL to the process that this script becomes: it ignores SIGTERM and
# SIGINT.

set -eu

skip() {
    echo "sandbox: $1: skipped" >&2
    exit 77
}

# With some packages of corosync the service makes /var/lib/corosync, so it is missing here. This makes it in a private
# /var/lib, which has all entries of the machine's own one: that must not change.
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

# The second half runs as the first process of the new namespaces, as long as CMD runs. It waits for orphans. CMD
# cannot be the first process itself, because the default actions of signals do not work for that.
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

# If namespaces are not allowed as such (for root in many containers, too), they may be with a user namespace.
options='-nimpf --mount-proc --kill-child --propagation private'
# shellcheck disable=SC2086 # the options are words without blanks
unshare $options true 2>/dev/null || options="-Ur $options"
# shellcheck disable=SC2086
reason=$(unshare $options true 2>&1) || skip "no namespaces here ($reason)"
# exec, so that a signal that kills this script kills unshare, whose --kill-child ends all the rest.
# shellcheck disable=SC2086
exec unshare $options /bin/sh "$0" --inside "$@"
