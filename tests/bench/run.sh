#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# run.sh [--all] [--row NAME]... [--pairs N] [--seconds N] [--minutes N] [--write] [--machine] [--list]
#
# Compares the speed of our libraries with that of the reference's packaged ones, row by row, and prints tables and a
# verdict for each figure. Installs what is missing (as root, on Debian), builds into build-bench, starts private corosync
# daemons, and runs each row's program on both libraries in turn.
#
#   (nothing)    the rows that matter most: about ten minutes, on a machine that should have nothing else to do
#   --all        all rows, with three nodes, many handles, members and keys: about an hour
#   --row NAME   these rows only; NAME may be a pattern, as 'stream-*'
#   --pairs N    at least N pairs of each row (15), and more until the 95 % interval is narrower than a tenth,
#   --seconds N  or N seconds were spent on the row (120),
#   --minutes N  or N minutes on all rows: 10 in the default run, 60 with --all, no limit for --row
#   --write      put the tables and the plot into tests/bench/README.md and README.md; all rows unless --row says others
#   --machine    print only the description of the machine
#   --list       print the rows
#
# The output of each run stays in build-bench/results, with the tables and the plot.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/setup.sh"
. "$here/machine.sh"
. "$here/rows.sh"

usage() {
    sed -n '3,/^$/s/^# \{0,1\}//p' "$0"
}
number() {
    [[ ${2-} =~ ^[1-9][0-9]*$ ]] || die "$1: a number is needed, not '${2-}'"
    echo "$2"
}

chosen=() pairs=15 seconds=120 minutes='' write=''
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit ;;
    --machine) describe_machine && exit ;;
    --list)
        for row in "${all_rows[@]}"; do
            printf '%-22s %s: %s\n' "$row" "${words[$row]}" "$(sed 's/:[^ ]*//g' <<<"${figures[$row]}")"
        done
        exit
        ;;
    --all) chosen+=(all) minutes=${minutes:-60} ;;
    --row)
        [ -n "${2-}" ] || die "--row: which one?"
        chosen+=("$2")
        shift
        ;;
    --pairs) pairs=$(number "$@") && shift ;;
    --seconds) seconds=$(number "$@") && shift ;;
    --minutes) minutes=$(number "$@") && shift ;;
    --write) write=1 ;;
    *) usage >&2 && exit 2 ;;
    esac
    shift
done
if [ ${#chosen[@]} = 0 ]; then
    [ -n "$write" ] && chosen=(all) minutes=${minutes:-60} || chosen=(quick) minutes=${minutes:-10}
fi
select_rows "${chosen[@]}" || exit 2
minutes=${minutes:-$((${#rows[@]} * seconds / 60 + 1))}

install_missing "${build_packages[@]}" "${sandbox_packages[@]}" binutils gnuplot-nox libgtest-dev strace valgrind

folder=$top/build-bench
say "Building in build-bench"
build "$folder" bench -DCMAKE_BUILD_TYPE=Release -DCOROSYNC_CLIENT_TESTS=OFF -DCOROSYNC_CLIENT_BENCH=ON

say "Measuring ${#rows[@]} rows, $pairs pairs or more of each, about $minutes minutes at most"
results=$folder/results
mkdir -p "$results"
rm -f "$results"/*
in_sandbox "$here/measure.sh" "$folder/lib" "$folder/bench" "$results" "$pairs" "$seconds" "$minutes" "${chosen[@]}"

for part in table streams gains run; do
    [ ! -s "$results/$part.md" ] || { echo && cat "$results/$part.md"; }
done
[ -z "$write" ] || "$here/write.sh" "$results" "$top"
