// SPDX-License-Identifier: BSD-3-Clause
// A daemon of the development line no longer has zero copy, and replies to the requests of old libraries with an error.
// Daemons of 3.1 trust the addresses in such requests. Therefore this library sends such requests to no daemon.
#include "fake_cpg.hpp"

#include <cstring>

namespace {

using namespace test;

constexpr std::size_t kMost = 1'048'576;

class CpgWithoutZeroCopy : public ::testing::Test {
protected:
    CpgWithoutZeroCopy()
    {
        EXPECT_EQ(CS_OK, cpg_zcb_alloc(cpg, kMost, &buffer));
        bytes = pattern(kMost);
        std::memcpy(buffer, bytes.data(), bytes.size());
    }
    ~CpgWithoutZeroCopy() override
    {
        EXPECT_EQ(CS_OK, cpg_zcb_free(cpg, buffer));
        cpg.finalize();
        remove_what_libqb_leaves();
    }

    cs_error_t send(std::size_t size) const { return cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, buffer, size); }
    Bytes request_number(std::uint32_t count)
    {
        EXPECT_TRUE(eventually([&] { return daemon.requests() >= count; })) << count;
        EXPECT_EQ(count, daemon.requests());
        return daemon.last_request();
    }

    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer}}; // it replies to unknown requests with an error
    Cpg cpg;
    void* buffer = nullptr;
    std::string bytes;
};

TEST_F(CpgWithoutZeroCopy, buffers_are_allocated_and_freed_without_a_request)
{
    const auto before = daemon.requests();
    void* other = nullptr;
    EXPECT_EQ(CS_OK, cpg_zcb_alloc(cpg, 100, &other));
    EXPECT_EQ(CS_OK, cpg_zcb_free(cpg, other));
    EXPECT_EQ(before, daemon.requests());
}

TEST_F(CpgWithoutZeroCopy, buffers_are_sent_as_ordinary_messages)
{
    ASSERT_EQ(CS_OK, join(cpg, kGroup));
    auto count = daemon.requests();
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5000}, kAtomic}) {
        EXPECT_EQ(CS_OK, send(size)) << size;
        const auto request = request_number(++count);
        EXPECT_EQ(wire::kMcast, value_at<std::int32_t>(request, 0));
        EXPECT_TRUE(bytes.substr(0, size) == request.substr(sizeof(wire::McastRequest))) << size;
    }
}

TEST_F(CpgWithoutZeroCopy, buffers_above_the_atomic_size_are_sent_in_parts)
{
    ASSERT_EQ(CS_OK, join(cpg, kGroup));
    const auto before = daemon.requests();
    EXPECT_EQ(CS_OK, send(kMost));
    const auto request = request_number(before + 2);
    EXPECT_EQ(wire::kPartialMcast, value_at<std::int32_t>(request, 0));
    EXPECT_EQ(wire::kLast, value_at<std::uint32_t>(request, offsetof(wire::PartialMcastRequest, type)));
    EXPECT_TRUE(bytes.substr(kAtomic) == request.substr(sizeof(wire::PartialMcastRequest)));
}

// A request between the arrival of a message and its dispatch works, too.
TEST_F(CpgWithoutZeroCopy, messages_from_buffers_are_delivered)
{
    ASSERT_EQ(CS_OK, join(cpg, kGroup));
    const auto before = daemon.requests();
    EXPECT_EQ(CS_OK, send(5000));
    const auto sent = request_number(before + 1).substr(sizeof(wire::McastRequest));
    daemon.now({event(Delivery(sent).bytes())});
    unsigned nodeid = 0;
    EXPECT_EQ(CS_OK, cpg_local_get(cpg, &nodeid));
    EXPECT_EQ(kOwnNode, nodeid);
    ASSERT_TRUE(cpg.await_messages(1));
    EXPECT_TRUE(Texts{bytes.substr(0, 5000)} == messages(cpg.take()));
}

TEST_F(CpgWithoutZeroCopy, only_members_can_send_buffers)
{
    const auto before = daemon.requests();
    EXPECT_EQ(CS_ERR_NOT_EXIST, send(1));
    EXPECT_EQ(before, daemon.requests());
    ASSERT_EQ(CS_OK, join(cpg, kGroup));
    EXPECT_EQ(CS_OK, send(1));
    ASSERT_EQ(CS_OK, leave(cpg, kGroup));
    EXPECT_EQ(CS_ERR_NOT_EXIST, send(1));
}

// As for any other call, the daemon's death comes first.
TEST_F(CpgWithoutZeroCopy, a_message_fails_for_the_daemon_that_is_gone_also_without_a_group)
{
    EXPECT_EQ(CS_ERR_NOT_EXIST, send(10));
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, send(10));
}

} // namespace
