# SPDX-License-Identifier: BSD-3-Clause
# The rows that are measured; sourced by measure.sh. The arguments of `measure` are the row's name, where daemon and
# program run, the figures for the table, the row's description, and the program with its arguments. `counted` is a row
# whose figures are the same each time. Rows with `quick` are part of the default run.
#
# Where: "other": the daemon has its own CPU; "same": both on one CPU; "pinned": the program on one CPU, the daemon not
# pinned; "free": nothing pinned; "none": no daemon, the program on one CPU; "nodes": three daemons in network
# namespaces, nothing pinned.
# A figure: NAME:GOAL:FLOOR. GOAL: the largest ratio of our figure to the reference's, or "level": not behind it. FLOOR:
# the name of a `floor`, a program whose figure "time" is the least that is possible. Both may be left out.
# shellcheck shell=bash

floor byte byte 20000
floor chunk64 chunk 64 2000 10
floor chunk1k chunk 1000 600 20
floor chunk8k chunk 8000 100 50
floor chunk60k chunk 60000 12 100
floor burst64 chunk 64 250 40 64
floor burst1k chunk 1000 250 40 64
floor burst20k chunk 20000 40 50 64
floor burst60k chunk 60000 12 100 64
floor burst300k chunk 300000 3 200 64
floor one64 chunk 64 250 40 1

quick measure get-other other "p50:0.33:byte p99 cpu:0.6:byte" "cmap_get back to back" round_trip 20000 0
measure get-same same "p50:1.05:byte p99 cpu:1.05:byte" "cmap_get back to back" round_trip 20000 0
measure get-free free "p50:1.05:byte p99 cpu:1.05:byte" "cmap_get back to back" round_trip 20000 0
measure get-paced-other other "p50:1.05:byte p99 cpu:1.05:byte" "cmap_get once per ms" round_trip 500 1000
measure get-paced-same same "p50:1.05:byte p99 cpu:1.05:byte" "cmap_get once per ms" round_trip 500 1000
measure get-paced-free free "p50:1.05:byte p99 cpu:1.05:byte" "cmap_get once per ms" round_trip 500 1000
quick measure connect free "p50:level cpu:level faults" "cmap_initialize and cmap_finalize" connect 50
counted connect-calls free "syscalls:level" "cmap_initialize and cmap_finalize" count.sh connecting

# Figures that must not grow with the number of keys, handles or members.
measure iteration-100 other "time:level:byte cpu:level" "iteration, 100 keys, per key" iteration 100 20
measure iteration-1k other "time:level:byte cpu:level" "iteration, 1,000 keys, per key" iteration 1000 5
measure iteration-10k other "time:level:byte cpu:level" "iteration, 10,000 keys, per key" iteration 10000 1
quick measure tracker-1 other "time:0.67:chunk1k cpu:0.67" "notifications, tracker of 1 key" notifications 1 200 20
measure tracker-10k other "time:0.67:chunk1k cpu:0.67" "notifications, tracker of 10,000 keys" notifications 10000 200 20
measure handles-1 pinned "p50:level cpu:level" "1 handle in one poll loop, dispatch" handles 1 1000
measure handles-10 pinned "p50:level cpu:level" "10 handles in one poll loop, dispatch" handles 10 1000
measure handles-100 pinned "p50:level cpu:level" "100 handles in one poll loop, dispatch" handles 100 1000
measure handles-500 pinned "p50:level cpu:level" "500 handles in one poll loop, dispatch" handles 500 1000
measure joining-3 pinned "cpu:level time get:level" "group of 3 joining" joining 3
measure joining-30 pinned "cpu:level time get:level" "group of 30 joining" joining 30
measure joining-128 pinned "cpu:level time get:level" "group of 128 joining" joining 128

