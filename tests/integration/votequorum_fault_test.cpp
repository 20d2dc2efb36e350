// The daemon dies, stops, comes back; the program spoils its descriptor.
#include "votequorum_fixture.hpp"

#include <algorithm>

#include <unistd.h>

namespace {

using namespace test;

using VotequorumFault = VotequorumFreshTest;
using VotequorumDescriptor = VotequorumTest;

// Row 48, C6
TEST_F(VotequorumFault, death_fails_whatever_needs_the_daemon_and_nothing_else)
{
    Votequorum votequorum;
    const int fd = votequorum.fd();
    daemon.kill();
    for (int repetition = 0; repetition < 2; ++repetition) {
        for (const auto& [name, kind, call] : calls_with_a_handle()) {
            if (kind == HandleCall::request) {
                EXPECT_EQ(CS_ERR_LIBRARY, call(votequorum)) << name;
            } else if (kind == HandleCall::local) {
                EXPECT_EQ(CS_OK, call(votequorum)) << name;
            }
        }
        for (const auto flag : kAllFlags)
            EXPECT_EQ(CS_ERR_LIBRARY, votequorum.dispatch(flag)) << flag;
    }
    if (transport() != Transport::socket) { // VQ-D7: the event socket does not notice
        EXPECT_TRUE(readable(fd, kPatience));
        EXPECT_TRUE(hung_up(fd));
    }
    EXPECT_EQ(CS_OK, votequorum.finalize());
    votequorum_handle_t handle = kNoHandle;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_initialize(&handle, nullptr));
}

// 3.3: when the daemon could not be asked
TEST_F(VotequorumFault, death_leaves_where_answers_go_alone)
{
    const Votequorum votequorum;
    daemon.kill();
    votequorum_info info{};
    info.node_id = 77;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_getinfo(votequorum, 0, &info));
    EXPECT_EQ(77U, info.node_id);
}

// Row 49, VQ-D6, decision 6
TEST_F(VotequorumFault, death_lets_what_is_queued_be_delivered)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client forgets what is queued when the daemon dies";
    Votequorum all;
    Votequorum one;
    ASSERT_EQ(CS_OK, all.track(CS_TRACK_CURRENT));
    ASSERT_EQ(CS_OK, one.track(CS_TRACK_CURRENT));
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, all.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1"}), all.take());
    for (const char* const text : {"nodelist 1", "quorate 1:1"}) {
        EXPECT_EQ(CS_OK, one.dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(Texts{text}, one.take());
    }
    EXPECT_EQ(CS_ERR_LIBRARY, one.dispatch(CS_DISPATCH_ONE));
}

// Row 49
TEST_F(VotequorumFault, an_orderly_end_lets_what_is_queued_be_delivered)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client forgets what is queued when the daemon dies";
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ(0, daemon.terminate());
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1"}), votequorum.take());
}

// Row 50: before the request
TEST_F(VotequorumFault, death_before_a_request_fails_it_in_time)
{
    const Duration time = best_of_three(daemon, [&] {
        const Votequorum votequorum;
        votequorum_info info;
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, votequorum_getinfo(votequorum, 0, &info));
        return Clock::now() - start;
    });
    EXPECT_LT(time, kPromise);
}

// Row 53, VQ-D15: during it
TEST_F(VotequorumFault, death_ends_a_request_that_waits)
{
    const Duration time = best_of_three(daemon, [&] {
        const Votequorum votequorum;
        daemon.stop();
        Background asking([&] {
            votequorum_info info;
            return votequorum_getinfo(votequorum, 0, &info);
        });
        EXPECT_TRUE(asking.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
        return asking.finished() - start;
    });
    EXPECT_LT(time, kPromise);
}

// Row 53
TEST_F(VotequorumFault, a_request_waits_for_a_stopped_daemon)
{
    const Votequorum votequorum;
    Freeze freeze(daemon);
    Background asking([&] { return votequorum.info().node_id; });
    EXPECT_FALSE(asking.ended_within(500ms));
    freeze.thaw();
    EXPECT_EQ(1U, asking.result());
}

// Row 51, C6
TEST_F(VotequorumFault, death_wakes_blocked_dispatches)
{
    const Duration longest = best_of_three(daemon, [&] {
        const Votequorum one;
        const Votequorum blocking;
        Background in_one([&] { return one.dispatch(CS_DISPATCH_ONE); });
        Background in_blocking([&] { return blocking.dispatch(CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
        EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
        return std::max(in_one.finished(), in_blocking.finished()) - start;
    });
    EXPECT_LT(longest, kPromise);
}

// Row 51, C6
TEST_F(VotequorumFault, an_orderly_end_wakes_blocked_dispatches)
{
    const Votequorum one;
    const Votequorum blocking;
    Background in_one([&] { return one.dispatch(CS_DISPATCH_ONE); });
    Background in_blocking([&] { return blocking.dispatch(CS_DISPATCH_BLOCKING); });
    EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
    EXPECT_EQ(0, daemon.terminate());
    EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
    EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
}

// 3.1: there is no reconnection.
TEST_F(VotequorumFault, a_new_daemon_serves_new_handles_only)
{
    const Votequorum old;
    daemon.restart();
    const Votequorum fresh;
    votequorum_info info;
    EXPECT_EQ(1U, fresh.info().node_id);
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_getinfo(old, 0, &info));
    EXPECT_EQ(CS_ERR_LIBRARY, old.dispatch(CS_DISPATCH_ALL));
}

// Row 58, VQ-D18, decision 7. A request finds its own way on sockets, where this descriptor is for events only.
TEST_F(VotequorumDescriptor, that_the_program_closed_is_an_error)
{
    Votequorum votequorum;
    ::close(votequorum.fd());
    votequorum_info info;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum.dispatch(CS_DISPATCH_ONE));
    if (transport() != Transport::socket) {
        EXPECT_NE(CS_OK, votequorum_getinfo(votequorum, 0, &info));
    } else {
        EXPECT_EQ(CS_OK, votequorum_getinfo(votequorum, 0, &info));
    }
    EXPECT_EQ(CS_OK, votequorum.finalize());
}

} // namespace
