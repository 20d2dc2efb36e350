// SPDX-License-Identifier: BSD-3-Clause
// The random programs run in several threads at once, on shared handles. There is nothing to compare with: the
// reference promises nothing about threads. But each result must be one that the manual allows, every thread gets its
// own replies, no message is delivered twice or damaged, no own message is lost, and no thread waits for ever.
#include "shared_steps.hpp"

#include "support/daemon.hpp"
#include "support/eventually.hpp"
#include "support/sanitizers.hpp"

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace differential;
using namespace differential::shared;

constexpr int kPrograms = 10;
constexpr std::size_t kSteps = test::kSanitized ? 100 : 300; // steps of each thread

// All threads may wait for an event that does not come: then a handle is finalized, which ends their waits.
void until_done(const std::atomic<int>& running, Random& random)
{
    auto since = test::Clock::now();
    for (long before = -1; running > 0;) {
        const long now = progress;
        if (now != before)
            since = test::Clock::now();
        else
            finalize_one(random.below(kHandles));
        before = now;
        if (test::Clock::now() - since > 3 * test::kPatience) {
            std::fprintf(stderr, "a thread hangs\n");
            std::abort();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

void run(std::uint64_t seed)
{
    Random random(seed);
    std::atomic<int> running = static_cast<int>(2 + seed % 7);
    std::vector<std::thread> threads;
    forget();
    for (int i = running; i > 0; --i)
        threads.emplace_back([&running, own_seed = seed * 100 + static_cast<std::uint64_t>(i)] {
            Random own(own_seed);
            chance = &own;
            for (const auto& one : generate(own_seed, {.steps = kSteps, .around = false, .forks = false}))
                step(one);
            --running;
        });
    until_done(running, random);
    for (auto& thread : threads)
        thread.join();
    settle_up();
    for (int number = 0; number < kHandles; ++number)
        finalize_one(number);
}

TEST(SharedHandles, give_every_thread_only_results_that_the_manual_allows)
{
    test::Daemon daemon;
    for (std::uint64_t seed = 1; seed <= kPrograms && !HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        run(seed);
    }
}

} // namespace
