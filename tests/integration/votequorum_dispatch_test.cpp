// What each kind of dispatch takes, waits for and returns; and what callbacks may do.
#include "votequorum_fixture.hpp"

#include <csignal>

namespace {

using namespace test;

using VotequorumDispatch = VotequorumTest;
using VotequorumCallback = VotequorumTest;

// Row 19, C3, C4
TEST_F(VotequorumDispatch, without_events_tells_all_from_one)
{
    const Votequorum votequorum;
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

// Row 20, C2: the descriptor is readable as long as an event is left, also for who asks in the callback.
TEST_F(VotequorumDispatch, of_one_takes_one_and_the_descriptor_tells_of_the_rest)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Votequorum votequorum;
        const int fd = votequorum.fd();
        EXPECT_FALSE(readable(fd));
        EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
        votequorum.on_notice = [&] { EXPECT_EQ(votequorum.count() == 1, readable(fd)); };

        EXPECT_TRUE(readable(fd)) << flag;
        EXPECT_EQ(CS_OK, votequorum.dispatch(flag)) << flag;
        EXPECT_TRUE(readable(fd)) << flag;
        EXPECT_EQ(CS_OK, votequorum.dispatch(flag)) << flag;
        EXPECT_FALSE(readable(fd)) << flag;

        EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING)) << flag;
        EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1"}), votequorum.take()) << flag;
    }
}

// Row 24, C5
TEST_F(VotequorumDispatch, of_one_waits_through_signals)
{
    const SignalCounter signals;
    Votequorum votequorum;
    Background dispatching([&] { return votequorum.dispatch(CS_DISPATCH_ONE); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    for (int sent = 1; sent <= 2; ++sent) {
        dispatching.thread().signal(SIGUSR1);
        EXPECT_TRUE(eventually([&] { return SignalCounter::count() == sent; }));
        EXPECT_FALSE(dispatching.ended_within(20ms));
    }
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, dispatching.result());
    EXPECT_EQ(Texts{"nodelist 1"}, votequorum.take());
}

// C5
TEST_F(VotequorumDispatch, of_blocking_delivers_and_goes_on_waiting)
{
    Votequorum votequorum;
    Background dispatching([&] { return votequorum.dispatch(CS_DISPATCH_BLOCKING); });
    for (std::size_t round = 1; round <= 3; ++round) {
        EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
        EXPECT_TRUE(eventually([&] { return votequorum.count() == 2 * round; }));
    }
    EXPECT_FALSE(dispatching.ended_within(kGlance));
    EXPECT_EQ(CS_OK, votequorum.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
}

// Row 52, C3
TEST_F(VotequorumDispatch, of_all_and_one_nonblocking_never_wait_for_a_stopped_daemon)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    const Freeze freeze(daemon());
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1"}), votequorum.take());
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(CS_OK, votequorum.finalize());
}

// Row 22, C7
TEST_F(VotequorumCallback, may_finalize_its_handle)
{
    for (const auto flag : kAllFlags) {
        Votequorum votequorum;
        const votequorum_handle_t handle = votequorum;
        const int fd = votequorum.fd();
        ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
        votequorum.on_notice = [&] {
            EXPECT_EQ(CS_OK, votequorum.finalize());
            EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_finalize(handle));
            EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_dispatch(handle, CS_DISPATCH_ALL));
        };
        EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_dispatch(handle, flag)) << flag;
        EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_dispatch(handle, flag)) << flag;
        EXPECT_EQ(Texts{"nodelist 1"}, votequorum.take()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

// Row 23: the inner dispatch takes what is behind the outer one's event.
TEST_F(VotequorumCallback, may_dispatch_the_events_behind_its_own)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    votequorum.on_notice = [&] {
        if (votequorum.count() == 1) {
            EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
            EXPECT_EQ(4U, votequorum.count());
            EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
        }
    };
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1", "nodelist 1", "quorate 1:1"}), votequorum.take());
    EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

votequorum_node_t* nodes_of_outer_call;

// Row 23, 4.3: what a callback was given stays as it is while others run inside it, and may be written to.
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

TEST_F(VotequorumCallback, keeps_its_list_while_others_run_inside_it)
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

// Row 23, C10
TEST_F(VotequorumCallback, may_make_requests)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    votequorum.on_notice = [&] {
        EXPECT_EQ(1U, votequorum.info().node_id);
        if (votequorum.count() == 1) {
            EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
        }
    };
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1", "nodelist 1", "quorate 1:1"}), votequorum.take());
}

} // namespace
