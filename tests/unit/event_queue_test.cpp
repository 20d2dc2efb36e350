// SPDX-License-Identifier: BSD-3-Clause
// All that a program and a daemon may do to the event queue, within bounds: in which order events, notification bytes
// and a hang-up come before each read of the queue, and what callbacks and a second thread do meanwhile. (The queue's
// counts of notification bytes have their own cases in notification_bytes_test.cpp.)
//
// event_queue/program.cpp and promises.cpp check the rules: each event is delivered once, in order, and when its byte
// has come; in any callback, after any jump and between dispatches the descriptor is readable if and only if an
// undelivered event has been announced or the daemon is gone; an event does not change during its callback; each result
// is the one that corosync_client(7) describes; and nothing is left in the end.
#include "event_queue/program.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace {

// `floor`: the number of states when the bounds were chosen, rounded down. It is the same in each run. If there are
// fewer states now, either the search has shrunk, or the queue asks its transport less often and the floor must be
// lowered.
struct Row {
    const char* name;
    program::Bounds bounds;
    std::uint64_t floor;
};

void PrintTo(const Row& row, std::ostream* out)
{
    *out << row.name;
}

class EventQueue : public ::testing::TestWithParam<Row> {};

TEST_P(EventQueue, follows_its_rules_in_every_order_of_events)
{
    search::Search search;
    program::explore(search, GetParam().bounds);
    std::cout << search.states() << " states, " << search.paths() << " paths\n";
    if (!search.failure().empty())
        FAIL() << "the shortest sequence found that fails:" << search.failure();
    EXPECT_GE(search.states(), GetParam().floor);
}

INSTANTIATE_TEST_SUITE_P(
    With, EventQueue,
    ::testing::Values(
        Row{"an_event", {.events = 1, .dispatches = 2}, 280},
        Row{"nested_dispatches", {.events = 3, .dispatches = 3, .nesting = 2}, 55000},
        Row{"batches", {.events = 4, .large = false, .dispatches = 3, .nesting = 2, .jumps = 1}, 67000},
        Row{"parts_and_malformed_events",
            {.events = 3, .parts = true, .malformed = 1, .dispatches = 2, .nesting = 2},
            65000},
        Row{"a_jump", {.events = 3, .dispatches = 3, .nesting = 2, .jumps = 1}, 131000},
        Row{"jumps_over_dispatches",
            {.events = 3, .hang_up = false, .dispatches = 4, .nesting = 3, .jumps = 2},
            107000},
        Row{"forks", {.events = 3, .hang_up = false, .dispatches = 2, .nesting = 2, .jumps = 1, .forks = 1}, 30000},
        Row{"a_lack_of_memory",
            {.events = 3, .hang_up = false, .dispatches = 3, .nesting = 2, .jumps = 1, .refusals = 1},
            58000},
        Row{"finalize",
            {.events = 3, .large = false, .dispatches = 3, .nesting = 2, .jumps = 1, .finalize = true},
            27000},
        Row{"another_thread", {.events = 2, .dispatches = 1, .others = 1}, 152000},
        Row{"another_threads_batches",
            {.events = 3, .large = false, .hang_up = false, .dispatches = 1, .others = 1},
            53000},
        Row{"another_threads_jump",
            {.events = 2, .hang_up = false, .dispatches = 1, .jumps = 1, .others = 2, .other_jumps = 1},
            156000},
        Row{"another_threads_finalize",
            {.events = 2, .large = false, .dispatches = 1, .finalize = true, .others = 1},
            176000},
        Row{"another_threads_finalize_and_loans",
            {.events = 2, .hang_up = false, .dispatches = 1, .finalize = true, .others = 1},
            205000}),
    [](const auto& instance) { return instance.param.name; });

} // namespace
