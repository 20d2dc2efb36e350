# What is measured, sourced by measure.sh. `measure` takes the words for the table, where daemon and program run, the
# figures that go into the table, and the program with its arguments.
#
# Where: "other", the daemon on a CPU of its own; "same", both on one; "free", as the scheduler likes; "none", no
# daemon, the program on one CPU.
# A figure: NAME:GOAL:FLOOR. GOAL: the most that a figure of ours may be, as a ratio to the reference's; FLOOR: the name
# of a `floor`, the program whose figure "time" is the least that can be had. Each may be left out.
# shellcheck shell=bash

floor byte byte 20000
floor chunk64 chunk 64 2000 10
floor chunk1k chunk 1000 600 20
floor chunk8k chunk 8000 100 50
floor chunk60k chunk 60000 12 100
floor burst64 chunk 64 250 40 64
floor burst1k chunk 1000 250 40 64
floor burst20k chunk 20000 40 50 64
floor burst300k chunk 300000 3 200 64
floor one64 chunk 64 250 40 1

measure "cmap_get back to back" other "p50:0.33:byte p99 cpu:0.6:byte" round_trip 20000 0
measure "cmap_get back to back" same "p50:1.05:byte p99:1.05 cpu:1.05:byte" round_trip 20000 0
measure "cmap_get back to back" free "p50:1.05:byte p99:1.05 cpu:1.05:byte" round_trip 20000 0
measure "cmap_get once per ms" other "p50:1.05:byte p99:1.05 cpu:1.05:byte" round_trip 500 1000
measure "cmap_get once per ms" same "p50:1.05:byte p99:1.05 cpu:1.05:byte" round_trip 500 1000
measure "cmap_get once per ms" free "p50:1.05:byte p99:1.05 cpu:1.05:byte" round_trip 500 1000
measure "iteration over all keys, per key" other "time::byte cpu" iteration 10
measure "cmap_initialize and cmap_finalize" free "p50:1 cpu:1" connect 50
measure "cmap notifications" other "time:0.67:chunk1k cpu:0.67" notifications 200 20

# Delivered messages: the time per message is the inverse of the rate, so a goal of 2.2 times the rate is 0.45 here.
# What the daemon has queued already:
measure "cpg message, 64 B, queued, BLOCKING" other "time:0.45:chunk64 cpu:0.65" queued blocking 64 2000 5
measure "cpg message, 1 kB, queued, BLOCKING" other "time:0.45:chunk1k cpu:0.65" queued blocking 1000 600 10
measure "cpg message, 8 kB, queued, BLOCKING" other "time:0.77:chunk8k cpu:0.65" queued blocking 8000 100 20
measure "cpg message, 60 kB, queued, BLOCKING" other "time:0.95:chunk60k cpu:1" queued blocking 60000 12 50
measure "cpg message, 64 B, queued, ALL behind poll" other "time:0.59:chunk64 cpu:0.65" queued all 64 2000 5
measure "cpg message, 64 B, queued, ONE behind poll" other "time:0.71:one64 cpu:0.65" queued one 64 2000 5

# As fast as they come; sender and dispatcher share a CPU and the daemon has the other one. Up to 60 kB there is no goal
# for the time: the daemon sets the pace, see README.md.
for callback in idle read; do
    words=$([ $callback = idle ] || echo ", every byte read")
    measure "cpg stream, 64 B, BLOCKING$words" other "time cpu:0.65" stream blocking 64 20000 $callback
    measure "cpg stream, 1 kB, BLOCKING$words" other "time cpu:0.65" stream blocking 1000 10000 $callback
    measure "cpg stream, 8 kB, BLOCKING$words" other "time cpu:0.65" stream blocking 8000 3000 $callback
    measure "cpg stream, 60 kB, BLOCKING$words" other "time cpu:1" stream blocking 60000 500 $callback
    measure "cpg stream, 1 MB, BLOCKING$words" other "time:1 cpu:1" stream blocking 1000000 60 $callback
    measure "cpg stream, 3 MB, BLOCKING$words" other "time:1 cpu:1" stream blocking 3000000 20 $callback
done
measure "cpg stream, 64 B, ALL behind poll" other "time cpu:0.65" stream all 64 20000 idle
measure "cpg stream, 64 B, ONE behind poll" other "time cpu:0.65" stream one 64 20000 idle
measure "cpg stream, 300 kB, callback takes 1 ms" other "time:1.05" stream blocking 300000 40 slow
measure "cpg ping-pong, 64 B" free "p50 p99" ping_pong 500

# Nothing but dispatch: the daemon is played by the program itself.
measure "burst, 64 B" none "time:0.33:burst64 cpu:0.33" burst all 64 250 40
measure "burst, 1 kB" none "time:0.45:burst1k cpu:0.45" burst all 1000 250 40
measure "burst, 20 kB" none "time:0.45:burst20k cpu:0.45" burst all 20000 40 50
measure "burst, 300 kB" none "time:0.6:burst300k cpu:0.6" burst all 300000 3 200

# Counted, not timed: once for each library.
measure "burst, 64 B" none "syscalls" count syscalls all 64 250
measure "64 B, ONE behind poll" none "syscalls:1" count syscalls one 64 250
measure "burst, 64 B" none "instructions" count instructions all 64 250
measure "64 B, ONE behind poll" none "instructions" count instructions one 64 250
measure "an idle cmap handle" other "memory stack" memory 20
