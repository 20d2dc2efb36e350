#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# figures_test.sh LIBRARIES PROGRAMS PAGE, inside sandbox.sh
#
# What a handle and the daemon cost, measured, is what the page says, word for word.

set -eu -o pipefail

. "$(dirname "$0")/../support/node.sh"
. "$(dirname "$0")/page.sh"

export LD_LIBRARY_PATH=$1 COROSYNC_CLIENT_TRANSPORT=ring
program=$2/containers_figures page=$3
[ "$(uname -m) $(getconf PAGESIZE)" = 'x86_64 4096' ] || {
    echo "the figures are for x86-64 with pages of 4 KiB: skipped"
    exit 77
}
start_node 'uidgid {
  uid: 1000
}'

{
    echo "shared memory of the daemon: $(du -ck /dev/shm/qb-corosync-* | sed -n 's/\ttotal//p')"
    "$program"
} >"$WORK/measured"
cat "$WORK/measured"

# In MiB, rounded up; the same for each service.
awk -F ': ' '/^descriptors/ { print; next } { printf "%s: %.1f MiB\n", $1, int($2 / 102.4 + 0.999) / 10 }' \
    "$WORK/measured" | sort -u >"$WORK/rounded"
figures "$page" | sort | diff -u - "$WORK/rounded" || fail "the page (-) and what was measured (+) differ"
