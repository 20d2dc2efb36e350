#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# autopkgtest.sh SYSTEM DEBS, inside sandbox.sh: the source package's own tests pass in a system where apt has installed
# its packages together with Debian's corosync.

set -eu -o pipefail

. "$(dirname "$0")/system.sh"

enter "$1" clean
mkdir "$system/ours" "$system/results"
mount --bind "$2" "$system/ours"
quietly within apt-get -qy --no-install-recommends install autopkgtest
status=0
# shellcheck disable=SC2016 # the inner shell expands that
within sh -c 'cd /results && autopkgtest /ours/*.deb /ours/*.dsc --summary-file=summary -- null' >"$WORK/log" 2>&1 ||
    status=$?
[ "$status" = 0 ] || {
    cat "$WORK/log"
    fail "autopkgtest, status $status"
}
cat "$system/results/summary"
for name in $(sed -n 's/^Tests: //p' "$source_folder/pkgconfig/debian/tests/control"); do
    grep -q "^$name  *PASS" "$system/results/summary" || fail "$name was not run"
done
