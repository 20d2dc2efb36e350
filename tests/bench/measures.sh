# What is measured, sourced by measure.sh: for each measure, its words for the table, where daemon and program run, the
# figures that go into the table, with their goals, and the program with its arguments.
#
# Where: "other", the daemon on a CPU of its own; "same", both on one; "free", as the scheduler likes.
# Goals: the most that a figure of ours may be, as a ratio to the reference's; none after the colon, none.
# shellcheck shell=bash

measure "cmap_get back to back" other "p50:0.33 p99: cpu:0.6" round_trip 20000 0
measure "cmap_get back to back" same "p50:1.05 p99:1.05 cpu:1.05" round_trip 20000 0
measure "cmap_get back to back" free "p50:1.05 p99:1.05 cpu:1.05" round_trip 20000 0
measure "cmap_get once per ms" other "p50:1.05 p99:1.05 cpu:1.05" round_trip 1000 1000
measure "cmap_get once per ms" same "p50:1.05 p99:1.05 cpu:1.05" round_trip 1000 1000
measure "cmap_get once per ms" free "p50:1.05 p99:1.05 cpu:1.05" round_trip 1000 1000

# Messages to a group: the time per message is the inverse of the rate, so a goal of 2.2 times the rate is 0.45 here.
# Sender and dispatcher share a CPU and the daemon has the other one.
for read in 0 1; do
    bytes=$([ $read = 1 ] && echo ", each byte read" || true)
    measure "stream 64 B, BLOCKING$bytes" other "time:0.45 cpu:0.65" stream blocking 64 20000 $read
    measure "stream 1 kB, BLOCKING$bytes" other "time:0.45 cpu:0.65" stream blocking 1000 20000 $read
    measure "stream 8 kB, BLOCKING$bytes" other "time:0.77 cpu:0.65" stream blocking 8000 5000 $read
    measure "stream 60 kB, BLOCKING$bytes" other "time:0.95 cpu:1" stream blocking 60000 1000 $read
    measure "stream 1 MB, BLOCKING$bytes" other "time:1 cpu:1" stream blocking 1000000 60 $read
    measure "stream 3 MB, BLOCKING$bytes" other "time:1 cpu:1" stream blocking 3000000 20 $read
done
measure "stream 64 B, ALL behind poll" other "time:0.59 cpu:0.65" stream all 64 20000 0
measure "stream 64 B, ONE behind poll" other "time:0.71 cpu:0.65" stream one 64 20000 0
