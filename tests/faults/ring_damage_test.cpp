// SPDX-License-Identifier: BSD-3-Clause
// Damaged rings: chunks with a wrong length or a wrong mark, notification bytes without chunks, chunks without
// notification bytes. Damage ends the connection. The library waits for what may only be late.
#include "raw_cmap.hpp"

#include <cerrno>
#include <ctime>

#include <pthread.h>

namespace {

using namespace test;

using Order = std::vector<std::uint32_t>;

constexpr std::uint32_t kJustBeyondRing = 1052673;
constexpr std::uint32_t kJustBelow4Gib = 0xfffffff0;

class DamagedReply : public RingCmapTest, public ::testing::WithParamInterface<std::uint32_t> {};

TEST_P(DamagedReply, ends_the_connection)
{
    Background asking([this] { return get(); });
    ASSERT_TRUE(end.request());
    end.put_claiming(DaemonEnd::response_ring, GetParam());
    EXPECT_TRUE(asking.ended_within(3s));
    end.hang_up(); // ends the call if it waits by mistake
    EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
    expect_given_up();
}

TEST_P(DamagedReply, without_a_request_ends_the_connection)
{
    end.put_claiming(DaemonEnd::response_ring, GetParam());
    Background asking([this] { return get(); });
    EXPECT_TRUE(asking.ended_within(3s));
    end.hang_up();
    EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
    expect_given_up();
}

class DamagedEvent : public RingCmapTest, public ::testing::WithParamInterface<std::uint32_t> {
protected:
    void expect_end_with(cs_dispatch_flags_t flag)
    {
        end.event(numbered(1));
        end.put_claiming(DaemonEnd::event_ring, GetParam());
        end.announce();
        end.event(numbered(2));
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(CS_ERR_LIBRARY, dispatch(flag));
        EXPECT_EQ(Order{1}, told());
        expect_given_up();
    }
};

TEST_P(DamagedEvent, ends_the_connection_in_dispatch_one)
{
    expect_end_with(CS_DISPATCH_ONE);
}

TEST_P(DamagedEvent, ends_the_connection_in_dispatch_all)
{
    expect_end_with(CS_DISPATCH_ALL);
}

TEST_P(DamagedEvent, ends_the_connection_in_dispatch_blocking)
{
    expect_end_with(CS_DISPATCH_BLOCKING);
}

TEST_P(DamagedEvent, ends_the_connection_in_dispatch_one_nonblocking)
{
    expect_end_with(CS_DISPATCH_ONE_NONBLOCKING);
}

TEST_P(DamagedEvent, in_the_middle_of_a_batch_ends_the_connection_after_the_events_before_it)
{
    for (std::uint32_t number = 1; number <= 10; ++number)
        end.event(numbered(number));
    end.put_claiming(DaemonEnd::event_ring, GetParam());
    end.announce();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(10U, tracker.count());
    expect_given_up();
}

TEST_P(DamagedEvent, after_the_daemons_death_ends_the_delivery)
{
    end.event(numbered(1));
    end.put_claiming(DaemonEnd::event_ring, GetParam());
    end.announce();
    end.hang_up();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(1U, tracker.count());
    expect_given_up();
}

constexpr auto kLength = [](const ::testing::TestParamInfo<std::uint32_t>& info) {
    return "claiming_" + std::to_string(info.param);
};
const auto kLengths = ::testing::Values(0U, kJustBeyondRing, 0x7fffffffU, 0x80000000U, kJustBelow4Gib, 0xffffffffU);
INSTANTIATE_TEST_SUITE_P(Length, DamagedReply, kLengths, kLength);
INSTANTIATE_TEST_SUITE_P(Length, DamagedEvent, kLengths, kLength);

class UnmarkedChunk : public RingCmapTest {};

TEST_F(UnmarkedChunk, of_a_reply_ends_the_connection)
{
    end.put_unmarked(DaemonEnd::response_ring);
    EXPECT_EQ(CS_ERR_LIBRARY, get());
    expect_given_up();
}

TEST_F(UnmarkedChunk, of_an_event_ends_the_connection)
{
    end.put_unmarked(DaemonEnd::event_ring);
    end.announce();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    expect_given_up();
}

class ByteWithoutEvent : public RingCmapTest, public ::testing::WithParamInterface<cs_dispatch_flags_t> {};

// Otherwise the descriptor would stay readable, and a program that polls it would spin.
TEST_P(ByteWithoutEvent, ends_the_connection)
{
    end.announce();
    ASSERT_TRUE(readable(fd, kPatience));
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(GetParam()));
    expect_given_up();
}

