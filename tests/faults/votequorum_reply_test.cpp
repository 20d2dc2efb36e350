// SPDX-License-Identifier: BSD-3-Clause
// Votequorum replies of unusual shapes, and daemons that end. malformed_reply_test.cpp has the faults that any reply
// can have.
#include "fake_votequorum.hpp"

#include <cstring>

namespace {

using namespace test;

class VotequorumReply : public FakeVotequorumTest {
protected:
    cs_error_t getinfo_with(const Steps& reaction, votequorum_info& info)
    {
        daemon.on_next_request(reaction);
        return votequorum_getinfo(votequorum, 0, &info);
    }
    cs_error_t getinfo_with(const Bytes& answer)
    {
        votequorum_info info;
        return getinfo_with(Steps{reply(answer)}, info);
    }
    cs_error_t trackstop_with(const Bytes& answer)
    {
        daemon.on_next_request({reply(answer)});
        return votequorum_trackstop(votequorum);
    }
};

TEST_F(VotequorumReply, may_be_a_bare_error)
{
    EXPECT_EQ(CS_ERR_TRY_AGAIN, getinfo_with(status(CS_ERR_TRY_AGAIN)));
    EXPECT_EQ(CS_ERR_NOT_EXIST, getinfo_with(Message::reply(wire::kInfo, wire::kBare, CS_ERR_NOT_EXIST)));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, trackstop_with(status(CS_ERR_INVALID_PARAM)));
    expect_usable();
}

// VQ-D2: in a reply with an error, the daemon sends random bytes of its stack in the other fields.
TEST_F(VotequorumReply, with_an_error_fills_the_result_with_zeros)
{
    const votequorum_info nothing{};
    auto garbage = Message::reply(wire::kInfo, wire::kInfoSize, CS_ERR_NOT_EXIST);
    garbage.text(24, Bytes(wire::kInfoSize - 24, 'g'));
    votequorum_info info;
    std::memset(&info, 0x55, sizeof info);
    EXPECT_EQ(CS_ERR_NOT_EXIST, getinfo_with(Steps{reply(garbage)}, info));
    EXPECT_EQ(0, std::memcmp(&nothing, &info, sizeof info));
}

TEST_F(VotequorumReply, fills_every_field_of_the_result)
{
    auto answer = Message::reply(wire::kInfo, wire::kInfoSize);
    for (std::uint32_t field = 0; field < 9; ++field)
        answer.u32(24 + 4 * field, 0x10203040 + field);
    answer.text(60, "the name").text(315, "waste").text(69, "behind its end");
    votequorum_info info;
    ASSERT_EQ(CS_OK, getinfo_with(Steps{reply(answer)}, info));
    const unsigned fields[] = {info.node_id,          info.node_state,  info.node_votes, info.node_expected_votes,
                               info.highest_expected, info.total_votes, info.quorum,     info.flags,
                               info.qdevice_votes};
    for (std::uint32_t field = 0; field < 9; ++field)
        EXPECT_EQ(0x10203040 + field, fields[field]) << field;
    EXPECT_STREQ("the name", info.qdevice_name);
}

// VQ-D10
TEST_F(VotequorumReply, with_an_unterminated_name_gives_a_shortened_one)
{
    struct {
        votequorum_info info;
        char behind[16];
    } room;
    std::memset(&room, 0x55, sizeof room);
    auto answer = Message::reply(wire::kInfo, wire::kInfoSize);
    answer.text(60, Bytes(wire::kInfoSize - 60, 'n'));
    EXPECT_EQ(CS_OK, getinfo_with(Steps{reply(answer)}, room.info));
    EXPECT_EQ(std::string(254, 'n'), room.info.qdevice_name);
    EXPECT_EQ(std::string(sizeof room.behind, '\x55'), std::string(room.behind, sizeof room.behind));
}

TEST_F(VotequorumReply, is_valid_although_the_daemon_hangs_up_after_it)
{
    const Bytes fine = status(CS_OK);
    daemon.on_next_request({reply(fine), hang_up()});
    EXPECT_EQ(CS_OK, votequorum_trackstop(votequorum));
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_trackstop(votequorum));
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_trackstop(votequorum));
}

TEST_F(VotequorumReply, that_never_comes_because_the_daemon_hangs_up_fails_the_call)
{
    daemon.on_next_request({hang_up()});
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_trackstop(votequorum));
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum.dispatch(CS_DISPATCH_ALL));
}

} // namespace
