// SPDX-License-Identifier: BSD-3-Clause
// A daemon of the development line, which knows a device's extra information.
#include "fake_votequorum.hpp"

namespace {

using namespace test;

constexpr std::size_t kMost = VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE;

class VotequorumExtraInfo : public FakeVotequorumTest {
protected:
    struct Got {
        cs_error_t error;
        std::uint32_t size;
        std::string bytes; // the first `size` bytes; the rest is untouched
    };
    Got get(unsigned node) const
    {
        std::string room(kMost + 8, 'u');
        Got got{CS_OK, 77, {}};
        got.error = votequorum_get_qdevice_extra_info(votequorum, node, &got.size, room.data());
        const std::size_t size = got.size <= kMost ? got.size : 0;
        EXPECT_EQ(std::string::npos, room.find_first_not_of('u', size));
        got.bytes = room.substr(0, size);
        return got;
    }
    Got get_with(const Bytes& answer)
    {
        daemon.on_next_request({reply(answer)});
        return get(1);
    }
};

TEST_F(VotequorumExtraInfo, can_be_set_read_and_cleared)
{
    EXPECT_EQ(CS_OK, votequorum_set_qdevice_extra_info(votequorum, 5,
                                                       "a\0b\xff"
                                                       "c"));
    const auto got = get(1);
    EXPECT_EQ(CS_OK, got.error);
    EXPECT_EQ(std::string("a\0b\xff"
                          "c",
                          5),
              got.bytes);
    EXPECT_EQ(CS_OK, get(0).error);
    EXPECT_EQ(0U, get(0).size);
    EXPECT_EQ(CS_ERR_NOT_EXIST, get(99).error);
    EXPECT_EQ(0U, get(99).size);
    EXPECT_EQ(CS_OK, votequorum_set_qdevice_extra_info(votequorum, 0, "x"));
    EXPECT_EQ(0U, get(1).size);
}

TEST_F(VotequorumExtraInfo, is_cleared_by_a_null_pointer)
{
    EXPECT_EQ(CS_OK, votequorum_set_qdevice_extra_info(votequorum, 5, "extra"));
    EXPECT_EQ(CS_OK, votequorum_set_qdevice_extra_info(votequorum, 5, nullptr));
    EXPECT_EQ(0U, get(1).size);
}

TEST_F(VotequorumExtraInfo, may_have_4096_bytes)
{
    std::string most;
    for (std::size_t i = 0; i < kMost; ++i)
        most += static_cast<char>(i * 7);
    EXPECT_EQ(CS_OK, votequorum_set_qdevice_extra_info(votequorum, kMost, most.data()));
    EXPECT_EQ(kMost, get(1).size);
    EXPECT_TRUE(most == get(1).bytes);
}

// VQ-D13: the library refuses this without a request, and finalize closes the connection as usual.
TEST_F(VotequorumExtraInfo, may_not_have_4097_bytes)
{
    const std::string more(kMost + 1, 'm');
    const auto before = daemon.requests();
    for (const std::uint32_t size : {std::uint32_t{kMost + 1}, std::uint32_t{0xffffffff}})
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_set_qdevice_extra_info(votequorum, size, more.data()));
    EXPECT_EQ(before, daemon.requests());
    EXPECT_EQ(CS_OK, votequorum.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

TEST_F(VotequorumExtraInfo, refused_by_the_daemon_returns_the_daemons_error)
{
    for (const cs_error_t error : {CS_ERR_NOT_EXIST, CS_ERR_ACCESS, CS_ERR_TRY_AGAIN}) {
        const Bytes refusal = status(error);
        daemon.on_next_request({reply(refusal)});
        EXPECT_EQ(error, votequorum_set_qdevice_extra_info(votequorum, 1, "x"));
        const auto got = get_with(Message::reply(wire::kExtraInfo, wire::kBare, error));
        EXPECT_EQ(error, got.error);
        EXPECT_EQ(0U, got.size);
    }
}

// An older daemon replies with an error to a request that it does not know.
TEST_F(VotequorumExtraInfo, is_not_supported_by_an_older_daemon)
{
    const Bytes unknown = status(CS_ERR_INVALID_PARAM);
    daemon.on_next_request({reply(unknown)});
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, votequorum_set_qdevice_extra_info(votequorum, 1, "x"));
    const auto got = get_with(unknown);
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, got.error);
    EXPECT_EQ(0U, got.size);
    expect_usable();
}

// VQ-D14: a reply with an error may contain any size and bytes. The program gets none of them.
TEST_F(VotequorumExtraInfo, in_a_reply_with_an_error_is_ignored)
{
    auto garbage = Message::reply(wire::kExtraInfo, wire::kExtraInfoSize + 100, CS_ERR_NOT_EXIST);
    const auto got = get_with(garbage.u32(24, 100).text(28, Bytes(100, 'g')));
    EXPECT_EQ(CS_ERR_NOT_EXIST, got.error);
    EXPECT_EQ(0U, got.size);
}

// VQ-D14
TEST_F(VotequorumExtraInfo, longer_than_the_reply_is_malformed)
{
    const auto of_size = [](std::uint32_t says, std::size_t length) -> Bytes {
        return Message::reply(wire::kExtraInfo, length).u32(24, says);
    };
    for (const Bytes& answer :
         {of_size(9, 36), of_size(0xffffffff, 36), of_size(5, 32), of_size(kMost + 1, 32 + kMost),
          of_size(kMost + 4, 32 + kMost), of_size(kMost + 1, 32 + kMost + 1), of_size(kMost, 32 + kMost + 1)})
        EXPECT_EQ(CS_ERR_LIBRARY, get_with(answer).error) << answer.size();
    EXPECT_EQ(CS_ERR_LIBRARY, get_with(Message::reply(wire::kExtraInfo, 31)).error);
    EXPECT_EQ(CS_ERR_LIBRARY, get_with(status(CS_OK)).error);
    expect_usable();
}

TEST_F(VotequorumExtraInfo, is_delivered_to_the_newer_callback)
{
    const Bytes nodes = node_list_event(0, 56);
    const Bytes quorum = quorum_event(1, 0, 48);
    const Bytes extra = extra_info_event(1, "extra");
    const Bytes gone = extra_info_event(1, "");
    daemon.now({event(nodes), event(quorum), event(extra), event(gone)});
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{"nodelist", "quorate", "extra 1 extra", "extra 1 "}), votequorum.take());
}

TEST_F(VotequorumExtraInfo, is_dropped_without_an_error_if_there_is_no_newer_callback)
{
    Votequorum older;
    const Bytes nodes = node_list_event(0, 56);
    const Bytes extra = extra_info_event(1, "extra");
    const Bytes quorum = quorum_event(1, 0, 48);
    daemon.now({event(nodes), event(extra), event(quorum)});
    EXPECT_EQ(CS_OK, older.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{"nodelist", "quorate"}), older.take());
    EXPECT_EQ(Texts{}, votequorum.await(0));
}

TEST_F(VotequorumExtraInfo, sets_the_flag_of_its_node)
{
    auto answer = Message::reply(wire::kInfo, wire::kInfoSize);
    daemon.on_next_request({reply(answer.u32(52, VOTEQUORUM_INFO_QDEVICE_HAS_EXTRA_INFO))});
    EXPECT_EQ(1024U, votequorum.info(1).flags);
}

} // namespace