TEST_P(ByteWithoutEvent, after_valid_events_ends_the_connection_after_them)
{
    end.event(numbered(1));
    end.announce(2);
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(GetParam()));
    EXPECT_EQ(Order{1}, told());
    expect_given_up();
}

INSTANTIATE_TEST_SUITE_P(Flag, ByteWithoutEvent,
                         ::testing::Values(CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING,
                                           CS_DISPATCH_ONE_NONBLOCKING));

class EventWithoutByte : public RingCmapTest {
protected:
    static Duration cpu_time(pthread_t thread)
    {
        clockid_t clock{};
        timespec time{};
        EXPECT_EQ(0, ::pthread_getcpuclockid(thread, &clock));
        EXPECT_EQ(0, ::clock_gettime(clock, &time));
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
};

TEST_F(EventWithoutByte, is_not_delivered_yet)
{
    end.put_event(numbered(1));
    EXPECT_FALSE(readable(fd));
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(0U, tracker.count());
    end.announce();
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Order{1}, told());
    EXPECT_FALSE(readable(fd));
}

TEST_F(EventWithoutByte, is_awaited_without_spinning)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        end.put_event(numbered(1));
        std::atomic<pthread_t> self{};
        Background dispatching([&] {
            self = pthread_self();
            return dispatch(flag);
        });
        EXPECT_TRUE(dispatching.thread().falls_asleep());
        const Duration before = cpu_time(self);
        EXPECT_FALSE(dispatching.ended_within(300ms)) << flag;
        EXPECT_LT(cpu_time(self) - before, 100ms) << flag;
        end.announce();
        if (flag == CS_DISPATCH_BLOCKING) {
            EXPECT_TRUE(eventually([this] { return !readable(fd); }));
            end.hang_up();
        }
        EXPECT_EQ(flag == CS_DISPATCH_ONE ? CS_OK : CS_ERR_LIBRARY, dispatching.result()) << flag;
    }
    EXPECT_EQ((Order{1, 1}), told());
}

TEST_F(EventWithoutByte, does_not_delay_the_events_before_it)
{
    end.event(numbered(1));
    end.event(numbered(2));
    end.put_event(numbered(3));
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Order{1, 2}), told());
    EXPECT_FALSE(readable(fd));
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Order{}, told());
    end.announce();
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(Order{3}, told());
}

// A dead daemon will send no more notification bytes.
TEST_F(EventWithoutByte, is_delivered_after_the_daemons_death)
{
    end.put_event(numbered(1));
    EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
    end.hang_up();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Order{1}, told());
}

// libqb's server does this when its client is slow: it sends some notification bytes first and the others at once
// later.
TEST_F(EventWithoutByte, is_delivered_when_its_byte_comes_with_others)
{
    for (std::uint32_t number = 1; number <= 200; ++number)
        end.put_event(numbered(number));
    std::size_t expected = 0;
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{63}, std::size_t{1}, std::size_t{64}, std::size_t{71}}) {
        end.announce(bytes);
        expected += bytes;
        EXPECT_EQ(CS_OK, dispatch(CS_DISPATCH_ALL));
        EXPECT_EQ(expected, tracker.count());
        EXPECT_FALSE(readable(fd));
    }
    EXPECT_EQ(200U, expected);
}

TEST_F(EventWithoutByte, is_delivered_when_its_byte_comes_alone)
{
    for (std::uint32_t number = 1; number <= 100; ++number) {
        end.put_event(numbered(number));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, dispatch(CS_DISPATCH_ONE_NONBLOCKING));
        end.announce();
        EXPECT_EQ(CS_OK, dispatch(number % 2 == 0 ? CS_DISPATCH_ONE : CS_DISPATCH_ONE_NONBLOCKING));
        EXPECT_EQ(number, tracker.count());
        EXPECT_FALSE(readable(fd));
    }
}

} // namespace
