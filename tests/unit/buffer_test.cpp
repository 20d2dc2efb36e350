// SPDX-License-Identifier: BSD-3-Clause
#include "core/buffer.hpp"
#include "support/sanitizers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace {

using corosync::Buffer;

constexpr std::size_t kKept = (1024 + 64) * 1024;

TEST(Buffer, is_empty_at_the_beginning)
{
    EXPECT_EQ(nullptr, Buffer().data());
}

TEST(Buffer, has_room_and_slack_and_is_aligned)
{
    for (const std::size_t size : {std::size_t{1}, std::size_t{24}, std::size_t{1000}, std::size_t{1024}, kKept + 1}) {
        Buffer buffer;
        ASSERT_TRUE(buffer.reserve(size));
        std::memset(buffer.data(), 0xff, size + Buffer::kSlack); // the address sanitizer checks this
        EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(buffer.data()) % 16) << size;
    }
}

TEST(Buffer, is_reused_for_what_fits)
{
    Buffer buffer;
    ASSERT_TRUE(buffer.reserve(5000));
    const std::byte* memory = buffer.data();
    for (const std::size_t size : {std::size_t{1}, std::size_t{5000}, std::size_t{0}, std::size_t{4096}}) {
        ASSERT_TRUE(buffer.reserve(size));
        EXPECT_EQ(memory, buffer.data()) << size;
    }
}

TEST(Buffer, keeps_up_to_the_size_of_a_ring_when_trimmed)
{
    Buffer buffer;
    ASSERT_TRUE(buffer.reserve(kKept));
    const std::byte* memory = buffer.data();
    buffer.trim();
    EXPECT_FALSE(buffer.oversized());
    EXPECT_EQ(memory, buffer.data());
}

TEST(Buffer, frees_more_than_the_size_of_a_ring_when_trimmed)
{
    Buffer buffer;
    ASSERT_TRUE(buffer.reserve(kKept + 1));
    EXPECT_TRUE(buffer.oversized());
    buffer.trim();
    EXPECT_EQ(nullptr, buffer.data());
    EXPECT_FALSE(buffer.oversized());
    EXPECT_TRUE(buffer.reserve(1));
}

TEST(Buffer, adopts_memory_and_frees_it)
{
    Buffer buffer;
    ASSERT_TRUE(buffer.reserve(1));
    auto* memory = static_cast<std::byte*>(std::malloc(kKept + 1 + Buffer::kSlack));
    buffer.adopt(memory, kKept + 1);
    EXPECT_EQ(memory, buffer.data());
    EXPECT_TRUE(buffer.oversized());
    ASSERT_TRUE(buffer.reserve(kKept + 1));
    EXPECT_EQ(memory, buffer.data());
    buffer.trim();
    EXPECT_EQ(nullptr, buffer.data());
}

TEST(Buffer, gives_its_memory_away)
{
    Buffer buffer;
    ASSERT_TRUE(buffer.reserve(kKept + 1));
    auto* memory = buffer.data();
    EXPECT_LE(kKept + 1, buffer.capacity());
    EXPECT_EQ(memory, buffer.release());
    EXPECT_EQ(nullptr, buffer.data());
    EXPECT_EQ(0U, buffer.capacity());
    std::free(memory);
}

TEST(Buffer, is_swapped_with_another)
{
    Buffer one;
    Buffer other;
    ASSERT_TRUE(one.reserve(1));
    ASSERT_TRUE(other.reserve(5000));
    const std::byte* small = one.data();
    const std::byte* large = other.data();
    one.swap(other);
    EXPECT_EQ(large, one.data());
    EXPECT_LE(5000U, one.capacity());
    EXPECT_EQ(small, other.data());
    EXPECT_GT(5000U, other.capacity());
}

TEST(Buffer, reports_that_there_is_no_memory_and_can_be_used_again)
{
    if (test::kSanitized)
        GTEST_SKIP() << "sanitizers end a program that allocates so much";
    Buffer buffer;
    ASSERT_TRUE(buffer.reserve(1));
    EXPECT_FALSE(buffer.reserve(SIZE_MAX / 2));
    EXPECT_EQ(nullptr, buffer.data());
    EXPECT_TRUE(buffer.reserve(1));
}

TEST(Buffer, refuses_a_size_that_overflows)
{
    Buffer buffer;
    for (const std::size_t less : {0U, 8U, 1022U, 1030U}) {
        EXPECT_FALSE(buffer.reserve(SIZE_MAX - less)) << less;
        EXPECT_EQ(nullptr, buffer.data());
    }
}

} // namespace
