// The descriptor to poll is readable while, and only while, an event waits (contract C2, decision 8): programs
// sleep on it, and one that takes an event per wake-up must neither stall nor wake up for nothing.
#include "cmap_fixture.hpp"

namespace {

using namespace test;

using CmapReadiness = CmapTest;

// More than the daemon's notifications have room for at once (278), so that it owes some.
constexpr std::uint32_t kMany = 1000;

TEST_F(CmapReadiness, begins_with_the_first_event)
{
    Cmap cmap;
    cmap.track("ready.first", kEverything);
    EXPECT_FALSE(readable(cmap.fd()));
    change("ready.first", 1);
    EXPECT_TRUE(readable(cmap.fd(), kPatience));
}

TEST_F(CmapReadiness, is_not_caused_by_requests)
{
    const Cmap cmap;
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(CS_OK, cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_FALSE(readable(cmap.fd(), kGlance));
}

TEST_F(CmapReadiness, lasts_from_one_to_one_until_the_last_event)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cmap cmap;
        auto& tracker = cmap.track("ready.one", kEverything);
        change("ready.one", 5);
        for (std::size_t taken = 0; taken < 5; ++taken) {
            EXPECT_TRUE(readable(cmap.fd())) << "before event " << taken;
            EXPECT_EQ(CS_OK, cmap_dispatch(cmap, flag));
            EXPECT_EQ(taken + 1, tracker.count());
        }
        EXPECT_FALSE(readable(cmap.fd(), kGlance));
    }
}

TEST_F(CmapReadiness, ends_with_all)
{
    Cmap cmap;
    cmap.track("ready.all", kEverything);
    change("ready.all", 100);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_FALSE(readable(cmap.fd(), kGlance));
}

// One notification byte per event: as many go as events were delivered.
TEST_F(CmapReadiness, is_settled_by_as_many_bytes_as_events)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the events themselves make the descriptor readable";
    Cmap cmap;
    cmap.track("ready.bytes", kEverything);
    change("ready.bytes", 10);
    EXPECT_EQ(10, unread_bytes(cmap.fd()));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
    EXPECT_EQ(9, unread_bytes(cmap.fd()));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(8, unread_bytes(cmap.fd()));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(0, unread_bytes(cmap.fd()));
}

// Decision 8: a program that polls in its callback is told the truth there too.
TEST_F(CmapReadiness, in_a_callback_tells_of_later_events_only)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        Cmap cmap;
        auto& tracker = cmap.track("ready.callback", kEverything);
        const int fd = cmap.fd();
        tracker.on_event = [&](const Tracker::Call&) {
            EXPECT_EQ(tracker.count() < 5, readable(fd)) << "in callback " << tracker.count() << ", flag " << flag;
        };
        change("ready.callback", 5);
        while (tracker.count() < 5)
            ASSERT_EQ(CS_OK, cmap_dispatch(cmap, flag));
        EXPECT_FALSE(readable(fd, kGlance));
    }
}

TEST_F(CmapReadiness, in_a_callback_that_causes_an_event_returns)
{
    Cmap cmap;
    auto& tracker = cmap.track("ready.caused", kEverything);
    const int fd = cmap.fd();
    tracker.on_event = [&](const Tracker::Call&) {
        if (tracker.count() != 1)
            return;
        EXPECT_FALSE(readable(fd));
        change("ready.caused", 2);
        EXPECT_TRUE(readable(fd, kPatience));
    };
    change("ready.caused", 1);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
    EXPECT_EQ(2U, tracker.count());
    EXPECT_FALSE(readable(fd, kGlance));
}

// Events of a deleted tracker are delivered to nobody, and settled like the others.
TEST_F(CmapReadiness, ends_with_events_that_nobody_wants)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ALL}) {
        Cmap cmap;
        auto& tracker = cmap.track("ready.unwanted", kEverything);
        change("ready.unwanted", 1);
        EXPECT_EQ(CS_OK, cmap_track_delete(cmap, tracker.handle()));
        EXPECT_TRUE(readable(cmap.fd()));
        cmap_dispatch(cmap, flag);
        EXPECT_FALSE(readable(cmap.fd(), kGlance));
        EXPECT_EQ(CS_OK, cmap_delete(cmap, "ready.unwanted"));
    }
}

// The main loop of a program that takes one event per wake-up.
TEST_F(CmapReadiness, leads_one_per_wake_up_through_all_events)
{
    Cmap cmap;
    auto& tracker = cmap.track("ready.wake", kEverything);
    change("ready.wake", kMany);
    for (std::size_t taken = 0; taken < kMany; ++taken) {
        ASSERT_TRUE(readable(cmap.fd(), kPatience)) << "stalled behind event " << taken;
        ASSERT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING))
            << "woken for nothing behind event " << taken;
        ASSERT_EQ(taken + 1, tracker.count());
    }
    EXPECT_FALSE(readable(cmap.fd(), kGlance));
}

// The main loop of a program that takes all events per wake-up: no wake-up is for nothing.
TEST_F(CmapReadiness, leads_all_per_wake_up_through_all_events)
{
    Cmap cmap;
    auto& tracker = cmap.track("ready.drain", kEverything);
    change("ready.drain", kMany);
    while (tracker.count() < kMany) {
        const auto before = tracker.count();
        ASSERT_TRUE(readable(cmap.fd(), kPatience)) << "stalled behind event " << before;
        ASSERT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
        ASSERT_LT(before, tracker.count()) << "woken for nothing";
    }
    EXPECT_FALSE(readable(cmap.fd(), kGlance));
}

// The same while the events are still coming.
TEST_F(CmapReadiness, keeps_up_with_events_that_are_still_coming)
{
    Cmap cmap;
    auto& tracker = cmap.track("ready.coming", kEverything);
    Thread changing([] { change("ready.coming", kMany); });
    while (tracker.count() < kMany) {
        const auto before = tracker.count();
        ASSERT_TRUE(readable(cmap.fd(), kPatience)) << "stalled behind event " << before;
        ASSERT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING))
            << "woken for nothing behind event " << before;
        ASSERT_EQ(before + 1, tracker.count());
    }
    EXPECT_FALSE(readable(cmap.fd(), kGlance));
}

} // namespace
