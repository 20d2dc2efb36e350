#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# soak.sh MINUTES [SEED]
#
# Runs a private cluster of three nodes for so long, with a program on each that sends messages of 64 bytes to 1.5 MB
# all the time, while their daemons are killed and restarted, frozen and continued, and cut off and reconnected at
# random. Checks that all who stay together are told the same in the same order, that whoever sends gets its own
# messages back, and that nothing is lost, doubled or damaged. Prints the figures every minute and in the end; fails
# if there was a violation. The seed that it prints repeats the order of the faults. Leaves nothing behind.

set -eu

. "$(dirname "$0")/support/setup.sh"

help_if_asked "${1-}"
[[ ${1-} =~ ^[1-9][0-9]*$ ]] || die "usage: soak.sh MINUTES [SEED]"

install_missing "${build_packages[@]}" "${sandbox_packages[@]}" libgtest-dev

folder=$top/build
say "Building in build"
build "$folder" soak -DCOROSYNC_CLIENT_TESTS=ON

export COROSYNC_CLIENT_TRANSPORT=${COROSYNC_CLIENT_TRANSPORT-ring}
in_sandbox "$folder/tests/soak/soak" "$@"
