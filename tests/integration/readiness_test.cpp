// SPDX-License-Identifier: BSD-3-Clause
// The descriptor is readable if and only if an event waits (contract C2, decision 8). A program that polls it and
// dispatches one event per wake-up must neither stall nor wake up without an event. The same for every service.
#include "listener.hpp"

namespace {

using namespace test;

using Readiness = ServiceTest;

// More events than the socket has room for notification bytes (278), so that the daemon has to send some later.
constexpr int kManyEvents = 1000;

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

TEST_F(Readiness, lasts_until_the_last_event_with_dispatch_one)
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

// There is one notification byte per event.
TEST_F(Readiness, ends_because_each_event_takes_one_notification_byte)
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

// Decision 8: a program may also poll in its callback.
TEST_F(Readiness, in_a_callback_depends_on_later_events_only)
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

TEST_F(Readiness, returns_after_a_callback_that_causes_an_event)
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

// The main loop of a program that dispatches one event or all per wake-up. Each wake-up must deliver an event.
void follow(const Listener& listener, cs_dispatch_flags_t flag)
{
    while (Listener::told() < kManyEvents) {
        const int before = Listener::told();
        ASSERT_TRUE(readable(listener.fd(), kPatience)) << "stalled after event " << before;
        ASSERT_EQ(CS_OK, listener.dispatch(flag)) << "woken without an event after event " << before;
        ASSERT_LT(before, Listener::told()) << "woken without an event";
        ASSERT_TRUE(flag == CS_DISPATCH_ALL || Listener::told() == before + 1);
    }
    EXPECT_FALSE(readable(listener.fd(), kGlance));
    EXPECT_TRUE(numbers_to(kManyEvents) == Listener::heard());
}

TEST_F(Readiness, wakes_a_program_for_all_queued_events)
{
    for (const auto flag : {CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        const Listener listener;
        listener.queue(kManyEvents);
        follow(listener, flag);
    }
}

TEST_F(Readiness, wakes_a_program_for_events_that_are_still_arriving)
{
    for (const auto flag : {CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        const Listener listener;
        Thread provoking([&] { listener.provoke(kManyEvents); });
        follow(listener, flag);
    }
}

} // namespace
