// SPDX-License-Identifier: BSD-3-Clause
// The descriptor to poll is readable while, and only while, an event waits (contract C2, decision 8): programs sleep on
// it, and one that takes an event per wake-up must neither stall nor wake up for nothing. The same for every service.
#include "listener.hpp"

namespace {

using namespace test;

using Readiness = ServiceTest;

// More than the daemon's notifications have room for at once (278), so that it owes some.
constexpr int kMany = 1000;

TEST_F(Readiness, begins_with_the_first_event)
{
    const Listener listener;
    EXPECT_FALSE(readable(listener.fd()));
    listener.provoke(2);
    EXPECT_TRUE(readable(listener.fd(), kPatience));
}

TEST_F(Readiness, is_not_caused_by_requests)
{
    const Listener listener;
    for (int times = 0; times < 10; ++times)
        EXPECT_EQ(CS_OK, listener.ask());
    EXPECT_FALSE(readable(listener.fd(), kGlance));
}

TEST_F(Readiness, lasts_from_one_to_one_until_the_last_event)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        const Listener listener;
        listener.queue();
        for (int taken = 0; taken < Listener::kEvents; ++taken) {
            EXPECT_TRUE(readable(listener.fd())) << "before event " << taken;
            EXPECT_EQ(CS_OK, listener.dispatch(flag));
            EXPECT_EQ(taken + 1, Listener::told());
        }
        EXPECT_FALSE(readable(listener.fd(), kGlance));
    }
}

// One notification byte per event: as many go as events were delivered.
TEST_F(Readiness, is_settled_by_as_many_bytes_as_events)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the events themselves make the descriptor readable";
    const Listener listener;
    listener.queue(10);
    EXPECT_EQ(10, unread_bytes(listener.fd()));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(9, unread_bytes(listener.fd()));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(8, unread_bytes(listener.fd()));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(0, unread_bytes(listener.fd()));
}

// Decision 8: a program that polls in its callback is told the truth there too.
TEST_F(Readiness, in_a_callback_tells_of_later_events_only)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        const Listener listener;
        const int fd = listener.fd();
        Listener::on_event = [=] {
            const int told = Listener::told();
            EXPECT_EQ(told < Listener::kEvents, readable(fd)) << "in callback " << told << ", flag " << flag;
        };
        listener.queue();
        while (Listener::told() < Listener::kEvents)
            ASSERT_EQ(CS_OK, listener.dispatch(flag));
        EXPECT_FALSE(readable(fd, kGlance));
    }
}

TEST_F(Readiness, in_a_callback_that_causes_an_event_returns)
{
    const Listener listener;
    const int fd = listener.fd();
    Listener::in_event(2, [&] {
        EXPECT_FALSE(readable(fd));
        listener.queue(2);
    });
    listener.queue(2);
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_TRUE(listener.hears(4));
    EXPECT_FALSE(readable(fd, kGlance));
}

// The main loop of a program that takes one event or all per wake-up: no wake-up is for nothing.
void follow(const Listener& listener, cs_dispatch_flags_t flag)
{
    while (Listener::told() < kMany) {
        const int before = Listener::told();
        ASSERT_TRUE(readable(listener.fd(), kPatience)) << "stalled behind event " << before;
        ASSERT_EQ(CS_OK, listener.dispatch(flag)) << "woken for nothing behind event " << before;
        ASSERT_LT(before, Listener::told()) << "woken for nothing";
        ASSERT_TRUE(flag == CS_DISPATCH_ALL || Listener::told() == before + 1);
    }
    EXPECT_FALSE(readable(listener.fd(), kGlance));
    EXPECT_TRUE(numbers_to(kMany) == Listener::heard());
}

TEST_F(Readiness, leads_through_all_events_that_have_come)
{
    for (const auto flag : {CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        const Listener listener;
        listener.queue(kMany);
        follow(listener, flag);
    }
}

TEST_F(Readiness, leads_through_all_events_that_are_still_coming)
{
    for (const auto flag : {CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        const Listener listener;
        Thread provoking([&] { listener.provoke(kMany); });
        follow(listener, flag);
    }
}

} // namespace
