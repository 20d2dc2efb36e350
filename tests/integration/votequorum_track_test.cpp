// SPDX-License-Identifier: BSD-3-Clause
// The events for each flag, and when they end.
#include "votequorum_fixture.hpp"

namespace {

using namespace test;

using VotequorumTrack = VotequorumTest;

const Texts kPresent{"nodelist 1", "quorate 1:1"};

// Sets the expected votes to their present value, which causes an event nonetheless. Returns after all clients have got
// it, because the daemon replies to the request before that.
void expect_one_vote()
{
    Votequorum witness;
    EXPECT_EQ(CS_OK, witness.track(CS_TRACK_CHANGES_ONLY));
    EXPECT_EQ(CS_OK, votequorum_setexpected(witness, 1));
    EXPECT_EQ(Texts{"expected 1"}, witness.await(1));
    witness.info();
}

// The daemon accepts any number as flags, and uses the bits that it knows.
TEST_F(VotequorumTrack, sends_the_events_of_its_flags)
{
    constexpr std::uint64_t kContext = 0xfedcba9876543210;
    struct Case {
        unsigned flags;
        bool present;
        bool changes;
    };
    constexpr Case kCases[] = {{0, false, false}, {1, true, false},        {2, true, true}, {3, true, true},
                               {4, false, true},  {5, true, true},         {6, true, true}, {7, true, true},
                               {8, false, false}, {0xffffffff, true, true}};
    for (const auto& [flags, present, changes] : kCases) {
        Votequorum votequorum;
        EXPECT_EQ(CS_OK, votequorum.track(flags, kContext)) << flags;
        EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL)) << flags;
        const auto first = votequorum.take_notices();
        EXPECT_EQ(present ? (Notices{{kContext, "nodelist 1"}, {kContext, "quorate 1:1"}}) : Notices{}, first) << flags;

        expect_one_vote();
        EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL)) << flags;
        EXPECT_EQ(changes ? (Notices{{kContext, "expected 1"}}) : Notices{}, votequorum.take_notices()) << flags;

        EXPECT_EQ(changes ? CS_OK : CS_ERR_NOT_EXIST, votequorum_trackstop(votequorum)) << flags;
        EXPECT_EQ(CS_ERR_NOT_EXIST, votequorum_trackstop(votequorum)) << flags;
    }
}

// VQ-D25: the daemon refuses the request, but sends the present state with the new context.
TEST_F(VotequorumTrack, is_refused_the_second_time_but_gives_the_present_state)
{
    Votequorum votequorum;
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES, 'A'));
    EXPECT_EQ(CS_ERR_EXIST, votequorum.track(CS_TRACK_CHANGES, 'B'));
    EXPECT_EQ(CS_ERR_EXIST, votequorum.track(CS_TRACK_CURRENT, 'C'));
    EXPECT_EQ(CS_ERR_EXIST, votequorum.track(CS_TRACK_CHANGES_ONLY, 'D'));
    EXPECT_EQ(CS_ERR_EXIST, votequorum.track(0, 'E'));
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    Notices expected;
    for (const auto context : std::initializer_list<std::uint64_t>{'A', 'B', 'C'})
        for (const auto& text : kPresent)
            expected.push_back({context, text});
    EXPECT_EQ(expected, votequorum.take_notices());

    // Changes still have the first context.
    expect_one_vote();
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Notices{{'A', "expected 1"}}), votequorum.take_notices());
}

TEST_F(VotequorumTrack, delivers_events_that_arrived_before_it_was_stopped)
{
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY));
    expect_one_vote();
    EXPECT_EQ(CS_OK, votequorum_trackstop(votequorum));
    expect_one_vote();
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{"expected 1"}, votequorum.take());
}

TEST_F(VotequorumTrack, can_be_started_again)
{
    Votequorum votequorum;
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY, 'A'));
    EXPECT_EQ(CS_OK, votequorum_trackstop(votequorum));
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY, 'B'));
    expect_one_vote();
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Notices{{'B', "expected 1"}}), votequorum.take_notices());
}

TEST_F(VotequorumTrack, of_the_present_state_can_be_repeated)
{
    Votequorum votequorum;
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Texts{kPresent[0], kPresent[1], kPresent[0], kPresent[1]}), votequorum.take());
    EXPECT_FALSE(readable(votequorum.fd(), kGlance));
}

TEST_F(VotequorumTrack, is_independent_for_each_handle)
{
    Votequorum one;
    Votequorum two;
    ASSERT_EQ(CS_OK, one.track(CS_TRACK_CHANGES_ONLY, 1));
    ASSERT_EQ(CS_OK, two.track(CS_TRACK_CHANGES_ONLY, 2));
    expect_one_vote();
    EXPECT_EQ(CS_OK, votequorum_trackstop(one));
    expect_one_vote();
    EXPECT_EQ(CS_OK, one.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_OK, two.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Notices{{1, "expected 1"}}), one.take_notices());
    EXPECT_EQ((Notices{{2, "expected 1"}, {2, "expected 1"}}), two.take_notices());
}

// The ring has room for far fewer events.
TEST_F(VotequorumTrack, loses_no_event_of_a_long_queue)
{
    constexpr std::size_t kTimes = 20'000;
    Votequorum votequorum;
    for (std::size_t i = 0; i < kTimes; ++i)
        ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT, i));
    EXPECT_TRUE(eventually([&] {
        return votequorum.dispatch(CS_DISPATCH_ALL) != CS_OK || votequorum.count() == kPresent.size() * kTimes;
    }));
    const auto notices = votequorum.take_notices();
    ASSERT_EQ(kPresent.size() * kTimes, notices.size());
    for (std::size_t i = 0; i < notices.size(); ++i)
        ASSERT_EQ((Notice{i / 2, kPresent[i % 2]}), notices[i]) << i;
    EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

} // namespace
