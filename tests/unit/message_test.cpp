// SPDX-License-Identifier: BSD-3-Clause
// Received bytes are never read beyond their end, and sent messages hold only what was put into them.
#include "core/message.hpp"
#include "core/transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

using corosync::Message;
using corosync::ReplyHeader;
using corosync::View;

constexpr std::size_t kSize = 32;

const std::array<std::byte, kSize>& numbered_bytes()
{
    static const auto bytes = [] {
        std::array<std::byte, kSize> result;
        for (std::size_t at = 0; at < kSize; ++at)
            result[at] = static_cast<std::byte>(at);
        return result;
    }();
    return bytes;
}

const View kView(numbered_bytes().data(), kSize);

std::vector<std::byte> header_bytes(std::int32_t size, std::size_t length)
{
    const ReplyHeader header{1, size, corosync::kWireOk};
    std::vector<std::byte> bytes(std::max(length, sizeof header));
    std::memcpy(bytes.data(), &header, sizeof header);
    bytes.resize(length);
    return bytes;
}

bool has_header(std::int32_t size, std::size_t length)
{
    const auto bytes = header_bytes(size, length);
    ReplyHeader header;
    return corosync::read_header({bytes.data(), bytes.size()}, header);
}

iovec part(const char* text)
{
    return {const_cast<char*>(text), std::strlen(text)};
}

std::string gathered(const Message& message)
{
    std::string whole(message.size(), '\0');
    message.copy_to(reinterpret_cast<std::byte*>(whole.data()));
    return whole;
}

TEST(View, reads_bytes_inside_it)
{
    std::uint16_t value = 0;
    ASSERT_TRUE(kView.read(value, kSize - 2));
    EXPECT_EQ(0, std::memcmp(&value, &numbered_bytes()[kSize - 2], sizeof value));
    EXPECT_EQ(&numbered_bytes()[5], kView.bytes(5, kSize - 5));
}

TEST(View, reads_nothing_beyond_its_end)
{
    std::uint16_t value = 77;
    EXPECT_FALSE(kView.read(value, kSize - 1));
    EXPECT_FALSE(kView.read(value, kSize + 1));
    EXPECT_EQ(77, value);
    EXPECT_EQ(nullptr, kView.bytes(0, kSize + 1));
    EXPECT_EQ(nullptr, kView.bytes(kSize + 1, 0));
}

TEST(View, notices_sums_that_overflow)
{
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(nullptr, kView.bytes(1, kMost));
    EXPECT_EQ(nullptr, kView.bytes(kMost, 1));
    EXPECT_EQ(nullptr, kView.bytes(kMost, kMost));
    EXPECT_EQ(nullptr, kView.bytes(kSize, kMost - kSize + 1));
}

TEST(View, has_an_empty_part_at_its_end)
{
    EXPECT_EQ(numbered_bytes().data() + kSize, kView.bytes(kSize, 0));
}

TEST(View, is_empty_at_the_beginning)
{
    char value = 0;
    EXPECT_EQ(0U, View().size());
    EXPECT_FALSE(View().read(value));
    EXPECT_EQ(nullptr, View().bytes(0, 1));
}

TEST(Header, is_accepted_if_its_size_fits_in_the_received_bytes)
{
    EXPECT_TRUE(has_header(24, 24));
    EXPECT_TRUE(has_header(24, 100));
    EXPECT_TRUE(has_header(100, 100));
}

TEST(Header, is_refused_if_its_size_is_wrong)
{
    EXPECT_FALSE(has_header(25, 24));
    EXPECT_FALSE(has_header(23, 24));
    EXPECT_FALSE(has_header(0, 24));
    EXPECT_FALSE(has_header(-1, 24));
    EXPECT_FALSE(has_header(std::numeric_limits<std::int32_t>::min(), 24));
    EXPECT_FALSE(has_header(std::numeric_limits<std::int32_t>::max(), 24));
}

TEST(Header, is_refused_if_it_is_cut_short)
{
    EXPECT_FALSE(has_header(24, 23));
    EXPECT_FALSE(has_header(24, 0));
}

struct Request {
    corosync::RequestHeader header;
    alignas(8) std::uint8_t letter;
};

TEST(Outgoing, is_zero_except_for_what_was_put_there)
{
    corosync::Outgoing<Request> request(7, 100);
    request->letter = 'x';
    const iovec sent = request.part();
    std::vector<char> expected(sizeof(Request));
    const std::int32_t numbers[] = {7, sizeof(Request) + 100};
    std::memcpy(&expected[0], &numbers[0], sizeof numbers[0]);
    std::memcpy(&expected[8], &numbers[1], sizeof numbers[1]);
    expected[16] = 'x';
    EXPECT_EQ(expected,
              std::vector<char>(static_cast<char*>(sent.iov_base), static_cast<char*>(sent.iov_base) + sent.iov_len));
}

TEST(Message, without_a_body_is_its_header)
{
    EXPECT_EQ("head", gathered({part("head")}));
}

TEST(Message, gathers_its_body)
{
    const std::array body{part("one"), part(""), part("three"), part("four")};
    EXPECT_EQ("head:onethreefour", gathered({part("head:"), body, 0, 12}));
}

TEST(Message, can_be_cut_from_any_part_of_its_body)
{
    const std::array body{part("one"), part(""), part("three"), part("four")};
    EXPECT_EQ("head:ethr", gathered({part("head:"), body, 2, 4}));
    EXPECT_EQ("head:three", gathered({part("head:"), body, 3, 5}));
    EXPECT_EQ("head:fo", gathered({part("head:"), body, 8, 2}));
    EXPECT_EQ("head:", gathered({part("head:"), body, 12, 0}));
}

TEST(Message, has_an_id_only_with_a_whole_header)
{
    corosync::ReplyHeader header{};
    header.id = 7;
    const auto* bytes = reinterpret_cast<const std::byte*>(&header);
    EXPECT_TRUE(corosync::has_id({bytes, sizeof header}, 7));
    EXPECT_FALSE(corosync::has_id({bytes, sizeof header}, 8));
    EXPECT_FALSE(corosync::has_id({bytes, sizeof header - 1}, 7));
    EXPECT_FALSE(corosync::has_id({bytes, 3}, 7));
}

} // namespace
