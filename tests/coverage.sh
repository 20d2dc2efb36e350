#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# coverage.sh [--more] [CTEST-ARGUMENT...]
#
# Builds the libraries so that they count which lines and branches run, runs the suites that test them one by one (or what
# the arguments for ctest say), and prints what did not run. The status is 1 if any of that is not in coverage.txt, which
# says why it cannot run. --more adds to what earlier runs have counted. A report for a browser is left in
# build-coverage/report/index.html. Installs what is missing (as root, on Debian).
#
# What is counted: the lines and branches of src as gcc compiles them without optimization. Each condition of the source
# then has its two branches; optimization merges some and doubles others. A function that is compiled several times, as a
# template or in several libraries, counts once: a branch is reached if it is reached in one of them. Not counted are the
# branches of exceptions, which src does not have (but its headers in tests have them), and those that gcc adds where the
# source has no code, such as a closing brace.
#
# Programs and libraries save their counts also before _exit() (support/saved_counts.c). Only a process that is killed, or
# becomes another program, loses them. The build has no precompiled headers, so that it also shows which source lacks an
# include.

set -eu

. "$(dirname "$0")/support/setup.sh"

help_if_asked "${1-}"
more=
[ "${1-}" != --more ] || {
    more=yes
    shift
}
install_missing "${build_packages[@]}" "${sandbox_packages[@]}" gcovr libgmock-dev libgtest-dev \
    libcmap-dev libcorosync-common-dev libcpg-dev libvotequorum-dev mandoc

folder=$top/build-coverage
say "Building in build-coverage"
mkdir -p "$folder/report"
saved_counts=$top/tests/support/saved_counts.c
"${CC:-cc}" -O1 -fPIC -DIN_PROGRAM -c "$saved_counts" -o "$folder/in_program.o"
"${CC:-cc}" -O1 -fPIC -c "$saved_counts" -o "$folder/in_library.o"
flags="-O0 --coverage -fprofile-update=atomic -fprofile-filter-files=$top/src/.*"
configure "$folder" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" \
    -DCMAKE_EXE_LINKER_FLAGS="$folder/in_program.o -Wl,--export-dynamic-symbol=*have_counts_saved" \
    -DCMAKE_SHARED_LINKER_FLAGS="$folder/in_library.o -Wl,--exclude-libs,libgcov.a" \
    -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DCOROSYNC_CLIENT_HARDEN=OFF -DCOROSYNC_CLIENT_LTO=OFF \
    -DCOROSYNC_CLIENT_PROBES=OFF
compile "$folder" all
[ -n "$more" ] || find "$folder" -name '*.gcda' -delete

say "Running the tests"
# Thousands of rounds of what other tests do once. With counters, and on a busy machine, they and others take long.
export GTEST_FILTER='-FinalizeAndHangUp.makes_waiting_*:CmapRounds.*:Finalize.ends_every_waiting_dispatch_with_the_same_result'
export TEST_TIME_LIMIT=600
[ $# -gt 0 ] || set -- -L '^(unit|fuzz|faults|integration|contracts|promises|cluster|manual)$' -E '^fuzz.live$'
status=0
ctest --test-dir "$folder" --output-on-failure --parallel $((2 * $(nproc))) --repeat until-pass:2 "$@" \
    >"$folder/tests.log" 2>&1 || status=$?
tail -n 20 "$folder/tests.log"

say "Counting"
gcovr --root "$top" --filter "$top/src/" --exclude-throw-branches --exclude-unreachable-branches --gcov-ignore-parse-errors \
    --html-details "$folder/report/index.html" --json "$folder/report/counts.json" \
    --exclude-directories '.*/event_queue_test.dir' "$folder/src" "$folder/tests/unit"
python3 "$top/tests/coverage.py" "$top" "$top/tests/coverage.txt" "$folder/report/counts.json" || status=1
exit "$status"