# Delivered messages: the time per message is the inverse of the rate, so a goal of twice the rate is 0.5 here.
# Messages that the daemon has already queued:
quick measure queued-64 other "time:0.5:chunk64 cpu:0.65" "64 B, queued, BLOCKING" queued blocking 64 2000 5
measure queued-1k other "time:0.5:chunk1k cpu:0.65" "1 kB, queued, BLOCKING" queued blocking 1000 600 10
measure queued-8k other "time:0.87:chunk8k cpu:0.65" "8 kB, queued, BLOCKING" queued blocking 8000 100 20
measure queued-60k other "time:level:chunk60k cpu:0.8" "60 kB, queued, BLOCKING" queued blocking 60000 12 50
measure queued-64-all other "time:0.59:chunk64 cpu:0.65" "64 B, queued, ALL behind poll" queued all 64 2000 5
quick measure queued-64-one other "time:0.71:one64 cpu:0.65" "64 B, queued, ONE behind poll" queued one 64 2000 5

# Messages as fast as they come. Nothing is pinned, and above all not the daemon: its threads have a real-time policy,
# and on a single CPU they wait for each other's time slices, tens of milliseconds long, with flow control on.
measure stream-64-pinned pinned "time cpu:0.65" "stream, 64 B" stream blocking 64 50000 idle
measure stream-60k-pinned pinned "time:level cpu:0.8" "stream, 60 kB" stream blocking 60000 5000 idle
quick measure stream-64 free "time:0.5 cpu:0.65" "stream, 64 B" stream blocking 64 50000 idle
quick measure stream-1k free "time:0.5 cpu:0.65" "stream, 1 kB" stream blocking 1000 40000 idle
quick measure stream-8k free "time:0.87 cpu:0.65" "stream, 8 kB" stream blocking 8000 20000 idle
quick measure stream-20k free "time:level cpu:0.8" "stream, 20 kB" stream blocking 20000 10000 idle
quick measure stream-60k free "time:level cpu:0.8" "stream, 60 kB" stream blocking 60000 5000 idle
quick measure stream-300k free "time:level cpu:level faults" "stream, 300 kB" stream blocking 300000 1000 idle
quick measure stream-1m free "time:level cpu:level faults" "stream, 1 MB" stream blocking 1000000 300 idle
quick measure stream-3m free "time:level cpu:level faults" "stream, 3 MB" stream blocking 3000000 60 idle
measure read-64 free "time:0.5 cpu:0.65" "stream, 64 B, every byte read" stream blocking 64 50000 read
measure read-1k free "time:0.5 cpu:0.65" "stream, 1 kB, every byte read" stream blocking 1000 40000 read
measure read-8k free "time:0.87 cpu:0.65" "stream, 8 kB, every byte read" stream blocking 8000 4000 read
measure read-20k free "time:level cpu:0.8" "stream, 20 kB, every byte read" stream blocking 20000 2000 read
measure read-60k free "time:level cpu:0.8" "stream, 60 kB, every byte read" stream blocking 60000 600 read
measure read-300k free "time:level cpu:level" "stream, 300 kB, every byte read" stream blocking 300000 100 read
measure read-1m free "time:level cpu:level" "stream, 1 MB, every byte read" stream blocking 1000000 30 read
measure read-3m free "time:level cpu:level" "stream, 3 MB, every byte read" stream blocking 3000000 8 read
measure stream-64-all free "time:0.59 cpu:0.65" "stream, 64 B, ALL behind poll" stream all 64 50000 idle
measure stream-64-one free "time:0.71 cpu:0.65" "stream, 64 B, ONE behind poll" stream one 64 50000 idle
measure stream-300k-slow free "time:1.05" "stream, 300 kB, callback takes 1 ms" stream blocking 300000 60 slow
measure ping-pong free "p50:1.05 p99" "ping-pong, 64 B" ping_pong 500 64
measure echo-300k pinned "mean:level p50" "300 kB every 50 ms until it is back" echo 300000 50000 20

