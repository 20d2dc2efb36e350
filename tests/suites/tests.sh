#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tests.sh LABELS, inside enter.sh: the tests with a label that matches LABELS, as somebody runs them who has only just
# got the sources, with a system that has hardly more than apt. A test that fails is run once more, as in continuous
# integration. /tmp/summary gets what summary.sh makes of their results.
#
# If there is another system in /beside, the daemon is that system's.

set -eu -o pipefail

cd "$(dirname "$0")/../.."
labels=()
[ "$1" = . ] || labels=(-L "$1") # . is any, also none

if [ -d /beside ]; then
    cat >/usr/local/sbin/corosync <<'END'
#!/bin/sh
# With what the sandbox has made of these.
for folder in proc sys dev dev/shm run tmp var/lib; do
    mount --bind "/$folder" "/beside/$folder" || exit
done
exec chroot /beside /usr/sbin/corosync "$@"
END
    chmod 755 /usr/local/sbin/corosync
    corosync -v
fi

status=0
tests/run.sh --repeat until-pass:2 --output-junit /tmp/results.xml "${labels[@]}" || status=$?
tests/suites/summary.sh /tmp/results.xml build/Testing/Temporary/LastTest.log >/tmp/summary || status=$?
cat /tmp/summary
exit $status
