// SPDX-License-Identifier: BSD-3-Clause
// What each type of dispatch delivers, waits for and returns. The same for every service. tests/resources tests that
// signals do not end a dispatch.
#include "listener.hpp"

#include <sys/socket.h>

namespace {

using namespace test;

using Dispatch = ServiceTest;

// C3, C4
TEST_F(Dispatch, without_events_is_ok_for_all_and_try_again_for_one_nonblocking)
{
    const Listener listener;
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

// C5
TEST_F(Dispatch, of_one_waits_for_an_event)
{
    const Listener listener;
    Background dispatching([&] { return listener.dispatch(CS_DISPATCH_ONE); });
    EXPECT_TRUE(dispatching.thread().falls_asleep());
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    listener.provoke(2);
    EXPECT_EQ(CS_OK, dispatching.result());
    EXPECT_EQ(1, Listener::told());
}

// C5
TEST_F(Dispatch, of_blocking_delivers_and_continues_to_wait)
{
    Listener listener;
    Background dispatching([&] { return listener.dispatch(CS_DISPATCH_BLOCKING); });
    for (int round = 1; round <= 3; ++round) {
        listener.provoke(2);
        EXPECT_TRUE(eventually([&] { return Listener::told() == 2 * round; }));
    }
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    EXPECT_EQ(CS_OK, listener.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
}

TEST_F(Dispatch, of_one_delivers_one_event_and_of_all_delivers_all)
{
    const Listener listener;
    listener.queue(100);
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(numbers_to(1), Listener::heard());
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(numbers_to(2), Listener::heard());
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(numbers_to(100), Listener::heard());
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(100, Listener::told());
    EXPECT_FALSE(readable(listener.fd(), kGlance));
}

TEST_F(Dispatch, of_all_delivers_ten_thousand_events_in_order)
{
    constexpr int kEvents = 10'000;
    const Listener listener;
    Background provoking([&] { return listener.try_to_provoke(kEvents); });
    provoking.ended_within(1s); // with flow control, the thread waits until the events are dispatched
    EXPECT_TRUE(
        eventually(60s, [&] { return listener.dispatch(CS_DISPATCH_ALL) != CS_OK || Listener::told() == kEvents; }));
    EXPECT_EQ(CS_OK, provoking.result());
    EXPECT_TRUE(numbers_to(kEvents) == Listener::heard());
    EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

// C3: neither needs the daemon.
TEST_F(Dispatch, of_all_and_one_nonblocking_does_not_wait_for_a_stopped_daemon)
{
    const Listener listener;
    listener.queue();
    const Freeze freeze(daemon());
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Listener::kEvents, Listener::told());
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

// CMAP-D23. tests/resources tests a program that closes the descriptor.
TEST_F(Dispatch, and_requests_fail_after_the_program_shut_the_descriptor_down)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the descriptor to poll carries nothing but events";
    Handle handle;
    ASSERT_EQ(0, ::shutdown(handle.fd(), SHUT_RDWR));
    for (const auto flag : kAllFlags)
        EXPECT_EQ(CS_ERR_LIBRARY, handle.dispatch(flag)) << flag;
    EXPECT_EQ(CS_ERR_LIBRARY, handle.ask());
    EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, handle.finalize());
}

} // namespace
