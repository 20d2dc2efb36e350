#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# count.sh syscalls|instructions PROGRAMS MODE SIZE COUNT: counts the system calls that the library makes per event in
# the burst of that program, or instructions in its dispatches.
# count.sh connecting PROGRAMS: counts the system calls of initialize and finalize.
# The result is the difference of two runs, so that calls that happen only once are not counted.

set -eu -o pipefail

what=$1 programs=$2
shift 2
said=$(mktemp)
trap 'rm -f "$said" "$said.trace"' EXIT

# total ROUNDS: of the system calls in a burst, counts those that only the library makes, and the program's own poll.
# The same process also makes the daemon's calls, which send.
total() {
    case $what in
    syscalls)
        strace -qq -o "$said.trace" -e trace=poll,ppoll,recvfrom,recvmsg,read,ioctl,futex \
            "$programs/burst" "${arguments[@]}" "$1" >"$said"
        grep -c '^[a-z]*(' "$said.trace"
        ;;
    connecting)
        strace -qq -o "$said.trace" "$programs/connect" "$1" >"$said"
        grep -c '^[a-z0-9_]*(' "$said.trace"
        ;;
    instructions)
        valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='cpg_dispatch*' \
            "$programs/burst" "${arguments[@]}" "$1" 2>&1 >"$said" | sed -n 's/^.*Collected *: *//p'
        ;;
    esac
}

arguments=("$@")
few=$(total 2)
many=$(total 6)
grep '^library ' "$said"
case $what in
connecting) figure=syscalls events=4 ;;
*) figure=$what events=$((4 * $3)) ;;
esac
awk -v figure="$figure" -v events="$events" -v calls=$((many - few)) 'BEGIN { printf "%s %.4f\n", figure, calls / events }'
