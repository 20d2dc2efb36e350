// SPDX-License-Identifier: BSD-3-Clause
// Several threads, with one handle each or with a shared handle. The same for every service. See also
// finalize_test.cpp.
#include "listener.hpp"

#include "support/sanitizers.hpp"

#include <algorithm>
#include <list>
#include <mutex>

namespace {

using namespace test;

using ThreadOfAnyService = ServiceTest;

constexpr int kRounds = kSanitized ? 5 : 30;
constexpr int kShared = kSanitized ? 2000 : 10'000;                  // events
constexpr std::size_t kSmallStack = kSanitized ? 1 << 20 : 64 << 10; // the sanitizers' frames are large
constexpr std::size_t kGuardBelow = 4 << 20;

// C12: the library does not hold its own locks during a callback.
TEST_F(ThreadOfAnyService, may_make_requests_with_a_lock_for_which_a_callback_waits)
{
    const Listener listener;
    const auto ask = [&] {
        for (int times = 0; times < 100; ++times)
            EXPECT_EQ(CS_OK, listener.ask());
    };
    std::mutex lock;
    Listener::on_event = [&] { const std::lock_guard held(lock); };
    Background dispatching([&] { return listener.dispatch(CS_DISPATCH_ONE); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    {
        const std::lock_guard held(lock);
        ask();
        listener.provoke(2);
        EXPECT_FALSE(dispatching.ended_within(kGlance));
        ask();
    }
    EXPECT_EQ(CS_OK, dispatching.result());
}

// Each event was delivered once.
void expect_all_shared()
{
    auto heard = Listener::heard();
    std::sort(heard.begin(), heard.end());
    EXPECT_TRUE(numbers_to(kShared) == heard);
}

TEST_F(ThreadOfAnyService, may_wait_in_dispatch_while_another_thread_does)
{
    Listener listener;
    const std::uint64_t handle = listener;
    const auto dispatch = [=] { return service().dispatch(handle, CS_DISPATCH_BLOCKING); };
    Background one(dispatch);
    Background two(dispatch);
    listener.provoke(kShared);
    EXPECT_TRUE(eventually([] { return Listener::told() >= kShared; }));
    EXPECT_EQ(CS_OK, listener.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, one.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, two.result());
    expect_all_shared();
}

TEST_F(ThreadOfAnyService, may_dispatch_while_another_thread_does)
{
    const Listener listener;
    const auto dispatch = [&](cs_dispatch_flags_t flag) {
        int wrong = 0;
        while (Listener::told() < kShared) {
            const auto error = listener.dispatch(flag);
            wrong += error != CS_OK && error != CS_ERR_TRY_AGAIN;
        }
        return wrong;
    };
    Background one([&] { return dispatch(CS_DISPATCH_ALL); });
    Background two([&] { return dispatch(CS_DISPATCH_ONE_NONBLOCKING); });
    listener.provoke(kShared);
    EXPECT_EQ(0, one.result());
    EXPECT_EQ(0, two.result());
    expect_all_shared();
}

// CMAP-D12
TEST_F(ThreadOfAnyService, may_open_and_close_handles_while_other_threads_do)
{
    const auto work = [] {
        int wrong = 0;
        for (int round = 0; round < kRounds; ++round) {
            std::uint64_t handle = kNoHandle;
            wrong += service().initialize(&handle) != CS_OK;
            wrong += service().ask(handle) != CS_OK;
            wrong += service().finalize(handle) != CS_OK;
        }
        return wrong;
    };
    std::list<Background<int>> threads;
    for (int number = 0; number < 8; ++number)
        threads.emplace_back(work);
    for (auto& thread : threads)
        EXPECT_EQ(0, thread.result());
}

// CMAP-D10, CPG-D1, VQ-D8. The memory below the stack is inaccessible, so an overflow of any size is fatal.
TEST_F(ThreadOfAnyService, with_a_small_stack_may_call_every_function)
{
    int wrong = 0;
    Thread small(
        [&] {
            Listener listener;
            wrong += !listener.works();
            for (const auto& [name, kind, call] : service().calls())
                wrong += kind != HandleCall::finalize && call(listener) == CS_ERR_LIBRARY;
            wrong += listener.finalize() != CS_OK;
        },
        {.size = kSmallStack, .guard = kGuardBelow});
    small.join();
    EXPECT_EQ(0, wrong);
}

TEST_F(ThreadOfAnyService, that_makes_a_request_waits_for_a_stopped_daemon)
{
    const Handle handle;
    Freeze freeze(daemon());
    Background asking([&] { return handle.ask(); });
    EXPECT_FALSE(asking.ended_within(2 * kGlance));
    freeze.thaw();
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(CS_OK, handle.ask());
}

} // namespace
