#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# enter.sh ROOT CHANGES COMMAND...: runs COMMAND as root of the system in the folder ROOT, on the machine's network.
# Nothing that it starts survives. What it changes goes to the empty folder CHANGES, or stays in ROOT if CHANGES is
# empty. Packages that apt-get fetches stay in ROOT.archives. If there is a variable BESIDE, the system in that folder is
# in /beside.
#
# The system becomes the root by pivot_root: in a mere chroot the kernel refuses user namespaces. The status is
# COMMAND's.

set -eu

if [ "$1" != --inside ]; then
    # exec, so that whoever kills this script kills unshare, whose --kill-child ends all the rest.
    exec unshare -impuf --kill-child --propagation private /bin/sh "$0" --inside "$@"
fi
root=$2 changes=$3
shift 3
mkdir -p "$root.archives/partial"
if [ -n "$changes" ]; then
    mkdir "$changes/upper" "$changes/work" "$changes/root"
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$changes/upper,workdir=$changes/work" "$changes/root" || {
        echo "An overlay cannot keep its changes in $changes. Set COROSYNC_CLIENT_SUITES to a folder on another file system." >&2
        exit 1
    }
    new=$changes/root
else
    mount --bind "$root" "$root"
    new=$root
fi
cd "$new"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs tmpfs run
mount --bind "$root.archives" var/cache/apt/archives
if [ -n "${BESIDE-}" ]; then
    mkdir -p beside
    mount --bind "$BESIDE" beside
fi
pivot_root . .
umount -l .
cd /
status=0
env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
    DEBIAN_FRONTEND=noninteractive "$@" || status=$?
exit "$status"
