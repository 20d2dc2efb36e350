#!/usr/bin/env bash
# run.sh [ROUNDS]
#
# Compares the speed of our libraries with that of the reference's packaged ones, and prints a table. Installs what is
# missing (as root, on Debian), builds into build-bench, starts a private corosync daemon, and runs every measure on
# both libraries in turn, ROUNDS times (9 unless given, at least 7 for figures worth showing). What each run said stays
# in build-bench/results.tsv, and build-bench/ratios.svg is a plot of the ratios. Takes under ten minutes, on a machine
# that should have nothing else to do.

set -eu

. "$(dirname "$0")/../support/setup.sh"

case ${1-} in
-h | --help)
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
    exit
    ;;
esac
rounds=${1-9}
[[ $rounds =~ ^[1-9][0-9]*$ ]] || die "$rounds: not a number of rounds"

install_missing "${build_packages[@]}" "${sandbox_packages[@]}" gnuplot-nox libgtest-dev strace valgrind

folder=$top/build-bench
say "Building in build-bench"
build "$folder" bench -DCMAKE_BUILD_TYPE=Release -DCOROSYNC_CLIENT_TESTS=OFF -DCOROSYNC_CLIENT_BENCH=ON

say "Measuring, $rounds pairs each"
in_sandbox "$top/tests/bench/measure.sh" "$folder/lib" "$folder/bench" "$folder/results.tsv" "$rounds"
