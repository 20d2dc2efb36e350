// SPDX-License-Identifier: BSD-3-Clause
// Many threads that do everything with one handle, until it is finalized under them.
#include "integration/listener.hpp"

#include "support/sanitizers.hpp"
#include "support/thread.hpp"

#include <list>

namespace {

using namespace test;

using Threads = ServiceTest;

constexpr std::size_t kThreads = 8;
constexpr int kAnswers = 50; // replies before all of them wait: joining a group again takes a second
constexpr int kThreadRounds = kSanitized ? 3 : 10;

TEST_F(Threads, that_share_a_handle_get_replies_until_it_is_finalized)
{
    const auto& calls = service().calls();
    for (int round = 0; round < kThreadRounds; ++round) {
        Listener listener;
        const std::uint64_t handle = listener;
        std::atomic<int> answers = 0;
        std::atomic<bool> finalized = false; // after that the handle of an iteration is bad, too
        const auto wait = [&](cs_dispatch_flags_t flag) {
            auto error = CS_OK;
            while ((error = service().dispatch(handle, flag)) == CS_OK) {
            }
            return error;
        };
        // Each thread begins with another call, so that each call meets every other one.
        const auto work = [&](std::size_t next) {
            for (;; next = (next + 1) % calls.size()) {
                if (calls[next].kind == HandleCall::finalize)
                    continue;
                const auto error = calls[next].call(handle);
                if (error == CS_ERR_LIBRARY || (error == CS_ERR_BAD_HANDLE && finalized))
                    return error;
                ++answers;
            }
        };
        std::list<Background<cs_error_t>> threads;
        for (const auto flag : {CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE})
            threads.emplace_back([&wait, flag] { return wait(flag); });
        for (std::size_t number = threads.size(); number < kThreads; ++number)
            threads.emplace_back([&work, at = number * calls.size() / kThreads] { return work(at); });
        EXPECT_TRUE(eventually([&] {
            listener.try_to_provoke();
            return answers >= kAnswers;
        }));
        finalized = true;
        EXPECT_EQ(CS_OK, listener.finalize());
        for (auto& thread : threads)
            EXPECT_EQ(CS_ERR_BAD_HANDLE, thread.result());
    }
}

} // namespace
