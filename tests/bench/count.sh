#!/usr/bin/env bash
# count.sh syscalls|instructions PROGRAM MODE SIZE COUNT: how many system calls the library makes per event in PROGRAM's
# burst, or instructions in its dispatches. What comes only once falls out: it is the difference of two runs.

set -eu -o pipefail

what=$1 program=$2 mode=$3 size=$4 events=$5
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# total ROUNDS. Of the system calls those that only the library makes, and the program's own poll; the daemon's part,
# which sends, is played by the same process.
total() {
    case $what in
    syscalls)
        strace -qq -o "$said.trace" -e trace=poll,ppoll,recvfrom,recvmsg,read,ioctl,futex \
            "$program" "$mode" "$size" "$events" "$1" >"$said"
        grep -c '^[a-z]*(' "$said.trace"
        ;;
    instructions)
        valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='cpg_dispatch*' \
            "$program" "$mode" "$size" "$events" "$1" 2>&1 >"$said" | sed -n 's/^.*Collected *: *//p'
        ;;
    esac
    rm -f "$said.trace"
}

few=$(total 2)
many=$(total 6)
grep '^library ' "$said"
awk -v what="$what" -v events=$((4 * events)) -v calls=$((many - few)) \
    'BEGIN { printf "%s %.4f\n", what, calls / events }'
