// SPDX-License-Identifier: BSD-3-Clause
// Another thread finalizes during a dispatch: what the dispatch then returns, at each point where this can happen.
#include "integration/listener.hpp"
#include "system_calls.hpp"

#include "support/sanitizers.hpp"
#include "support/thread.hpp"

namespace {

using namespace test;

using Finalize = ServiceTest;

constexpr int kMost = 200; // calls that a dispatch makes for a few events
constexpr Duration kDelay = 50ms;

// Stops a thread until another thread has gone on; but only for a limited time, since the other thread may wait for it.
class Halt {
public:
    void operator()()
    {
        reached_ = true;
        eventually(kDelay, [this] { return over_.load(); });
    }
    bool reached() const { return reached_; }
    void end() { over_ = true; }

private:
    std::atomic<bool> reached_ = false;
    std::atomic<bool> over_ = false;
};

// What cpg.h, cmap.h and votequorum.h promise. In each round the dispatching thread is stopped before another one of
// its calls.
TEST_F(Finalize, is_followed_by_no_callback_wherever_it_meets_the_dispatch)
{
    for (const auto flag : kAllFlags) {
        bool enough = false;
        int number = 0;
        for (; !enough && number < kMost; ++number) {
            Listener listener;
            const std::uint64_t handle = listener;
            std::atomic<bool> finalized = false;
            std::atomic<int> late_callbacks = 0;
            Listener::on_event = [&] { late_callbacks += finalized; };
            listener.provoke();
            ASSERT_TRUE(readable(listener.fd(), kPatience));
            Halt halt;
            Background dispatching([&] {
                const BeforeCall late(number, [&] { halt(); });
                return service().dispatch(handle, flag);
            });
            // Stopped before one of its calls, ended, or waiting for more events.
            EXPECT_TRUE(eventually([&] {
                return halt.reached() || dispatching.ended_within({}) ||
                       (Listener::told() == Listener::kEvents && dispatching.thread().falls_asleep());
            }));
            enough = !halt.reached();
            EXPECT_EQ(CS_OK, listener.finalize()) << flag << ", " << number;
            finalized = true;
            halt.end();
            const auto error = dispatching.result();
            const bool usual = error == CS_OK && flag != CS_DISPATCH_BLOCKING; // it had dispatched everything before
            EXPECT_TRUE(usual || error == CS_ERR_BAD_HANDLE) << flag << ", " << number << ": " << *error;
            EXPECT_EQ(0, late_callbacks) << flag << ", before call " << number;
        }
        EXPECT_TRUE(enough) << flag;
        EXPECT_LT(1, number) << flag;
    }
}

// Finalize may wake the dispatches itself, or the daemon may do so when it closes the connection. In each round
// finalize is stopped before another one of its calls, so that the waiting threads see all that it has done so far.
TEST_F(Finalize, ends_every_waiting_dispatch_whatever_the_daemon_does_meanwhile)
{
    bool enough = false;
    int number = 0;
    for (; !enough && number < kMost; ++number) {
        Listener listener;
        const std::uint64_t handle = listener;
        Background in_one([=] { return service().dispatch(handle, CS_DISPATCH_ONE); });
        Background in_blocking([=] { return service().dispatch(handle, CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
        Halt halt;
        {
            const BeforeCall late(number, [&] { halt(); });
            EXPECT_EQ(CS_OK, listener.finalize()) << number;
        }
        enough = !halt.reached();
        EXPECT_EQ(CS_ERR_BAD_HANDLE, in_one.result()) << number;
        EXPECT_EQ(CS_ERR_BAD_HANDLE, in_blocking.result()) << number;
    }
    EXPECT_TRUE(enough);
}

// Finalize and the dispatches meet at a different point in each round.
TEST_F(Finalize, ends_every_waiting_dispatch_with_the_same_result)
{
    constexpr int kRounds = 300;
    int wrong = 0;
    for (int round = 0; round < kRounds; ++round) {
        Listener listener;
        const std::uint64_t handle = listener;
        std::atomic<int> begun = 0;
        const auto dispatch = [&](cs_dispatch_flags_t flag) {
            ++begun;
            return service().dispatch(handle, flag);
        };
        Background in_one([&] { return dispatch(CS_DISPATCH_ONE); });
        Background in_blocking([&] { return dispatch(CS_DISPATCH_BLOCKING); });
        while (begun < 2)
            std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::microseconds(20 * (round % 16)));
        EXPECT_EQ(CS_OK, listener.finalize());
        wrong += in_one.result() != CS_ERR_BAD_HANDLE;
        wrong += in_blocking.result() != CS_ERR_BAD_HANDLE;
    }
    EXPECT_EQ(0, wrong) << "of " << 2 * kRounds;
}

} // namespace
