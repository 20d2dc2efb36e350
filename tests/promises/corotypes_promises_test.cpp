// SPDX-License-Identifier: BSD-3-Clause
// Promises of corotypes.h.
#include "strict_time.h"

#include <corosync/corotypes.h>

#include <cstdint>
#include <cstdio>

#include <gtest/gtest.h>

namespace {

TEST(Max, is_the_larger_value_and_evaluates_its_argument_twice)
{
    int left = 0;
    int right = 0;
    const auto count = [](int& calls, int value) {
        ++calls;
        return value;
    };
    EXPECT_EQ(7, CS_MAX(count(left, 7), count(right, 3)));
    EXPECT_EQ(2, left);
    EXPECT_EQ(1, right);
    EXPECT_EQ(7, CS_MAX(count(left, 3), count(right, 7)));
    EXPECT_EQ(3, left);
    EXPECT_EQ(3, right);
    EXPECT_EQ(-1, CS_MAX(-1, -1));
}

TEST(Formats, print_node_ids_and_ring_ids)
{
    constexpr std::uint32_t kNode = 0xfffffffe;
    constexpr std::uint64_t kSeq = 0xfedcba9876543210;
    char text[64];
    std::snprintf(text, sizeof text, CS_PRI_NODE_ID, kNode);
    EXPECT_STREQ("4294967294", text);
    std::snprintf(text, sizeof text, CS_PRI_NODE_ID_PADDED, std::uint32_t{1});
    EXPECT_STREQ("         1", text);
    std::snprintf(text, sizeof text, CS_PRI_RING_ID_SEQ, kSeq);
    EXPECT_STREQ("fedcba9876543210", text);
    std::snprintf(text, sizeof text, CS_PRI_RING_ID, kNode, kSeq);
    EXPECT_STREQ("fffffffe.fedcba9876543210", text);
}

TEST(TimeEnd, is_later_than_any_other_time)
{
    EXPECT_EQ(INT64_MAX, latest_time());
}

TEST(Units, of_time_have_the_right_factors)
{
    EXPECT_EQ(1'000'000'000U, CS_TIME_MS_IN_SEC * CS_TIME_US_IN_MSEC * CS_TIME_NS_IN_USEC);
    EXPECT_EQ(CS_TIME_NS_IN_SEC, CS_TIME_US_IN_SEC * CS_TIME_NS_IN_USEC);
    EXPECT_EQ(CS_TIME_NS_IN_SEC, CS_TIME_MS_IN_SEC * CS_TIME_NS_IN_MSEC);
}

std::uint64_t time_of_day()
{
    timeval now{};
    ::gettimeofday(&now, nullptr);
    return (static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_usec)) * 1000;
}

TEST(TimestampGet, is_the_time_of_day_where_strict_c_hides_the_monotonic_clock)
{
    ASSERT_FALSE(strict_c_has_a_monotonic_clock());
    const auto before = time_of_day();
    const auto stamp = timestamp_in_strict_c();
    EXPECT_LE(before, stamp);
    EXPECT_GE(time_of_day(), stamp);
}

} // namespace
