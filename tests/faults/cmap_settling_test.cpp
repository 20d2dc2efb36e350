// SPDX-License-Identifier: BSD-3-Clause
// During and after each dispatch of a burst of events, the descriptor is readable if and only if an event is left to
// deliver.
#include "fake_cmap.hpp"

#include <csetjmp>

namespace {

using namespace test;

using Numbers = std::vector<std::uint32_t>;

constexpr std::uint32_t kLargestBurst = 200; // the socket has room for as many notification bytes

class CmapDescriptor : public FakeCmapTest {
protected:
    CmapDescriptor()
    {
        tracker.on_event = [this](const Tracker::Call&) {
            --left;
            wrong_states += readable(fd) != (left > 0);
        };
    }

    void burst(std::uint32_t count)
    {
        left += count;
        ASSERT_EQ(0U, daemon.now(numbered(1, count)));
    }

    // Dispatches until nothing is left, and checks the descriptor all the time.
    void expect_rest_with(cs_dispatch_flags_t flag)
    {
        while (left > 0) {
            const std::uint32_t before = left;
            ASSERT_TRUE(readable(fd));
            ASSERT_EQ(CS_OK, dispatch(flag));
            ASSERT_EQ(flag == CS_DISPATCH_ALL ? 0 : before - 1, left);
            ASSERT_EQ(left > 0, readable(fd));
        }
        EXPECT_EQ(0U, wrong_states);
    }

    void expect_numbers_to(std::uint32_t count)
    {
        Numbers expected;
        for (std::uint32_t number = 1; number <= count; ++number)
            expected.push_back(number);
        EXPECT_EQ(expected, numbers(tracker.take()));
    }

    std::uint32_t left = 0;
    std::uint32_t wrong_states = 0; // callbacks in which the descriptor's state was wrong
};

TEST_F(CmapDescriptor, is_right_in_bursts_dispatched_with_all)
{
    for (std::uint32_t count = 1; count <= kLargestBurst; ++count) {
        burst(count);
        expect_rest_with(CS_DISPATCH_ALL);
        expect_numbers_to(count);
    }
}

TEST_F(CmapDescriptor, is_right_in_bursts_dispatched_with_one)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        for (const std::uint32_t count : {1U, 2U, 3U, 64U, 65U, kLargestBurst}) {
            burst(count);
            expect_rest_with(flag);
            expect_numbers_to(count);
        }
    }
}

TEST_F(CmapDescriptor, is_right_in_bursts_dispatched_with_blocking)
{
    for (const std::uint32_t count : {1U, 2U, 63U, 64U, 65U, 66U, 128U, 129U, kLargestBurst}) {
        Cmap blocking;
        Tracker& its_tracker = blocking.track("some.key", kEverything);
        const Cookie its_cookie = cookie_in(daemon.last_request());
        const int its_fd = blocking.fd();
        its_tracker.on_event = [&](const Tracker::Call& call) {
            --left;
            wrong_states += readable(its_fd) != (left > 0);
            if (left == 0)
                cmap_finalize(call.handle);
        };
        left = count;
        daemon.now(Steps(count, event(Notification(its_cookie, 1).bytes())));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_dispatch(blocking, CS_DISPATCH_BLOCKING));
        EXPECT_EQ(count, its_tracker.count());
        EXPECT_EQ(0U, wrong_states);
    }
}

TEST_F(CmapDescriptor, is_right_when_the_dispatch_types_are_mixed)
{
    burst(kLargestBurst);
    const cs_dispatch_flags_t flags[] = {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING};
    for (std::uint32_t turn = 0; turn < kLargestBurst / 2; ++turn)
        ASSERT_EQ(CS_OK, dispatch(flags[turn % 2]));
    expect_rest_with(CS_DISPATCH_ALL);
    expect_numbers_to(kLargestBurst);
}

TEST_F(CmapDescriptor, is_right_when_events_arrive_during_a_callback)
{
    const auto look = tracker.on_event;
    tracker.on_event = [this, look](const Tracker::Call& call) {
        if (tracker.count() == 2)
            burst(3);
        look(call);
    };
    burst(3);
    expect_rest_with(CS_DISPATCH_ALL);
    EXPECT_EQ((Numbers{1, 2, 3, 1, 2, 3}), numbers(tracker.events()));
}

