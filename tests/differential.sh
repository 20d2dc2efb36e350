#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# differential.sh MINUTES [SEED]
#
# Makes random programs of calls, from SEED on, carries each out on the reference's libraries and on ours, with a private
# daemon for either, and compares what they show, for so long, on all cores; half of the time over the rings, a quarter
# each over libqb's client and over sockets. Prints a line a minute and each program that shows a difference which is not
# meant, shrunk to the fewest steps, as C; fails if there was one. VARIANT=ring (libqb, socket) keeps to that one,
# VARIANT=ring-socket compares ours with itself, AGAINST=reference the reference with itself. NODES=3 has the daemon of
# the program in a cluster. Leaves nothing behind.

set -eu

. "$(dirname "$0")/support/setup.sh"

help_if_asked "${1-}"
[[ ${1-} =~ ^[1-9][0-9]*$ && ${2-1} =~ ^[0-9]+$ ]] || die "usage: differential.sh MINUTES [SEED]"

install_missing "${build_packages[@]}" "${sandbox_packages[@]}" libgtest-dev \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev

folder=$top/build
say "Building in build"
build "$folder" "cmap cpg votequorum corosync_common differential differential_side" -DCOROSYNC_CLIENT_TESTS=ON

reference=$(sed -n 's/^REFERENCE_LIBRARIES:PATH=//p' "$folder/CMakeCache.txt")
libraries=$folder/lib
[ "${AGAINST-}" != reference ] || libraries=$reference

read -ra variants <<<"${VARIANT-ring libqb ring socket}"
status=0
first=${2-$(date +%s)}
for variant in "${variants[@]}"; do
    say "$variant from seed $first"
    "$top/tests/differential/run.sh" "$reference" "$libraries" "$folder/tests/differential" "$variant" \
        first "$first" seconds $(($1 * 60 / ${#variants[@]})) nodes "${NODES-1}" || status=1
    first=$((first + 1000000))
done
exit $status
