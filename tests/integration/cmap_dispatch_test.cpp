// SPDX-License-Identifier: BSD-3-Clause
// Events of a deleted tracker or a finalized handle. dispatch_test.cpp and callback_test.cpp test what is the same for
// every service.
#include "cmap_fixture.hpp"

namespace {

using namespace test;

using CmapDispatch = CmapTest;

// CMAP-D8: queued events of a deleted tracker count as dispatched, without a callback.
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

TEST_F(CmapDispatch, all_continues_after_an_event_of_a_deleted_tracker)
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

// Dispatch takes their notification bytes like those of other events.
TEST_F(CmapDispatch, makes_the_descriptor_unreadable_after_events_of_a_deleted_tracker)
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

TEST_F(CmapDispatch, makes_no_callback_after_finalize)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        Cmap cmap;
        const cmap_handle_t handle = cmap;
        auto& tracker = cmap.track("finalize.late", kEverything);
        Background dispatching([=] { return cmap_dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        {
            const Freeze freeze(daemon());
            EXPECT_EQ(CS_OK, cmap.finalize());
            EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        }
        change("finalize.late", 2);
        EXPECT_EQ(0U, tracker.count()) << flag;
    }
}

TEST_F(CmapDispatch, lets_a_callback_delete_its_tracker)
{
    Cmap cmap;
    auto& tracker = cmap.track("callback.delete", kEverything);
    tracker.on_event = [&](const Tracker::Call& call) {
        EXPECT_EQ(CS_OK, cmap_track_delete(cmap, call.tracker));
        EXPECT_STREQ("callback.delete", call.key);
        EXPECT_EQ(0, std::memcmp(bytes_of(std::uint32_t{1}).data(), call.now.data, call.now.len));
    };
    change("callback.delete", 2);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(1U, tracker.count());
}

// C10
TEST_F(CmapDispatch, lets_a_callback_use_its_handle_and_others)
{
    Cmap cmap;
    auto& tracker = cmap.track("callback.use", kEverything);
    tracker.on_event = [&](const Tracker::Call&) {
        EXPECT_NE(kNoValue, cmap.get("totem.version"));
        EXPECT_EQ(CS_OK, cmap.set("callback.used", u8(1)));
        Cmap other;
        auto& inner = other.track("callback.used", kEverything);
        EXPECT_EQ(CS_OK, cmap_delete(cmap, "callback.used"));
        EXPECT_EQ(CS_OK, cmap_dispatch(other, CS_DISPATCH_ONE));
        EXPECT_EQ(1U, inner.count());
    };
    change("callback.use", 2);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(2U, tracker.count());
}

} // namespace
