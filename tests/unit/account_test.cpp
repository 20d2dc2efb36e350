// SPDX-License-Identifier: BSD-3-Clause
// The account of notification bytes, case by case. (The event queue that uses it is searched through in
// event_queue_test.cpp.)
#include "core/account.hpp"

#include <gtest/gtest.h>

namespace {

using corosync::NotificationAccount;

constexpr int kBatch = NotificationAccount::kBatch;

TEST(Account, begins_with_nothing_owed_and_nothing_announced)
{
    const NotificationAccount account;
    EXPECT_EQ(0, account.owed());
    EXPECT_FALSE(account.announced());
}

struct Grant {
    const char* name;
    int owed;
    int unread;
    int queued;
    int batch; // events that may be delivered then
};

class AccountGrants : public ::testing::TestWithParam<Grant> {};

TEST_P(AccountGrants, as_many_events_as_are_announced_and_queued)
{
    const Grant& row = GetParam();
    NotificationAccount account;
    ASSERT_EQ(row.owed > 0, account.grant(row.owed, row.owed));
    for (int event = 0; event < row.owed; ++event)
        account.deliver(false);
    ASSERT_EQ(row.owed, account.owed());

    EXPECT_EQ(row.batch > 0, account.grant(row.unread, row.queued));
    int delivered = 0;
    while (account.announced()) {
        ++delivered;
        EXPECT_EQ(delivered == row.batch, account.deliver(false)) << "the bytes are due with the last of the batch";
    }
    EXPECT_EQ(row.batch, delivered);
    EXPECT_EQ(row.owed + row.batch, account.owed());
}

INSTANTIATE_TEST_SUITE_P(
    Case, AccountGrants,
    ::testing::Values(Grant{"nothing_at_all", 0, 0, 0, 0}, Grant{"an_event_whose_byte_is_still_to_come", 0, 0, 1, 0},
                      Grant{"one", 0, 1, 1, 1}, //
                      Grant{"fewer_bytes_than_events", 0, 3, 5, 3}, Grant{"fewer_events_seen_than_bytes", 0, 5, 3, 3},
                      Grant{"a_whole_batch", 0, kBatch, kBatch, kBatch},
                      Grant{"more_than_a_batch", 0, 500, 500, kBatch}, Grant{"bytes_that_are_all_owed", 2, 2, 3, 0},
                      Grant{"bytes_behind_those_that_are_owed", 2, 5, 9, 3},
                      Grant{"fewer_bytes_than_are_owed", 3, 1, 2, 0}),
    [](const auto& instance) { return instance.param.name; });

TEST(Account, makes_the_bytes_due_before_the_last_event_that_the_program_wants)
{
    NotificationAccount account;
    ASSERT_TRUE(account.grant(5, 5));
    EXPECT_FALSE(account.deliver(false));
    EXPECT_TRUE(account.deliver(true));
    EXPECT_EQ(2, account.owed());
    account.settled();
    EXPECT_EQ(0, account.owed());
    EXPECT_TRUE(account.announced()) << "three are left";
}

struct Single {
    const char* name;
    int owed;
    int taken;
    bool announced;
    int owed_after;
};

class AccountOfSingle : public ::testing::TestWithParam<Single> {};

TEST_P(AccountOfSingle, event_takes_its_byte_behind_those_that_are_owed)
{
    const Single& row = GetParam();
    NotificationAccount account;
    account.grant(row.owed, row.owed);
    for (int event = 0; event < row.owed; ++event)
        account.deliver(false);
    EXPECT_EQ(row.announced, account.take_single(row.taken));
    EXPECT_EQ(row.owed_after, account.owed());
    EXPECT_FALSE(account.announced());
}

INSTANTIATE_TEST_SUITE_P(Case, AccountOfSingle,
                         ::testing::Values(Single{"is_there", 0, 1, true, 0}, Single{"is_not_there", 0, 0, false, 0},
                                           Single{"is_there_behind_two", 2, 3, true, 0},
                                           Single{"is_not_there_behind_two", 2, 2, false, 0},
                                           Single{"and_not_even_those", 2, 1, false, 1}),
                         [](const auto& instance) { return instance.param.name; });

TEST(Account, knows_of_no_announced_event_after_a_fork)
{
    NotificationAccount account;
    account.grant(5, 5);
    account.deliver(false);
    account.settled();
    account.forget_credit();
    EXPECT_FALSE(account.announced());
    EXPECT_EQ(0, account.owed());
}

} // namespace