# Dispatch alone: the program is the daemon, too.
quick measure burst-64 none "time:0.4:burst64 cpu:0.4 faults:level" "burst, 64 B" burst all 64 250 40
measure burst-1k none "time:0.5:burst1k cpu:0.5 faults:level" "burst, 1 kB" burst all 1000 250 40
measure burst-20k none "time:0.5:burst20k cpu:0.5 faults:level" "burst, 20 kB" burst all 20000 40 50
measure burst-60k none "time:0.5:burst60k cpu:0.5 faults:level" "burst, 60 kB" burst all 60000 12 100
quick measure burst-300k none "time:0.9:burst300k cpu:0.9 faults:level" "burst, 300 kB" burst all 300000 3 200

counted calls-burst-64 none "syscalls" "burst, 64 B" count.sh syscalls all 64 250
counted calls-one-64 none "syscalls:1" "64 B, ONE behind poll" count.sh syscalls one 64 250
counted instructions-burst-64 none "instructions:1.1" "burst, 64 B" count.sh instructions all 64 250
counted instructions-one-64 none "instructions:1.1" "64 B, ONE behind poll" count.sh instructions one 64 250
quick counted memory free \
    "memory_cmap_idle:level memory_cmap_used:level memory_cpg_idle:level memory_cpg_used:level memory_cpg_300k:level" \
    "private memory per handle" memory 20
quick counted stack free \
    "stack_initialize:level stack_request:level stack_send:level stack_cmap_dispatch:level stack_cpg_dispatch:level" \
    "stack of a call" stack
counted code none "text_cmap:level text_cpg:level text_votequorum:level text_corosync_common:level" \
    "code and read-only data" footprint.sh text
counted start none "relocations:level relocations_relative:level" \
    "start of a program with all three libraries" footprint.sh start
measure dlopen-cmap none "p50:level" "dlopen of libcmap.so.4" opening libcmap.so.4 200
measure dlopen-cpg none "p50:level" "dlopen of libcpg.so.4" opening libcpg.so.4 200

# From node 1 to node 2 of three.
networks="/run/netns/n1 /run/netns/n2"
measure nodes-stream-64 nodes "time cpu:0.65" "node to node, stream, 64 B" stream blocking 64 10000 idle "$networks"
measure nodes-stream-8k nodes "time:level cpu:0.65" "node to node, stream, 8 kB" stream blocking 8000 1500 idle "$networks"
measure nodes-stream-60k nodes "time:level cpu:0.8" "node to node, stream, 60 kB" stream blocking 60000 250 idle "$networks"
measure nodes-stream-1m nodes "time:level cpu:level" "node to node, stream, 1 MB" stream blocking 1000000 20 idle "$networks"
measure nodes-ping-64 nodes "p50:1.05 p99" "node to node, ping-pong, 64 B" ping_pong 200 64 "$networks"
measure nodes-ping-8k nodes "p50:1.05 p99" "node to node, ping-pong, 8 kB" ping_pong 200 8000 "$networks"
measure nodes-ping-60k nodes "p50:1.05 p99" "node to node, ping-pong, 60 kB" ping_pong 100 60000 "$networks"
measure nodes-ping-1m nodes "p50:1.05 p99" "node to node, ping-pong, 1 MB" ping_pong 20 1000000 "$networks"

# The rows of the table in README.md: the row, its figure, and what that means to a user.
gain stream-64 rate "delivered messages of 64 B"
gain stream-8k rate "delivered messages of 8 kB"
gain read-8k rate "delivered messages of 8 kB, each byte read"
gain stream-60k rate "delivered messages of 60 kB"
gain stream-300k-slow rate "delivered messages of 300 kB, each callback takes 1 ms"
gain stream-3m rate "delivered messages of 3 MB"
gain queued-64 time "a queued message of 64 B, until its callback has run"
gain stream-60k cpu "the receiver's CPU for a message of 60 kB"
gain get-other p50 "a request and its reply, daemon on another CPU"
gain connect p50 "initialize and finalize"
gain stack stack_cpg_dispatch "stack of cpg_dispatch"
