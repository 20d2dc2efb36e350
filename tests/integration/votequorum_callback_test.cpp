// SPDX-License-Identifier: BSD-3-Clause
// Arguments of callbacks, and callbacks after finalize. callback_test.cpp tests what is the same for every service.
#include "votequorum_fixture.hpp"

namespace {

using namespace test;

using VotequorumCallback = VotequorumTest;

// VQ-D5
TEST_F(VotequorumCallback, is_not_made_after_finalize_even_if_a_thread_waits_in_dispatch)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        Votequorum votequorum;
        const votequorum_handle_t handle = votequorum;
        ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY));
        Background dispatching([=] { return votequorum_dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        EXPECT_EQ(CS_OK, votequorum.finalize());
        EXPECT_EQ(CS_OK, votequorum_setexpected(Votequorum(), 1));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        EXPECT_EQ(Texts{}, votequorum.take()) << flag;
    }
}

votequorum_node_t* nodes_of_outer_call;

// A callback's list does not change during nested callbacks, and the callback may write to it.
void check_nodes_across_a_nested_call(votequorum_handle_t handle, std::uint64_t, std::uint32_t, std::uint32_t entries,
                                      votequorum_node_t nodes[])
{
    if (nodes_of_outer_call)
        return;
    nodes_of_outer_call = nodes;
    ASSERT_EQ(1U, entries);
    nodes[0].state = 77;
    EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(1U, nodes[0].nodeid);
    EXPECT_EQ(77U, nodes[0].state);
}

TEST_F(VotequorumCallback, keeps_its_list_during_nested_callbacks)
{
    nodes_of_outer_call = nullptr;
    votequorum_callbacks_t callbacks{check_nodes_across_a_nested_call, nullptr, nullptr};
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&handle, &callbacks));
    for (int i = 0; i < 3; ++i)
        ASSERT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_NE(nullptr, nodes_of_outer_call);
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

} // namespace
