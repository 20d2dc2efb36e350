// What callbacks may do: anything. Dispatch again, finalize, delete their tracker, use other handles, take
// their time, and never return.
#include "cmap_fixture.hpp"

#include <csetjmp>

namespace {

using namespace test;

using CmapCallback = CmapTest;
using Numbers = std::vector<std::uint32_t>;

// T65, C7
TEST_F(CmapCallback, may_finalize_its_handle)
{
    for (const auto flag : kAllFlags) {
        Cmap cmap;
        const cmap_handle_t handle = cmap;
        const int fd = cmap.fd();
        auto& tracker = cmap.track("callback.finalize", kEverything);
        tracker.on_event = [&](const Tracker::Call& call) {
            EXPECT_EQ(CS_OK, cmap.finalize());
            EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_finalize(handle));
            EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_dispatch(handle, CS_DISPATCH_ALL));
            EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_get(handle, "totem.version", nullptr, nullptr, nullptr));
            EXPECT_STREQ("callback.finalize", call.key);
            EXPECT_EQ(0, std::memcmp(bytes_of(std::uint32_t{1}).data(), call.now.data, call.now.len));
        };
        change("callback.finalize", 2);
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_dispatch(handle, flag)) << flag;
        EXPECT_EQ(1U, tracker.count()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

// T66
TEST_F(CmapCallback, may_delete_its_tracker)
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

// T67
TEST_F(CmapCallback, may_dispatch_the_events_behind_its_own)
{
    Cmap cmap;
    auto& tracker = cmap.track("callback.nested", kEverything);
    Numbers finished;
    tracker.on_event = [&](const Tracker::Call& call) {
        std::uint32_t number = 0;
        if (tracker.count() == 1) {
            EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
        }
        std::memcpy(&number, call.now.data, sizeof number);
        EXPECT_STREQ("callback.nested", call.key);
        finished.push_back(number);
    };
    change("callback.nested", 3);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ((Numbers{1, 2, 3}), numbers(tracker.events()));
    EXPECT_EQ((Numbers{2, 3, 1}), finished);
}

// T68
TEST_F(CmapCallback, finds_nothing_behind_the_last_event)
{
    Cmap cmap;
    auto& tracker = cmap.track("callback.last", kEverything);
    tracker.on_event = [&](const Tracker::Call&) {
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
        EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    };
    change("callback.last", 1);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(1U, tracker.count());
}

// T70, CMAP-D10
TEST_F(CmapCallback, may_be_nested_twenty_deep)
{
    constexpr std::uint32_t kDepth = 20;
    Cmap cmap;
    auto& tracker = cmap.track("callback.deep", kEverything);
    Numbers finished;
    tracker.on_event = [&](const Tracker::Call& call) {
        std::uint32_t number = 0;
        if (tracker.count() < kDepth) {
            EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
        }
        std::memcpy(&number, call.now.data, sizeof number);
        finished.push_back(number);
    };
    change("callback.deep", kDepth);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
    Numbers expected;
    for (std::uint32_t number = kDepth; number > 0; --number)
        expected.push_back(number);
    EXPECT_EQ(expected, finished);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING));
}

// T65: in the innermost of several
TEST_F(CmapCallback, that_is_nested_may_finalize)
{
    Cmap cmap;
    const cmap_handle_t handle = cmap;
    const int fd = cmap.fd();
    auto& tracker = cmap.track("callback.inner", kEverything);
    tracker.on_event = [&](const Tracker::Call& call) {
        if (tracker.count() == 1) {
            EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_dispatch(handle, CS_DISPATCH_ALL));
        } else {
            EXPECT_EQ(CS_OK, cmap.finalize());
        }
        EXPECT_STREQ("callback.inner", call.key);
    };
    change("callback.inner", 3);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(2U, tracker.count());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// C10
TEST_F(CmapCallback, may_use_its_handle_and_others)
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

// C10
TEST_F(CmapCallback, may_take_its_time)
{
    Cmap cmap;
    auto& tracker = cmap.track("callback.slow", kEverything);
    tracker.on_event = [&](const Tracker::Call&) {
        if (tracker.count() > 1)
            return;
        Background elsewhere([&] { return cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr); });
        EXPECT_EQ(CS_OK, elsewhere.result()); // no lock is held
        std::this_thread::sleep_for(1500ms);
    };
    change("callback.slow", 2);
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(2U, tracker.count());
}

// C10, decision 11: out of an inner dispatch, over an outer one
TEST_F(CmapCallback, that_is_nested_may_jump_over_both_and_finalize_releases_everything)
{
    Cmap cmap;
    const int fd = cmap.fd();
    auto& tracker = cmap.track("callback.both", kEverything);
    static std::jmp_buf target;
    tracker.on_event = [&](const Tracker::Call&) {
        if (tracker.count() == 1)
            cmap_dispatch(cmap, CS_DISPATCH_ALL);
        else
            std::longjmp(target, 1);
    };
    change("callback.both", 4);
    if (setjmp(target) == 0)
        cmap_dispatch(cmap, CS_DISPATCH_ALL);
    tracker.on_event = nullptr;
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ((Numbers{1, 2, 3, 4}), numbers(tracker.events()));
    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
