// SPDX-License-Identifier: BSD-3-Clause
// Two nodes: quorum devices, and the effect of options of the quorum section on the flags.
#include "support/cluster.hpp"
#include "votequorum_fixture.hpp"

namespace {

using namespace test;

std::unique_ptr<Votequorum> client_of(Cluster& cluster, int node)
{
    return cluster.beside(node, [] { return std::make_unique<Votequorum>(); });
}

// Waits until the daemon has closed the connection, so that nothing is left if the test kills it next.
votequorum_info info_of(Cluster& cluster, int node)
{
    const auto info = client_of(cluster, node)->info();
    eventually([&] { return connection_entries(cluster.daemon(node).pid()).empty(); });
    return info;
}

bool has(const votequorum_info& info, unsigned flag)
{
    return (info.flags & flag) != 0;
}

TEST(VotequorumTwoNodes, get_the_votes_that_the_other_node_set)
{
    Cluster cluster(2);
    const auto one = client_of(cluster, 1);
    const auto two = client_of(cluster, 2);
    ASSERT_EQ(CS_OK, two->track(CS_TRACK_CHANGES_ONLY));
    EXPECT_EQ(CS_ERR_NAME_NOT_FOUND, votequorum_setvotes(*one, 3, 1));
    EXPECT_EQ(CS_OK, votequorum_setvotes(*one, 2, 2));
    EXPECT_EQ(Texts{"expected 3"}, two->await(1));
    EXPECT_EQ(2U, two->info().node_votes);
    EXPECT_EQ(1U, two->info(1).node_votes);
    EXPECT_EQ(3U, two->info().total_votes);
    EXPECT_EQ(2U, one->info(2).node_votes);
}

// The configuration has no device section.
TEST(VotequorumTwoNodes, must_have_the_same_name_for_their_devices)
{
    Cluster cluster(2);
    const auto one = client_of(cluster, 1);
    const auto two = client_of(cluster, 2);
    EXPECT_EQ(CS_OK, votequorum_qdevice_register(*one, "A"));
    EXPECT_EQ(CS_ERR_EXIST, votequorum_qdevice_register(*two, "B"));

    EXPECT_STREQ("A", two->info().qdevice_name);
    EXPECT_TRUE(eventually([&] { return has(two->info(1), VOTEQUORUM_INFO_QDEVICE_REGISTERED); }));
    EXPECT_FALSE(has(two->info(2), VOTEQUORUM_INFO_QDEVICE_REGISTERED));
    EXPECT_EQ(CS_OK, votequorum_qdevice_register(*two, "A"));
    EXPECT_TRUE(has(two->info(2), VOTEQUORUM_INFO_QDEVICE_REGISTERED));

    EXPECT_EQ(CS_OK, votequorum_qdevice_update(*one, "A", "B"));
    EXPECT_TRUE(eventually([&] { return two->info().qdevice_name == std::string("B"); }));
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(*two, "B"));
    EXPECT_TRUE(eventually([&] { return !has(one->info(2), VOTEQUORUM_INFO_QDEVICE_REGISTERED); }));
    EXPECT_TRUE(has(one->info(1), VOTEQUORUM_INFO_QDEVICE_REGISTERED));
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(*one, "B"));
    EXPECT_TRUE(eventually([&] { return two->info().qdevice_name == std::string(); }));
}

// The registration waits until the frozen node has left the membership. Other requests work meanwhile.
TEST(VotequorumTwoNodes, register_a_device_even_if_one_of_them_is_frozen)
{
    Cluster cluster(2);
    const auto one = client_of(cluster, 1);
    const auto other = client_of(cluster, 1);
    const Freeze freeze(cluster.daemon(2));
    Background registering([&] { return votequorum_qdevice_register(*one, "D"); });
    ASSERT_TRUE(registering.thread().falls_asleep());
    EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum_qdevice_register(*other, "D"));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum_qdevice_register(*other, "E"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, votequorum_qdevice_unregister(*other, "D"));
    EXPECT_EQ(CS_OK, votequorum_setexpected(*other, 2));
    EXPECT_EQ(CS_OK, registering.result());
    EXPECT_STREQ("D", other->info().qdevice_name);
}

// A device with a vote. It is registered on node 1 and polled. Then node 2 is killed, and there is a new membership.
class VotequorumTwoNodesAndADevice : public ::testing::Test {
protected:
    VotequorumTwoNodesAndADevice()
    {
        EXPECT_EQ(CS_OK, client->track(CS_TRACK_CHANGES));
        EXPECT_EQ(together, client->await_last(together));
        EXPECT_EQ(2U, client->info().quorum);
        ring_before = client->ring();
        EXPECT_EQ(CS_OK, votequorum_qdevice_register(*client, "QD"));
        EXPECT_TRUE(eventually([&] { return poll(ring_before) == CS_OK && client->info().total_votes == 3; }));
        cluster.kill(2);
        EXPECT_TRUE(eventually([&] {
            poll(ring_before);
            return client->dispatch(CS_DISPATCH_ALL) != CS_OK || client->count() > 0;
        }));
        EXPECT_EQ(Texts{"nodelist 1"}, client->take());
    }

