#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# demonstration.sh, inside enter.sh: as somebody who has only just got the sources, with a system that has hardly more
# than apt; once more where the administrator had corosync-notifyd and removed it without purging; and without root.

set -eu -o pipefail

cd "$(dirname "$0")/../.."

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# complete COMMAND...: it shows all its parts, and nothing is printed that it does not print itself.
complete() {
    local status=0
    "$@" >/tmp/shown 2>/tmp/errors || status=$?
    cat /tmp/shown /tmp/errors
    [ $status = 0 ] || fail "$*: status $status"
    [ ! -s /tmp/errors ] || fail "$*: errors, with status 0"
    for part in 1 2 3 4 5; do
        grep -q "^$part\. " /tmp/shown || fail "$*: part $part is not there"
    done
    grep -q '^All is gone again' /tmp/shown || fail "$*: it does not come to its end"
}

echo "With nothing but apt"
complete tests/demo.sh
[ ! -e /var/lib/corosync/ringid_1 ] && [ -z "$(ls /dev/shm)" ] || fail "something of the daemons is left"

echo "With a corosync-notifyd that was removed and not purged, and something to install"
apt-get -q install corosync-notifyd >/dev/null
update-rc.d corosync-notifyd enable # as for an administrator who uses it
apt-get -q remove corosync-notifyd ninja-build >/dev/null
links=$(ls -l /etc/rc?.d/*corosync-notifyd)
complete tests/demo.sh
[ "$(ls -l /etc/rc?.d/*corosync-notifyd)" = "$links" ] || fail "the links of corosync-notifyd are not as before"

echo "Without root"
useradd --create-home somebody
sources=$(getent passwd somebody | cut -d: -f6)/sources
cp -r . "$sources"
rm -rf "$sources/build"
chown -R somebody: "$sources"
complete su somebody -c "$sources/tests/demo.sh"
