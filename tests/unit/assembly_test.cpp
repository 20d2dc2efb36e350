// SPDX-License-Identifier: BSD-3-Clause
#include "cpg/assembly.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace corosync;
using namespace corosync::cpg;

constexpr std::size_t kPart = 1'047'552; // the size of libcpg's parts; an idle buffer does not keep two

class AssembliesTest : public ::testing::Test {
protected:
    // Adds the part of a sender's message that begins there. 1 if it was the last one.
    int add(std::uint32_t sender, const std::string& message, std::size_t begin)
    {
        const std::size_t size = std::min(kPart, message.size() - begin);
        PartialDeliverEvent part{};
        part.nodeid = sender;
        part.length = static_cast<std::uint32_t>(message.size());
        part.part_length = static_cast<std::uint32_t>(size);
        part.type = kContinued;
        if (begin == 0)
            part.type = kFirst;
        else if (begin + size == message.size())
            part.type = kLast;
        return assemblies.add(part, reinterpret_cast<const std::byte*>(message.data() + begin), buffer, whole);
    }
    void add_all(std::uint32_t sender, const std::string& message)
    {
        for (std::size_t begin = 0; begin < message.size(); begin += kPart)
            ASSERT_EQ(begin + kPart >= message.size(), add(sender, message, begin)) << begin;
    }

    std::string_view put_together() const
    {
        return std::string_view(reinterpret_cast<const char*>(whole.data), whole.size).substr(sizeof(DeliverEvent));
    }

    Assemblies assemblies;
    Buffer buffer;
    Event whole;
};

TEST_F(AssembliesTest, reuse_the_memory_of_the_last_message)
{
    const std::string first(3 * kPart, '1');
    add_all(1, first);
    EXPECT_EQ(first, put_together());
    const auto* memory = whole.data;

    const std::string shorter(2 * kPart + 1, '2');
    add_all(2, shorter);
    EXPECT_EQ(shorter, put_together());
    EXPECT_EQ(memory, whole.data);

    const std::string as_long(3 * kPart, '3');
    add_all(1, as_long);
    EXPECT_EQ(as_long, put_together());
    EXPECT_EQ(memory, whole.data);

    const std::string longer(4 * kPart, '4');
    add_all(1, longer);
    EXPECT_EQ(longer, put_together());
}

TEST_F(AssembliesTest, do_not_share_memory_among_senders)
{
    add_all(1, std::string(2 * kPart, '0'));
    const std::string one(2 * kPart, '1');
    const std::string two(2 * kPart, '2');
    EXPECT_EQ(0, add(1, one, 0));
    EXPECT_EQ(0, add(2, two, 0));
    EXPECT_EQ(1, add(1, one, kPart));
    EXPECT_EQ(one, put_together());
    EXPECT_EQ(1, add(2, two, kPart));
    EXPECT_EQ(two, put_together());
}

// Otherwise a short message after a long one would keep the long one's memory for ever.
TEST_F(AssembliesTest, tell_the_buffer_the_size_of_its_memory)
{
    add_all(1, std::string(3 * kPart, '1'));
    add_all(1, std::string(kPart + 1, '2'));
    EXPECT_LE(3 * kPart, buffer.capacity());
    buffer.trim();
    EXPECT_EQ(nullptr, buffer.data());
}

} // namespace