    cs_error_t poll(votequorum_ring_id_t ring) const { return votequorum_qdevice_poll(*client, "QD", 1, ring); }

    const Texts together{"nodelist 1 2", "quorate 2:1 1:1"};
    Cluster cluster{2,
                    {.quorum = "  device {\n"
                               "    model: net\n"
                               "    votes: 1\n"
                               "    timeout: 1000\n"
                               "    sync_timeout: 1500\n"
                               "  }\n"}};
    const std::unique_ptr<Votequorum> client = client_of(cluster, 1);
    votequorum_ring_id_t ring_before{};
};

// C19
TEST_F(VotequorumTwoNodesAndADevice, stay_quorate_if_it_polls_with_the_new_ring)
{
    EXPECT_EQ(CS_ERR_MESSAGE_ERROR, poll(ring_before));
    EXPECT_EQ(CS_OK, poll(client->ring()));
    EXPECT_EQ(Texts{"quorate 2:2 1:1 0:0"}, client->await_last({"quorate 2:2 1:1 0:0"}));
}

// After the sync timeout the daemon sometimes sends two events at once: quorum lost and quorum regained.
TEST_F(VotequorumTwoNodesAndADevice, stay_quorate_only_while_it_votes)
{
    const auto after_patience = client->await(1);
    ASSERT_FALSE(after_patience.empty());
    EXPECT_EQ("inquorate 2:2 1:1 0:0", after_patience.front());

    EXPECT_EQ(CS_OK, poll(client->ring()));
    EXPECT_TRUE(eventually([&] { return client->info().flags == 0x1c2; }));
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(*client, "QD"));
    EXPECT_EQ(Texts{"inquorate 2:2 1:1"}, client->await_last({"inquorate 2:2 1:1"}));
    EXPECT_EQ(0U, client->info().flags);
}

TEST(VotequorumTwoNodeOption, makes_one_node_quorate_after_both_were_members)
{
    Cluster cluster(2, {.quorum = "  two_node: 1\n"});
    EXPECT_EQ(0x7U, info_of(cluster, 1).flags);
    EXPECT_EQ(1U, info_of(cluster, 1).quorum);
    cluster.kill(2);
    cluster.await_votes(1, 1);
    EXPECT_TRUE(has(info_of(cluster, 1), VOTEQUORUM_INFO_QUORATE));

    cluster.restart(1);
    EXPECT_EQ(0x5U, info_of(cluster, 1).flags);
    cluster.restart(2);
    cluster.await_complete();
    EXPECT_EQ(0x7U, info_of(cluster, 1).flags);
    EXPECT_EQ(0x7U, info_of(cluster, 2).flags);
}

struct Option {
    const char* lines;
    unsigned flags;
    unsigned quorum;
};
class VotequorumOption : public ::testing::TestWithParam<Option> {};

TEST_P(VotequorumOption, sets_its_flags_and_the_quorum)
{
    Cluster cluster(2, {.quorum = GetParam().lines});
    for (const int node : {1, 2}) {
        const auto info = info_of(cluster, node);
        EXPECT_EQ(GetParam().flags, info.flags) << GetParam().lines;
        EXPECT_EQ(GetParam().quorum, info.quorum) << GetParam().lines;
    }
}

INSTANTIATE_TEST_SUITE_P(, VotequorumOption,
                         ::testing::Values(Option{"  wait_for_all: 1\n", 0x6, 2},
                                           Option{"  last_man_standing: 1\n  last_man_standing_window: 1000\n", 0xa, 2},
                                           Option{"  auto_tie_breaker: 1\n  wait_for_all: 1\n", 0x16, 2},
                                           Option{"  expected_votes: 5\n", 0, 3}));

// If a node that leaves takes the quorum with it, there is an event before that of the new membership.
TEST(VotequorumDownscale, sends_an_event_for_a_node_that_leaves)
{
    Cluster cluster(2, {.quorum = "  allow_downscale: 1\n"});
    const auto client = client_of(cluster, 1);
    EXPECT_EQ(0x22U, client->info().flags);
    ASSERT_EQ(CS_OK, client->track(CS_TRACK_CHANGES_ONLY));
    EXPECT_EQ(0, cluster.terminate(2));
    const Texts left{"inquorate 2:3 1:1", "nodelist 1", "inquorate 2:2 1:1"};
    EXPECT_EQ(left, client->await_last(left));
    EXPECT_EQ(unsigned{VOTEQUORUM_NODESTATE_DEAD}, client->info(2).node_state);
    EXPECT_EQ(0x20U, client->info().flags);
}

} // namespace
