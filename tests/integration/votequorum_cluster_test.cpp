// SPDX-License-Identifier: BSD-3-Clause
// Three nodes split and merge. Nodes with the same membership get the same events.
#include "support/cluster.hpp"
#include "votequorum_fixture.hpp"

namespace {

using namespace test;

// One cluster for all tests of the suite. Each test leaves it merged and unchanged.
class VotequorumCluster : public ::testing::Test {
protected:
    static void SetUpTestSuite() { cluster_ = std::make_unique<Cluster>(3); }
    static void TearDownTestSuite() { cluster_.reset(); }
    static Cluster& cluster() { return *cluster_; }

    // A client of a node that has got the present state.
    static std::unique_ptr<Votequorum> client_of(int node, const Texts& present)
    {
        auto client = cluster().beside(node, [] { return std::make_unique<Votequorum>(); });
        EXPECT_EQ(CS_OK, client->track(CS_TRACK_CHANGES));
        EXPECT_EQ(present, client->await_last(present));
        return client;
    }

    // Each daemon lists the nodes in a different order.
    const Texts whole_1{"nodelist 1 2 3", "quorate 2:1 3:1 1:1"};
    const Texts whole_2{"nodelist 1 2 3", "quorate 1:1 3:1 2:1"};
    const Texts whole_3{"nodelist 1 2 3", "quorate 1:1 2:1 3:1"};
    const Texts without_3_on_1{"nodelist 1 2", "quorate 2:1 3:2 1:1"};
    const Texts without_3_on_2{"nodelist 1 2", "quorate 1:1 3:2 2:1"};
    const Texts alone_on_3{"nodelist 3", "inquorate 1:2 2:2 3:1"};

    const std::unique_ptr<Votequorum> one = client_of(1, whole_1);
    const std::unique_ptr<Votequorum> two = client_of(2, whole_2);
    const std::unique_ptr<Votequorum> three = client_of(3, whole_3);

private:
    static inline std::unique_ptr<Cluster> cluster_;
};

TEST_F(VotequorumCluster, has_the_same_ring_and_votes_on_all_nodes)
{
    EXPECT_EQ(one->ring(), two->ring());
    EXPECT_EQ(one->ring(), three->ring());
    EXPECT_EQ(1U, one->ring().nodeid); // the representative
    for (const auto* client : {one.get(), two.get(), three.get()}) {
        for (const unsigned node : {1U, 2U, 3U}) {
            const auto info = client->info(node);
            EXPECT_EQ(node, info.node_id);
            EXPECT_EQ(1U, info.node_votes);
            EXPECT_EQ(unsigned{VOTEQUORUM_NODESTATE_MEMBER}, info.node_state);
        }
        EXPECT_EQ(3U, client->info().total_votes);
        EXPECT_EQ(3U, client->info().highest_expected);
        EXPECT_EQ(2U, client->info().quorum);
        EXPECT_EQ(unsigned{VOTEQUORUM_INFO_QUORATE}, client->info().flags);
    }
    EXPECT_EQ(3U, three->info().node_id);
}

TEST_F(VotequorumCluster, that_splits_is_quorate_on_one_side_until_it_merges)
{
    const auto whole_ring = one->ring();

    cluster().cut_off(3);
    EXPECT_EQ(without_3_on_1, one->await_last(without_3_on_1));
    EXPECT_EQ(without_3_on_2, two->await_last(without_3_on_2));
    EXPECT_EQ(alone_on_3, three->await_last(alone_on_3));
    EXPECT_EQ(one->ring(), two->ring());
    EXPECT_EQ(1U, one->ring().nodeid);
    EXPECT_EQ(3U, three->ring().nodeid);
    EXPECT_LT(whole_ring.seq, one->ring().seq);
    EXPECT_EQ(unsigned{VOTEQUORUM_INFO_QUORATE}, one->info().flags);
    EXPECT_EQ(2U, one->info().total_votes);
    EXPECT_EQ(unsigned{VOTEQUORUM_NODESTATE_DEAD}, one->info(3).node_state);
    EXPECT_EQ(0U, three->info().flags);
    EXPECT_EQ(1U, three->info().total_votes);
    EXPECT_EQ(unsigned{VOTEQUORUM_NODESTATE_DEAD}, three->info(1).node_state);

    cluster().reconnect(3);
    EXPECT_EQ(whole_1, one->await_last(whole_1));
    EXPECT_EQ(whole_2, two->await_last(whole_2));
    EXPECT_EQ(whole_3, three->await_last(whole_3));
    EXPECT_EQ(one->ring(), two->ring());
    EXPECT_EQ(one->ring(), three->ring());
    EXPECT_EQ(unsigned{VOTEQUORUM_INFO_QUORATE}, three->info().flags);
}

TEST_F(VotequorumCluster, notifies_all_nodes_of_expected_votes)
{
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_setexpected(*two, 2));
    EXPECT_EQ(CS_OK, votequorum_setexpected(*two, 3));
    for (auto* client : {one.get(), two.get(), three.get()})
        EXPECT_EQ(Texts{"expected 3"}, client->await_last({"expected 3"}));
}

TEST_F(VotequorumCluster, expects_the_votes_of_a_node_that_returns)
{
    cluster().kill(3);
    EXPECT_EQ(without_3_on_1, one->await_last(without_3_on_1));
    EXPECT_EQ(without_3_on_2, two->await_last(without_3_on_2));
    EXPECT_EQ(CS_ERR_LIBRARY, three->dispatch(CS_DISPATCH_ALL));

    EXPECT_EQ(CS_OK, votequorum_setexpected(*one, 2));
    EXPECT_EQ(Texts{"expected 2"}, one->await_last({"expected 2"}));
    EXPECT_EQ(Texts{"expected 2"}, two->await_last({"expected 2"}));
    EXPECT_EQ(2U, two->info().node_expected_votes);

    cluster().restart(3);
    const Texts returned_to_1{whole_1[0], "expected 3", whole_1[1]};
    const Texts returned_to_2{whole_2[0], "expected 3", whole_2[1]};
    EXPECT_EQ(returned_to_1, one->await_last(returned_to_1));
    EXPECT_EQ(returned_to_2, two->await_last(returned_to_2));
    EXPECT_EQ(3U, two->info().node_expected_votes);
    remove_what_libqb_leaves();
}

} // namespace
