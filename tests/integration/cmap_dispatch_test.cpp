// What each kind of dispatch takes, waits for and returns.
#include "cmap_fixture.hpp"
#include "cmap_from_c.h"

#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;

using CmapDispatch = CmapTest;
using Numbers = std::vector<std::uint32_t>;

// T61, C3, C4
TEST_F(CmapDispatch, without_events_tells_all_from_one)
{
    const Cmap cmap;
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
}

// T61, C5
TEST_F(CmapDispatch, one_waits_for_an_event)
{
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.one", kEverything);
    Background dispatching([&] { return cmap_dispatch(cmap, CS_DISPATCH_ONE); });
    EXPECT_TRUE(dispatching.thread().falls_asleep());
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    change("dispatch.one", 1);
    EXPECT_EQ(CS_OK, dispatching.result());
    EXPECT_EQ(1U, tracker.count());
}

// T61, C5
TEST_F(CmapDispatch, blocking_delivers_and_goes_on_waiting)
{
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.blocking", kEverything);
    std::atomic<int> delivered = 0;
    tracker.on_event = [&](const Tracker::Call&) { ++delivered; };
    Background dispatching([&] { return cmap_dispatch(cmap, CS_DISPATCH_BLOCKING); });
    for (int round = 1; round <= 3; ++round) {
        change("dispatch.blocking", 2);
        EXPECT_TRUE(eventually([&] { return delivered == 2 * round; }));
    }
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
}

// T62
TEST_F(CmapDispatch, one_takes_exactly_one_event)
{
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.five", kEverything);
    change("dispatch.five", 5);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
    EXPECT_EQ((Numbers{1}), numbers(tracker.take()));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ((Numbers{2}), numbers(tracker.take()));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ((Numbers{3, 4, 5}), numbers(tracker.take()));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(0U, tracker.count());
}

// T81
TEST_F(CmapDispatch, all_delivers_ten_thousand_events_in_order)
{
    constexpr std::uint32_t kEvents = 10'000;
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.flood", kEverything);
    change("dispatch.flood", kEvents);
    EXPECT_TRUE(
        eventually([&] { return cmap_dispatch(cmap, CS_DISPATCH_ALL) != CS_OK || tracker.count() == kEvents; }));
    Numbers expected;
    for (std::uint32_t number = 1; number <= kEvents; ++number)
        expected.push_back(number);
    EXPECT_TRUE(expected == numbers(tracker.events()));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
}

// T63, CMAP-D8: what is queued for a tracker when it is deleted counts as events that nobody wants.
TEST_F(CmapDispatch, drops_events_of_a_deleted_tracker)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cmap cmap;
        auto& tracker = cmap.track("dispatch.stale", kEverything);
        change("dispatch.stale", 2);
        EXPECT_EQ(CS_OK, cmap_track_delete(cmap, tracker.handle()));
        EXPECT_EQ(CS_OK, cmap_dispatch(cmap, flag)) << flag;
        if (flag != CS_DISPATCH_ALL) {
            EXPECT_EQ(CS_OK, cmap_dispatch(cmap, flag)) << flag;
        }
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING)) << flag;
        EXPECT_EQ(0U, tracker.count()) << flag;
    }
}

// T64
TEST_F(CmapDispatch, all_goes_on_behind_an_event_of_a_deleted_tracker)
{
    Cmap cmap;
    auto& stale = cmap.track("dispatch.behind", kEverything);
    change("dispatch.behind", 1);
    EXPECT_EQ(CS_OK, cmap_track_delete(cmap, stale.handle()));
    auto& live = cmap.track("dispatch.behind", kEverything);
    EXPECT_EQ(CS_OK, cmap_delete(cmap, "dispatch.behind"));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(0U, stale.count());
    EXPECT_EQ(1U, live.count());
}

// Decision 7, CMAP-D32: before the handle check.
TEST_F(CmapDispatch, refuses_types_that_do_not_exist)
{
    const Cmap cmap;
    for (const int type : {0, 5, 7, 99, -1}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, dispatch_number(cmap, type)) << type;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, dispatch_number(kNoHandle, type)) << type;
    }
}

// C3: neither looks at the daemon.
TEST_F(CmapDispatch, all_and_one_nonblocking_never_wait_for_a_stopped_daemon)
{
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.stopped", kEverything);
    change("dispatch.stopped", 3);
    const Freeze freeze(daemon());
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(3U, tracker.count());
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
}

// T73
TEST_F(CmapDispatch, one_is_not_disturbed_by_signals)
{
    const SignalCounter signals;
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.signal", kEverything);
    Background dispatching([&] { return cmap_dispatch(cmap, CS_DISPATCH_ONE); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());

    for (int sent = 1; sent <= 3; ++sent) {
        dispatching.thread().signal(SIGUSR1);
        EXPECT_TRUE(eventually([&] { return SignalCounter::count() == sent; }));
        EXPECT_FALSE(dispatching.ended_within(20ms));
    }
    change("dispatch.signal", 1);

    EXPECT_EQ(CS_OK, dispatching.result());
    EXPECT_EQ(1U, tracker.count());
}

// T69
TEST_F(CmapDispatch, all_serves_what_its_callbacks_cause)
{
    Cmap cmap;
    auto& tracker = cmap.track("dispatch.cause", kEverything);
    tracker.on_event = [&](const Tracker::Call&) {
        if (tracker.count() == 1)
            change("dispatch.cause", 6); // 1 is no change
    };
    change("dispatch.cause", 1);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ((Numbers{1, 2, 3, 4, 5, 6}), numbers(tracker.events()));
}

// T80, CMAP-D23
TEST_F(CmapDispatch, and_requests_fail_when_the_program_closed_the_descriptor)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the descriptor to poll carries nothing but events";
    Cmap cmap;
    ::close(cmap.fd());
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_NE(CS_OK, cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_OK, cmap.finalize());
}

// T80
TEST_F(CmapDispatch, and_requests_fail_when_the_program_shut_the_descriptor_down)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the descriptor to poll carries nothing but events";
    Cmap cmap;
    ASSERT_EQ(0, ::shutdown(cmap.fd(), SHUT_RDWR));
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE_NONBLOCKING})
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_dispatch(cmap, flag)) << flag;
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_OK, cmap.finalize());
}

} // namespace
