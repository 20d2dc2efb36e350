#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# count.sh TRANSCRIPT: fails if there are fewer than 100 observations of a service, or fewer
# than 400 in all, without the tables of libcorosync_common.

set -eu
transcript=$1
[ -e "$transcript" ] || {
    echo "there is no transcript: skipped" >&2
    exit 77
}
status=0
all=0
for service in cmap cpg votequorum; do
    count=$(grep -c "^$service\." "$transcript" || true)
    echo "$service: $count observations"
    all=$((all + count))
    [ "$count" -ge 100 ] || status=1
done
echo "all: $all observations"
[ "$all" -ge 400 ] || status=1
exit $status
