// SPDX-License-Identifier: BSD-3-Clause
// Several threads, with one handle each or with a shared handle. thread_test.cpp tests what is the same for every
// service.
#include "cmap_fixture.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

using CmapThread = CmapTest;

constexpr int kCalls = kSanitized ? 10'000 : 100'000;
constexpr std::size_t kSmallStack = kSanitized ? 1 << 20 : 64 << 10; // the sanitizers' frames are large
constexpr std::size_t kGuardBelow = 4 << 20;

// C12
TEST_F(CmapThread, may_dispatch_while_another_thread_makes_requests)
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

// Reads one key again and again. Returns how many values were wrong.
int wrong_answers(cmap_handle_t handle, const char* key, std::uint32_t value, int calls)
{
    int wrong = 0;
    for (int i = 0; i < calls; ++i) {
        std::uint32_t answer = 0;
        wrong += cmap_get_uint32(handle, key, &answer) != CS_OK || answer != value;
    }
    return wrong;
}

TEST_F(CmapThread, with_its_own_handle_gets_its_own_replies)
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
TEST_F(CmapThread, with_a_shared_handle_gets_its_own_replies)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("thread.one", u32(1)));
    ASSERT_EQ(CS_OK, cmap.set("thread.two", u32(2)));
    Background one([&] { return wrong_answers(cmap, "thread.one", 1, kCalls); });
    Background two([&] { return wrong_answers(cmap, "thread.two", 2, kCalls); });
    EXPECT_EQ(0, one.result());
    EXPECT_EQ(0, two.result());
}

// C13: requests of every kind and size except iterations. The daemon keeps only a pointer to the prefix in the request
// until the first cmap_iter_next(). Another thread's request may overwrite it; with sockets, keys are also lost.
TEST_F(CmapThread, with_a_shared_handle_may_make_any_request_except_iterations)
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

// CMAP-D10. The memory below the stack is inaccessible, so an overflow of any size is fatal.
TEST_F(CmapThread, with_a_small_stack_may_call_every_function)
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
