// Several threads, with a handle each and with one in common.
#include "cmap_fixture.hpp"
#include "support/sanitizers.hpp"

#include <mutex>

namespace {

using namespace test;

using CmapThread = CmapTest;

constexpr int kCalls = kSanitized ? 10'000 : 100'000;
constexpr std::size_t kSmallStack = kSanitized ? 1 << 20 : 64 << 10; // the sanitizers' frames are large
constexpr std::size_t kGuardBelow = 4 << 20;

// T82, C12
TEST_F(CmapThread, may_dispatch_while_another_makes_requests)
{
    constexpr std::uint32_t kChanges = kCalls / 5;
    Cmap cmap;
    auto& tracker = cmap.track("thread.both", kEverything);
    Background changing([&] {
        int wrong = 0;
        for (std::uint32_t number = 1; number <= kChanges; ++number)
            wrong += cmap.set("thread.both", u32(number)) != CS_OK;
        return wrong;
    });
    EXPECT_TRUE(
        eventually(60s, [&] { return cmap_dispatch(cmap, CS_DISPATCH_ALL) != CS_OK || tracker.count() == kChanges; }));
    EXPECT_EQ(0, changing.result());
    EXPECT_EQ(kChanges, tracker.count());
}

// C12: what the program's own lock protects is the program's affair.
TEST_F(CmapThread, may_make_requests_with_a_lock_that_the_callback_wants)
{
    Cmap cmap;
    auto& tracker = cmap.track("thread.lock", kEverything);
    std::mutex lock;
    tracker.on_event = [&](const Tracker::Call&) { const std::lock_guard held(lock); };
    Background dispatching([&] { return cmap_dispatch(cmap, CS_DISPATCH_ONE); });
    {
        const std::lock_guard held(lock);
        EXPECT_EQ(CS_OK, cmap.set("thread.lock", u8(1)));
        EXPECT_FALSE(dispatching.ended_within(kGlance));
        EXPECT_EQ(u8(1), cmap.get("thread.lock"));
    }
    EXPECT_EQ(CS_OK, dispatching.result());
}

// Asks for one key over and over; the number of answers that are not the key's value.
int wrong_answers(cmap_handle_t handle, const char* key, std::uint32_t value, int calls)
{
    int wrong = 0;
    for (int i = 0; i < calls; ++i) {
        std::uint32_t answer = 0;
        wrong += cmap_get_uint32(handle, key, &answer) != CS_OK || answer != value;
    }
    return wrong;
}

// T83
TEST_F(CmapThread, with_a_handle_of_its_own_gets_its_answers)
{
    ASSERT_EQ(CS_OK, Cmap().set("thread.own", u32(7)));
    const auto ask = [] { return wrong_answers(Cmap(), "thread.own", 7, kCalls / 5); };
    Background one(ask);
    Background two(ask);
    Background three(ask);
    Background four(ask);
    for (auto* asking : {&one, &two, &three, &four})
        EXPECT_EQ(0, asking->result());
}

// C13, CMAP-D11
TEST_F(CmapThread, with_a_handle_in_common_gets_its_own_answers)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("thread.one", u32(1)));
    ASSERT_EQ(CS_OK, cmap.set("thread.two", u32(2)));
    Background one([&] { return wrong_answers(cmap, "thread.one", 1, kCalls); });
    Background two([&] { return wrong_answers(cmap, "thread.two", 2, kCalls); });
    EXPECT_EQ(0, one.result());
    EXPECT_EQ(0, two.result());
}

// T84, C13: requests of every kind and size but iterations. Until an iterator is asked for its first key the daemon
// looks for the prefix where the request had left it; another thread's request may lie there by then, and with
// sockets the daemon not only tells wrong keys but loses some.
TEST_F(CmapThread, with_a_handle_in_common_may_make_any_request)
{
    const Cmap cmap;
    const auto work = [&](const std::string& name, const Value& value) {
        Tracker tracker;
        int wrong = 0;
        for (int i = 0; i < kCalls / 50; ++i) {
            wrong += cmap.set(name, value) != CS_OK;
            wrong += cmap.get(name) != value;
            wrong += tracker.add(cmap, "any.untouched", kEverything) != CS_OK;
            wrong += cmap_track_delete(cmap, tracker.handle()) != CS_OK;
            wrong += cmap_delete(cmap, name.c_str()) != CS_OK;
        }
        return wrong;
    };
    Background one([&] { return work("any.a", u8(1)); });
    Background two([&] { return work("any.b", u32(2)); });
    Background three([&] { return work("any.c", text("three")); });
    Background four([&] { return work("any.d", binary(std::string(5000, '4'))); });
    for (auto* working : {&one, &two, &three, &four})
        EXPECT_EQ(0, working->result());
}

