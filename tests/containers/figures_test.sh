#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# figures_test.sh LIBRARIES PROGRAMS PAGE, inside sandbox.sh
#
# Measures the resources that a handle and the daemon use: they must be those on the page, word for word.

set -eu

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/page.sh"

export LD_LIBRARY_PATH=$1 COROSYNC_CLIENT_TRANSPORT=ring
program=$2/containers_figures page=$3
[ "$(uname -m) $(getconf PAGESIZE)" = 'x86_64 4096' ] || {
    echo "the figures are for x86-64 with pages of 4 KiB: skipped"
    exit 77
}
setpriv --reuid 1000 --regid 1000 --clear-groups true 2>/dev/null || {
    echo "there are no other users here: skipped"
    exit 77
}
start_node 'uidgid {
  uid: 1000
}'

used() {
    df -k --output=used /dev/shm | tail -n 1
}
all_given_back() { # except for a line in a log
    [ "$(used)" -le $((before + 64)) ]
}
before=$(used)
{
    echo "shared memory of the daemon: $(du -ck /dev/shm/qb-corosync-* | sed -n 's/\ttotal//p')"
    "$program"
} >"$WORK/measured" || fail "$(cat "$WORK/measured")"
cat "$WORK/measured"

# In MiB, rounded up; each service must have the same figures.
awk -F ': ' '/^descriptors/ { print; next } { printf "%s: %.1f MiB\n", $1, int($2 / 102.4 + 0.999) / 10 }' \
    "$WORK/measured" | sort -u >"$WORK/rounded"
figures "$page" | sort | diff -u - "$WORK/rounded" || fail "the page (-) and what was measured (+) differ"

# First there is room for two handles of this size, and not for a third one; then for three.
tenths=$(sed -n 's/^shared memory of a handle: \(.*\)\.\(.\) MiB$/\1\2/p' "$WORK/rounded")
for handles in 2 3; do
    await 20 all_given_back || fail "$(used) KiB of /dev/shm are in use, $before before the first handle"
    mount -o "remount,size=$(($(used) + handles * tenths * 1024 / 10))k" /dev/shm
    "$program" three | tee "$WORK/said"
    mount -o remount,size=50% /dev/shm
    words='shared memory of a handle'
    [ $handles = 3 ] || words='votequorum initialize: CS_ERR_NO_SPACE: .*: /dev/shm has'
    grep -q "^$words" "$WORK/said" || fail "the wrong result if /dev/shm has room for $handles handles"
done
