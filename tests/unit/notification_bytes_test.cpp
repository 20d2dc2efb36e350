// SPDX-License-Identifier: BSD-3-Clause
// How notification bytes are counted, case by case. (event_queue_test.cpp searches the event queue that uses the
// counts.)
#include "core/notification_bytes.hpp"

#include <gtest/gtest.h>

namespace {

using corosync::NotificationBytes;

constexpr int kBatch = NotificationBytes::kBatch;

TEST(NotificationBytesTest, begin_with_no_stale_byte_and_no_announced_event)
{
    const NotificationBytes bytes;
    EXPECT_EQ(0, bytes.stale());
    EXPECT_FALSE(bytes.announced());
}

struct Update {
    const char* name;
    int stale;
    int unread;
    int queued;
    int batch; // the events that may be delivered after the update
};

class NotificationBytesUpdate : public ::testing::TestWithParam<Update> {};

TEST_P(NotificationBytesUpdate, announces_the_events_that_have_a_byte_and_are_queued)
{
    const Update& row = GetParam();
    NotificationBytes bytes;
    ASSERT_EQ(row.stale > 0, bytes.update(row.stale, row.stale));
    for (int event = 0; event < row.stale; ++event)
        bytes.count_delivery(false);
    ASSERT_EQ(row.stale, bytes.stale());

    EXPECT_EQ(row.batch > 0, bytes.update(row.unread, row.queued));
    int delivered = 0;
    while (bytes.announced()) {
        ++delivered;
        EXPECT_EQ(delivered == row.batch, bytes.count_delivery(false))
            << "the bytes must be read before the last event of the batch";
    }
    EXPECT_EQ(row.batch, delivered);
    EXPECT_EQ(row.stale + row.batch, bytes.stale());
}

INSTANTIATE_TEST_SUITE_P(
    Case, NotificationBytesUpdate,
    ::testing::Values(Update{"nothing_at_all", 0, 0, 0, 0}, Update{"an_event_whose_byte_is_still_to_come", 0, 0, 1, 0},
                      Update{"one", 0, 1, 1, 1}, //
                      Update{"fewer_bytes_than_events", 0, 3, 5, 3}, Update{"fewer_events_seen_than_bytes", 0, 5, 3, 3},
                      Update{"a_whole_batch", 0, kBatch, kBatch, kBatch},
                      Update{"more_than_a_batch", 0, 500, 500, kBatch}, Update{"bytes_that_are_all_stale", 2, 2, 3, 0},
                      Update{"bytes_behind_the_stale_ones", 2, 5, 9, 3},
                      Update{"fewer_bytes_than_stale_ones", 3, 1, 2, 0}),
    [](const auto& instance) { return instance.param.name; });

TEST(NotificationBytesTest, must_be_read_before_the_last_event_that_the_program_wants)
{
    NotificationBytes bytes;
    ASSERT_TRUE(bytes.update(5, 5));
    EXPECT_FALSE(bytes.count_delivery(false));
    EXPECT_TRUE(bytes.count_delivery(true));
    EXPECT_EQ(2, bytes.stale());
    bytes.clear_stale();
    EXPECT_EQ(0, bytes.stale());
    EXPECT_TRUE(bytes.announced()) << "three are left";
}

struct Single {
    const char* name;
    int stale;
    int taken;
    bool announced;
    int stale_after;
};

class NotificationBytesOfSingle : public ::testing::TestWithParam<Single> {};

TEST_P(NotificationBytesOfSingle, event_is_announced_by_a_byte_after_the_stale_ones)
{
    const Single& row = GetParam();
    NotificationBytes bytes;
    bytes.update(row.stale, row.stale);
    for (int event = 0; event < row.stale; ++event)
        bytes.count_delivery(false);
    EXPECT_EQ(row.announced, bytes.count_single(row.taken));
    EXPECT_EQ(row.stale_after, bytes.stale());
    EXPECT_FALSE(bytes.announced());
}

INSTANTIATE_TEST_SUITE_P(Case, NotificationBytesOfSingle,
                         ::testing::Values(Single{"is_there", 0, 1, true, 0}, Single{"is_not_there", 0, 0, false, 0},
                                           Single{"is_there_behind_two", 2, 3, true, 0},
                                           Single{"is_not_there_behind_two", 2, 2, false, 0},
                                           Single{"and_not_even_those", 2, 1, false, 1}),
                         [](const auto& instance) { return instance.param.name; });

TEST(NotificationBytesTest, forget_announced_events_after_a_fork)
{
    NotificationBytes bytes;
    bytes.update(5, 5);
    bytes.count_delivery(false);
    bytes.clear_stale();
    bytes.forget_announced();
    EXPECT_FALSE(bytes.announced());
    EXPECT_EQ(0, bytes.stale());
}

} // namespace