// Two dispatchers of one handle: each event once.
TEST_F(CmapThread, may_dispatch_beside_another)
{
    static constexpr std::uint32_t kEvents = 5000;
    static std::atomic<int> seen[kEvents + 1];
    static std::atomic<std::uint32_t> delivered;
    for (auto& count : seen)
        count = 0;
    delivered = 0;
    const auto note = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value now,
                         cmap_notify_value, void*) {
        std::uint32_t number = 0;
        std::memcpy(&number, now.data, sizeof number);
        ++seen[number];
        ++delivered;
    };
    const Cmap cmap;
    cmap_track_handle_t tracker = 0;
    ASSERT_EQ(CS_OK, cmap_track_add(cmap, "thread.share", kEverything, note, nullptr, &tracker));
    const auto take = [&](cs_dispatch_flags_t flag) {
        int wrong = 0;
        while (delivered < kEvents) {
            const auto error = cmap_dispatch(cmap, flag);
            wrong += error != CS_OK && error != CS_ERR_TRY_AGAIN;
        }
        return wrong;
    };

    Background one([&] { return take(CS_DISPATCH_ALL); });
    Background two([&] { return take(CS_DISPATCH_ONE_NONBLOCKING); });
    change("thread.share", kEvents);

    EXPECT_EQ(0, one.result());
    EXPECT_EQ(0, two.result());
    for (std::uint32_t number = 1; number <= kEvents; ++number)
        ASSERT_EQ(1, seen[number]) << number;
}

// T85, CMAP-D12
TEST_F(CmapThread, may_open_and_close_handles_beside_others)
{
    constexpr int kRounds = kCalls / 1000;
    const auto work = [] {
        int wrong = 0;
        for (int i = 0; i < kRounds; ++i) {
            cmap_handle_t handle = kNoHandle;
            wrong += cmap_initialize(&handle) != CS_OK;
            wrong += cmap_get(handle, "totem.version", nullptr, nullptr, nullptr) != CS_OK;
            wrong += cmap_finalize(handle) != CS_OK;
        }
        return wrong;
    };
    std::list<Background<int>> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back(work);
    for (auto& thread : threads)
        EXPECT_EQ(0, thread.result());
}

// T86, CMAP-D10. Whatever reaches below the stack, however far, hits memory that nobody may touch.
TEST_F(CmapThread, with_a_small_stack_may_do_everything)
{
    int wrong = 0;
    Tracker tracker;
    Thread small(
        [&] {
            cmap_handle_t handle = kNoHandle;
            wrong += cmap_initialize(&handle) != CS_OK;
            wrong += tracker.add(handle, "thread.small", kEverything) != CS_OK;
            const std::string large(16384, 's');
            for (const auto length : {1, 16384}) {
                wrong += cmap_set(handle, "thread.small", large.data(), static_cast<std::size_t>(length),
                                  CMAP_VALUETYPE_BINARY) != CS_OK;
                wrong += cmap_dispatch(handle, CS_DISPATCH_ONE) != CS_OK;
            }
            wrong += cmap_set(handle, "thread.small", "x", 1, CMAP_VALUETYPE_BINARY) != CS_OK;
            wrong += cmap_dispatch(handle, CS_DISPATCH_ALL) != CS_OK;
            wrong += cmap_finalize(handle) != CS_OK;
        },
        {.size = kSmallStack, .guard = kGuardBelow});
    small.join();
    EXPECT_EQ(0, wrong);
    EXPECT_EQ(3U, tracker.count());
}

} // namespace
