// SPDX-License-Identifier: BSD-3-Clause
#include "core/spin.hpp"
#include "support/thread.hpp"

#include <gtest/gtest.h>

#include <sched.h>

namespace {

using corosync::Spin;

constexpr unsigned kBudget = 20;

cpu_set_t usable_cpus()
{
    cpu_set_t usable;
    CPU_ZERO(&usable);
    ::sched_getaffinity(0, sizeof usable, &usable);
    return usable;
}

// How often a spin looks if it never finds anything.
int looks_of(Spin& spin)
{
    int looks = 0;
    spin.until([&] { return ++looks, 0; });
    return looks;
}

// How many requests in a row do not spin.
unsigned skipped(Spin& spin)
{
    unsigned count = 0;
    while (!spin.should_spin())
        ++count;
    return count;
}

TEST(Spin, is_off_without_a_budget)
{
    Spin spin;
    spin.configure(0);
    EXPECT_EQ(0, looks_of(spin));
}

TEST(Spin, is_off_on_a_single_cpu)
{
    int looks = -1;
    test::Thread confined([&] {
        const cpu_set_t usable = usable_cpus();
        cpu_set_t first;
        CPU_ZERO(&first);
        for (std::size_t cpu = 0; CPU_COUNT(&first) == 0; ++cpu)
            if (CPU_ISSET(cpu, &usable))
                CPU_SET(cpu, &first);
        ASSERT_EQ(0, ::sched_setaffinity(0, sizeof first, &first));
        Spin spin;
        spin.configure(kBudget);
        looks = looks_of(spin);
    });
    confined.join();
    EXPECT_EQ(0, looks);
}

class SpinOnSeveralCpus : public ::testing::Test {
protected:
    void SetUp() override
    {
        const cpu_set_t usable = usable_cpus();
        if (CPU_COUNT(&usable) < 2)
            GTEST_SKIP() << "there is one CPU only";
        spin.configure(kBudget);
    }
    Spin spin;
};

TEST_F(SpinOnSeveralCpus, stops_at_the_first_find_and_returns_it)
{
    int looks = 0;
    EXPECT_EQ(-5, spin.until([&] { return ++looks, -5; }));
    EXPECT_EQ(1, looks);
}

TEST_F(SpinOnSeveralCpus, looks_at_least_once_and_then_gives_up)
{
    EXPECT_LE(1, looks_of(spin));
}

TEST_F(SpinOnSeveralCpus, does_not_look_for_the_next_request_after_a_miss)
{
    looks_of(spin);
    EXPECT_EQ(0, looks_of(spin));
    EXPECT_LE(1, looks_of(spin));
}

TEST(Backoff, doubles_with_each_miss_up_to_256)
{
    Spin spin;
    for (const unsigned expected : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 128U, 256U, 256U}) {
        spin.record(false);
        EXPECT_EQ(expected, skipped(spin));
    }
}

TEST(Backoff, ends_with_a_hit)
{
    Spin spin;
    for (int misses = 0; misses < 5; ++misses)
        spin.record(false);
    skipped(spin);
    spin.record(true);
    EXPECT_EQ(0U, skipped(spin));
    spin.record(false);
    EXPECT_EQ(1U, skipped(spin));
}

} // namespace
