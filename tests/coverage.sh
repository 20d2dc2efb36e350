#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# coverage.sh [CTEST-ARGUMENT...]
#
# Builds the libraries so that they count which lines and branches run, runs the suites that test them one by one (or what
# the arguments for ctest say), and prints what did not run. A report for a browser is left in
# build-coverage/report/index.html. Installs what is missing (as root, on Debian).
#
# A process that is killed loses what it has counted, so the tests that kill their children count for less. The build has no
# precompiled headers, so that it also shows which source lacks an include.

set -eu

. "$(dirname "$0")/support/setup.sh"

help_if_asked "${1-}"
install_missing "${build_packages[@]}" "${sandbox_packages[@]}" gcovr libgmock-dev libgtest-dev \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev mandoc

folder=$top/build-coverage
say "Building in build-coverage"
build "$folder" all -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS='-O1 --coverage' -DCMAKE_CXX_FLAGS='-O1 --coverage' \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCOROSYNC_CLIENT_HARDEN=OFF -DCOROSYNC_CLIENT_LTO=OFF \
    -DCOROSYNC_CLIENT_PROBES=OFF
find "$folder" -name '*.gcda' -delete

say "Running the tests"
[ $# -gt 0 ] || set -- -L '^(unit|fuzz|faults|integration|contracts|promises|cluster|manual)$' -E '^fuzz.live$'
status=0
ctest --test-dir "$folder" --output-on-failure --parallel $((2 * $(nproc))) --repeat until-pass:2 "$@" \
    >"$folder/tests.log" 2>&1 || status=$?
tail -n 20 "$folder/tests.log"

say "Counting"
mkdir -p "$folder/report"
gcovr --root "$top" --filter "$top/src/" --exclude-throw-branches --exclude-unreachable-branches \
    --html-details "$folder/report/index.html" --txt "$folder/report/lines.txt" "$folder/src"
gcovr --root "$top" --filter "$top/src/" --exclude-throw-branches --exclude-unreachable-branches --branches "$folder/src"
cat "$folder/report/lines.txt"
exit "$status"