TEST_F(CmapDescriptor, is_right_around_a_nested_dispatch)
{
    const auto look = tracker.on_event;
    tracker.on_event = [this, look](const Tracker::Call& call) {
        look(call);
        if (tracker.count() == 2) {
            EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
            EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
        }
    };
    burst(100);
    expect_rest_with(CS_DISPATCH_ALL);
    expect_numbers_to(100);
}

TEST_F(CmapDescriptor, is_right_with_events_of_an_unknown_kind_in_the_burst)
{
    Steps steps = numbered(1, 100);
    for (const std::size_t place : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{102}})
        steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(place), event(message(1000, {})));
    left = 100;
    tracker.on_event = [this](const Tracker::Call&) { --left; };
    daemon.now(steps);
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(0U, left);
    EXPECT_FALSE(readable(fd));
}

// Events after the malformed one stay announced, wherever that lies in its batch.
TEST_F(CmapDescriptor, is_right_around_a_malformed_event)
{
    for (const std::uint32_t place : {0U, 1U, 30U, 62U, 63U, 64U, 65U, 99U}) {
        Steps steps = numbered(1, 99);
        steps.insert(steps.begin() + place, event(header(wire::kNotify, 24)));
        left = 100;
        daemon.now(steps);
        tracker.on_event = [this](const Tracker::Call&) { --left; };
        EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
        left -= 1;
        EXPECT_EQ(99 - place, left);
        EXPECT_EQ(left > 0, readable(fd));
        if (transport() != Transport::socket) {
            EXPECT_EQ(static_cast<int>(left), unread_bytes(fd));
        }
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
        EXPECT_EQ(0U, left);
        EXPECT_FALSE(readable(fd));
        expect_numbers_to(99);
    }
}

class CmapDescriptorAfterLongjmp : public CmapDescriptor, public ::testing::WithParamInterface<cs_dispatch_flags_t> {
protected:
    // Dispatches; the callback of event `place` leaves with longjmp().
    void dispatch_and_jump(cs_dispatch_flags_t flag, std::uint32_t place)
    {
        tracker.on_event = [this, place](const Tracker::Call&) {
            --left;
            if (tracker.count() == place)
                std::longjmp(out, 1);
        };
        if (setjmp(out) == 0) {
            dispatch(flag);
            ADD_FAILURE() << "it returned";
        }
    }

    std::jmp_buf out;
};

TEST_P(CmapDescriptorAfterLongjmp, never_hides_an_event_and_is_right_after_the_next_dispatch)
{
    const bool one_by_one = GetParam() == CS_DISPATCH_ONE || GetParam() == CS_DISPATCH_ONE_NONBLOCKING;
    for (const std::uint32_t place : {1U, 2U, 30U, 63U, 64U, 65U, 99U, 100U}) {
        burst(100);
        if (one_by_one) {
            for (std::uint32_t before = 1; before < place; ++before)
                ASSERT_EQ(CS_OK, dispatch(GetParam()));
        }
        dispatch_and_jump(GetParam(), place);
        EXPECT_EQ(100 - place, left);
        if (left > 0) {
            EXPECT_TRUE(readable(fd));
        }
        tracker.on_event = [this](const Tracker::Call&) {
            --left;
            wrong_states += readable(fd) != (left > 0);
        };
        if (left > 0) {
            EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
            EXPECT_EQ(left > 0, readable(fd));
        }
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
        EXPECT_FALSE(readable(fd));
        EXPECT_EQ(0U, left);
        expect_numbers_to(100);
    }
    EXPECT_EQ(0U, wrong_states);
    expect_usable();
}

INSTANTIATE_TEST_SUITE_P(One, CmapDescriptorAfterLongjmp, ::testing::Values(CS_DISPATCH_ONE));
INSTANTIATE_TEST_SUITE_P(All, CmapDescriptorAfterLongjmp, ::testing::Values(CS_DISPATCH_ALL));
INSTANTIATE_TEST_SUITE_P(Blocking, CmapDescriptorAfterLongjmp, ::testing::Values(CS_DISPATCH_BLOCKING));
INSTANTIATE_TEST_SUITE_P(OneNonblocking, CmapDescriptorAfterLongjmp, ::testing::Values(CS_DISPATCH_ONE_NONBLOCKING));

} // namespace
