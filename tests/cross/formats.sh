#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# formats.sh ARCHITECTURE COMMAND...: COMMAND in a user namespace of its own, with all users, in which the kernel gives
# programs of ARCHITECTURE to qemu, also those that are started by such programs. The machine knows nothing of that. The
# status is COMMAND's; where the kernel does not have that (before Linux 6.7), formats that the machine has will do.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/architectures.sh"

if [ "$1" != --inside ]; then
    # unshare goes on as the same process, for which we, who are root outside, can allow all users.
    unshare -U true || exit # otherwise nobody would open the other ends below
    turns=$(mktemp -d)
    trap 'rm -rf "$turns"' EXIT
    mkfifo "$turns/there" "$turns/mapped"
    unshare -Um --propagation private "$BASH" "$0" --inside "$turns" "$@" &
    child=$!
    read -r _ <"$turns/there"
    for map in uid_map gid_map; do
        echo "0 0 4294967295" >"/proc/$child/$map"
    done
    echo >"$turns/mapped"
    status=0
    wait "$child" || status=$?
    exit "$status"
fi
turns=$2 architecture=$3
shift 3
know "$architecture"
echo >"$turns/there"
read -r _ <"$turns/mapped"
if mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc 2>/dev/null; then
    # F: qemu is opened now, and found whatever the root is then. P: it gets the name that the program was called by.
    # C: who may do what depends on the program, which may be set-uid, not on qemu.
    printf '%s' ":qemu-$processor:M::$magic:$mask:/usr/bin/qemu-$processor-static:FPC" >/proc/sys/fs/binfmt_misc/register
fi
exec "$@"
