// SPDX-License-Identifier: BSD-3-Clause
// Information on nodes and votes, and changes of votes.
#include "support/sanitizers.hpp"
#include "votequorum_fixture.hpp"

#include <cstring>

namespace {

using namespace test;

using VotequorumInfo = VotequorumTest;
using VotequorumVotes = VotequorumFreshTest;
using VotequorumFault = VotequorumFreshTest;

TEST_F(VotequorumInfo, describes_a_node_and_the_cluster)
{
    const Votequorum votequorum;
    for (const unsigned node : {0U, 1U}) {
        const auto info = votequorum.info(node);
        EXPECT_EQ(1U, info.node_id);
        EXPECT_EQ(unsigned{VOTEQUORUM_NODESTATE_MEMBER}, info.node_state);
        EXPECT_EQ(1U, info.node_votes);
        EXPECT_EQ(1U, info.node_expected_votes);
        EXPECT_EQ(1U, info.highest_expected);
        EXPECT_EQ(1U, info.total_votes);
        EXPECT_EQ(1U, info.quorum);
        EXPECT_EQ(unsigned{VOTEQUORUM_INFO_QUORATE}, info.flags);
        EXPECT_EQ(0U, info.qdevice_votes);
        EXPECT_STREQ("", info.qdevice_name);
    }
}

// VQ-D2
TEST_F(VotequorumInfo, of_a_node_that_was_never_seen_is_all_zero)
{
    const Votequorum votequorum;
    const votequorum_info nothing{};
    for (const unsigned node : {2U, 99U, 0x80000000U, 0xffffffffU}) {
        votequorum_info info;
        std::memset(&info, 0x55, sizeof info);
        EXPECT_EQ(CS_ERR_NOT_EXIST, votequorum_getinfo(votequorum, node, &info)) << node;
        EXPECT_EQ(0, std::memcmp(&nothing, &info, sizeof info)) << node;
    }
    EXPECT_EQ(1U, votequorum.info().node_id);
}

// VQ-D1, C13
TEST_F(VotequorumInfo, is_the_right_one_for_each_thread_with_a_shared_handle)
{
    constexpr int kCalls = kSanitized ? 1000 : 3000;
    const Votequorum votequorum;
    const auto ask = [&](unsigned node, cs_error_t expected) {
        int wrong = 0;
        for (int i = 0; i < kCalls; ++i) {
            votequorum_info info{};
            wrong += votequorum_getinfo(votequorum, node, &info) != expected || info.node_id != (node == 0 ? 1 : 0);
        }
        return wrong;
    };
    Background one([&] { return ask(0, CS_OK); });
    Background two([&] { return ask(99, CS_ERR_NOT_EXIST); });
    Background three([&] { return ask(0, CS_OK); });
    Background four([&] { return ask(99, CS_ERR_NOT_EXIST); });
    for (auto* asking : {&one, &two, &three, &four})
        EXPECT_EQ(0, asking->result());
}

TEST_F(VotequorumFault, death_does_not_change_the_callers_result_structure)
{
    const Votequorum votequorum;
    daemon.kill();
    votequorum_info info{};
    info.node_id = 77;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_getinfo(votequorum, 0, &info));
    EXPECT_EQ(77U, info.node_id);
}

TEST_F(VotequorumVotes, that_are_expected_can_be_set_and_cause_events)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setexpected(votequorum, 0));
    EXPECT_EQ(CS_OK, votequorum_setexpected(votequorum, 1));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setexpected(votequorum, 2));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setexpected(votequorum, 1000));
    EXPECT_EQ(CS_OK, votequorum_setexpected(votequorum, 0xffffffff));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setexpected(votequorum, 0x80000000));
    EXPECT_EQ((Texts{"expected 1", "expected 4294967295"}), votequorum.await(2));
}

TEST_F(VotequorumVotes, of_a_node_can_be_set_and_cause_an_event_if_the_total_changes)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY));
    EXPECT_EQ(CS_ERR_NAME_NOT_FOUND, votequorum_setvotes(votequorum, 99, 1));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setvotes(votequorum, 1, 0));
    EXPECT_EQ(CS_OK, votequorum_setvotes(votequorum, 1, 1));
    EXPECT_EQ(Texts{}, votequorum.await(0));
    EXPECT_EQ(CS_OK, votequorum_setvotes(votequorum, 1, 2));
    EXPECT_EQ(Texts{"expected 2"}, votequorum.await(1));
    EXPECT_EQ(2U, votequorum.info().node_votes);
    EXPECT_EQ(2U, votequorum.info().total_votes);
    EXPECT_EQ(2U, votequorum.info().quorum);

    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setvotes(votequorum, 1, 1));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setexpected(votequorum, 1));
    EXPECT_EQ(Texts{}, votequorum.await(0));
}

// VQ-D25: node 0 is the quorum device, which is not registered here.
TEST_F(VotequorumVotes, of_the_device_can_make_the_cluster_inquorate)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY));
    EXPECT_EQ(CS_OK, votequorum_setvotes(votequorum, 1, 2));
    EXPECT_EQ(Texts{"expected 2"}, votequorum.await(1));
    EXPECT_EQ(CS_OK, votequorum_setvotes(votequorum, VOTEQUORUM_QDEVICE_NODEID, 3));
    EXPECT_EQ((Texts{"expected 5", "inquorate 1:1"}), votequorum.await(2));
    EXPECT_EQ(3U, votequorum.info().qdevice_votes);
    EXPECT_EQ(0U, votequorum.info().flags & VOTEQUORUM_INFO_QUORATE);
}

} // namespace
