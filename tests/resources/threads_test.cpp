// Many threads that do everything with one handle, until it is finalized under them.
#include "service.hpp"

#include "support/sanitizers.hpp"
#include "support/thread.hpp"

#include <list>

namespace {

using namespace test;

using Threads = ServiceTest;

constexpr std::size_t kThreads = 8;
constexpr int kRounds = kSanitized ? 3 : 10;

TEST_F(Threads, that_share_a_handle_get_answers_until_it_is_finalized)
{
    const auto& calls = service().calls();
    for (int round = 0; round < kRounds; ++round) {
        std::uint64_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, service().initialize(&handle));
        std::atomic<int> answers = 0;
        std::atomic<bool> finalized = false; // a bad handle may also be that of an iteration
        // Each begins at another place, and all meet everywhere.
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
        for (std::size_t number = 0; number < kThreads; ++number)
            threads.emplace_back([&work, at = number * calls.size() / kThreads] { return work(at); });
        EXPECT_TRUE(eventually([&] { return answers >= 200; }));
        finalized = true;
        EXPECT_EQ(CS_OK, service().finalize(handle));
        for (auto& thread : threads)
            EXPECT_EQ(CS_ERR_BAD_HANDLE, thread.result());
    }
}

} // namespace
