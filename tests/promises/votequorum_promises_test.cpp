// SPDX-License-Identifier: BSD-3-Clause
// Promises of votequorum.h about single functions and callbacks.
#include "integration/votequorum_fixture.hpp"
#include "support/cluster.hpp"

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace {

using namespace test;

using VotequorumPromise = VotequorumTest;

std::vector<std::uint32_t> nodes_told;
std::vector<votequorum_node_t> states_told;

// A program may change the arrays of a callback. Those of later callbacks are right.
TEST_F(VotequorumPromise, that_callbacks_may_write_to_their_arrays_is_kept)
{
    nodes_told.clear();
    states_told.clear();
    votequorum_callbacks_t callbacks{};
    callbacks.votequorum_nodelist_notify_fn = [](votequorum_handle_t, std::uint64_t, votequorum_ring_id_t,
                                                 std::uint32_t count, std::uint32_t nodes[]) {
        nodes_told.insert(nodes_told.end(), nodes, nodes + count);
        std::fill_n(nodes, count, 0x5a5a5a5a);
    };
    callbacks.votequorum_quorum_notify_fn = [](votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t count,
                                               votequorum_node_t nodes[]) {
        states_told.insert(states_told.end(), nodes, nodes + count);
        std::fill_n(nodes, count, votequorum_node_t{0x5a5a5a5a, 0x5a5a5a5a});
    };
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&handle, &callbacks));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ((std::vector<std::uint32_t>{1, 1, 1}), nodes_told);
    ASSERT_EQ(3U, states_told.size());
    for (const auto& node : states_told) {
        EXPECT_EQ(1U, node.nodeid);
        EXPECT_EQ(unsigned{VOTEQUORUM_NODESTATE_MEMBER}, node.state);
    }
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

using VotequorumPromiseToPrint = VotequorumFreshTest;

votequorum_ring_id_t present_ring()
{
    std::unique_ptr<Votequorum> votequorum;
    EXPECT_TRUE(eventually([&] {
        try {
            votequorum = std::make_unique<Votequorum>();
            return (votequorum->info().flags & VOTEQUORUM_INFO_QUORATE) != 0;
        } catch (const std::exception&) {
            return false; // the daemon is still starting
        }
    }));
    EXPECT_EQ(CS_OK, votequorum->track(CS_TRACK_CURRENT));
    EXPECT_EQ(2U, votequorum->await(2).size());
    return votequorum->ring();
}

// The formats of corotypes.h. Each restart gives a larger ring id, until one has a hexadecimal letter.
TEST_F(VotequorumPromiseToPrint, that_ids_are_printed_as_by_the_clusters_tools_is_kept)
{
    votequorum_ring_id_t ring_id{};
    while ((ring_id = present_ring()).seq % 16 < 10) {
        ASSERT_LT(ring_id.seq, 100U);
        // A daemon that is killed earlier leaves the files of the finalized connection.
        EXPECT_TRUE(eventually([this] { return connection_entries(daemon.pid()).empty(); }));
        daemon.restart();
    }
    const auto file = scratch_directory() + "/quorumtool";
    run("corosync-quorumtool -s > " + file);
    std::ifstream stream(file);
    const std::string said{std::istreambuf_iterator<char>(stream), {}};
    char ring[64];
    std::snprintf(ring, sizeof ring, "Ring ID:          " CS_PRI_RING_ID "\n", ring_id.nodeid, ring_id.seq);
    EXPECT_NE(std::string::npos, said.find(ring)) << said;
    char node[64];
    std::snprintf(node, sizeof node, "Node ID:          " CS_PRI_NODE_ID "\n", 1U);
    EXPECT_NE(std::string::npos, said.find(node)) << said;
    std::snprintf(node, sizeof node, "\n" CS_PRI_NODE_ID_PADDED " ", 1U);
    EXPECT_NE(std::string::npos, said.find(node)) << said;
}

// The queried node was quorate and had a device. Only the flags of the device describe that node; the others describe
// this one.
TEST(VotequorumPromiseOfFlags, that_only_those_of_the_device_describe_another_node_is_kept)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "tests with several nodes are slow";
    Cluster cluster(2);
    const auto one = cluster.beside(1, [] { return std::make_unique<Votequorum>(); });
    {
        const auto two = cluster.beside(2, [] { return std::make_unique<Votequorum>(); });
        EXPECT_EQ(CS_OK, votequorum_qdevice_register(*two, "QD"));
        EXPECT_EQ(CS_OK, two->finalize());
    }
    constexpr unsigned kDevice = VOTEQUORUM_INFO_QDEVICE_REGISTERED;
    EXPECT_TRUE(eventually([&] { return one->info(2).flags == (VOTEQUORUM_INFO_QUORATE | kDevice); }));
    EXPECT_EQ(unsigned{VOTEQUORUM_INFO_QUORATE}, one->info(1).flags);
    eventually([&] { return connection_entries(cluster.daemon(2).pid()).empty(); });
    cluster.kill(2);
    EXPECT_TRUE(eventually([&] { return one->info(2).node_state == VOTEQUORUM_NODESTATE_DEAD; }));
    EXPECT_TRUE(eventually([&] { return one->info(1).flags == 0; })); // the flags change a moment later
    EXPECT_EQ(kDevice, one->info(2).flags);
}

// The daemon waits for a device for the default timeout. The test checks that it does not give up earlier, and that it
// does give up.
TEST(VotequorumPromiseOfDevices, that_one_may_be_silent_for_ten_seconds_is_kept)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "the daemon's timeout does not depend on the transport";
    constexpr auto kTimeout = std::chrono::milliseconds(VOTEQUORUM_QDEVICE_DEFAULT_TIMEOUT);
    const QuorateDaemon daemon({.quorum = "  device {\n    model: net\n    votes: 0\n  }\n"});
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    ASSERT_EQ(2U, votequorum.await(2).size());
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    const auto alive = [&] { return (votequorum.info().flags & VOTEQUORUM_INFO_QDEVICE_ALIVE) != 0; };
    const auto before = Clock::now();
    ASSERT_EQ(CS_OK, votequorum_qdevice_poll(votequorum, "QD", 1, votequorum.ring()));
    ASSERT_TRUE(eventually(alive));
    EXPECT_TRUE(eventually(kTimeout + kPatience, [&] { return !alive(); }));
    EXPECT_GE(Clock::now() - before, kTimeout - 100ms);
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(votequorum, "QD"));
}

} // namespace
