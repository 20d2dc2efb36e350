// SPDX-License-Identifier: BSD-3-Clause
// The daemon sleeps up to 50 ms when the event ring is full. Once the ring is half empty, a dispatch wakes it, with a
// request whose reply nobody waits for.
#include "loan_fixture.hpp"

#include "support/process.hpp"

#include "core/reasons.hpp"

#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include <poll.h>

namespace {

using namespace test;

constexpr std::size_t kSize = 100'000;
constexpr std::int32_t kQuestion = 11;
constexpr std::int32_t kAnswer = 12;

class FullRing : public LoanTest {
protected:
    // Fills the ring, and returns the number of events in it.
    std::int32_t fill(std::size_t size = kSize)
    {
        std::int32_t count = 0;
        for (; end.has_room_for_event(size); ++count)
            send(count, size);
        return count;
    }

    // Delivers events until less than half of the ring is used.
    void empty_half()
    {
        while (end.event_space_used() > static_cast<std::ptrdiff_t>(HandshakeReply::kMessageSize / 2))
            ASSERT_EQ(CS_OK, dispatch(Flag::one));
        ASSERT_EQ(CS_OK, dispatch(Flag::one)); // which looks at the ring
    }

    bool asked(std::int32_t id, Duration limit = kPatience)
    {
        const auto request = end.request(limit);
        return request && value_at<std::int32_t>(*request, 0) == id;
    }
    bool wakes_the_daemon() { return asked(LoanSession::kWake); }
    bool is_silent() { return end.unread_bytes() == 0; }

    // A request of the program, and the daemon's replies to all that it gets.
    int ask(const std::vector<std::int32_t>& replies)
    {
        Thread daemon_thread([&] {
            EXPECT_TRUE(asked(kQuestion));
            for (const std::int32_t id : replies)
                end.reply(message(id, {}));
        });
        corosync::Outgoing<LoanRequest> request(kQuestion);
        const corosync::Exchange exchange(session.connection().requests(), {request.part()}, {kAnswer});
        return exchange.status();
    }
};

using FullRequestRing = FullRing;

TEST_F(FullRing, wakes_the_daemon_when_it_is_half_empty)
{
    fill();
    ASSERT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_TRUE(is_silent()) << "the ring is nearly full";
    empty_half();
    EXPECT_TRUE(wakes_the_daemon());
    end.reply(message(LoanSession::kWake, {}));
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_TRUE(is_silent()) << "once is enough";
}

TEST_F(FullRing, wakes_the_daemon_each_time_that_it_was_full)
{
    for (int round = 0; round < 3; ++round) {
        fill();
        EXPECT_EQ(CS_OK, dispatch(Flag::all));
        EXPECT_TRUE(wakes_the_daemon()) << round;
        end.reply(message(LoanSession::kWake, {}));
    }
}

TEST_F(FullRing, that_one_event_fills_wakes_the_daemon_before_the_callback)
{
    bool woken = false;
    session.on_event = [&](const Delivery&) { woken = wakes_the_daemon(); };
    send(1, HandshakeReply::kMessageSize - 100);
    EXPECT_EQ(CS_OK, dispatch(Flag::one));
    EXPECT_TRUE(woken);
}

TEST_F(FullRing, with_room_for_another_event_wakes_nobody)
{
    for (std::int32_t number = 0; number < 9; ++number)
        send(number, kSize);
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_TRUE(is_silent());
}

TEST_F(FullRing, of_small_events_wakes_nobody)
{
    while (end.has_room_for_event(2000))
        end.put_event(numbered(1, 2000));
    // The socket has no room for all bytes: the daemon waits for that, and so it does not sleep.
    for (int round = 0; round < 2; ++round) {
        end.announce(200);
        EXPECT_EQ(CS_OK, dispatch(Flag::all));
    }
    EXPECT_EQ(400U, told.size());
    EXPECT_GT(static_cast<std::ptrdiff_t>(HandshakeReply::kMessageSize / 2), end.event_space_used());
    EXPECT_TRUE(is_silent());
}

TEST_F(FullRing, does_not_disturb_later_requests_whenever_the_daemon_replies)
{
    fill();
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    ASSERT_TRUE(wakes_the_daemon());
    EXPECT_EQ(0, ask({LoanSession::kWake, kAnswer})) << "behind the next request";
    EXPECT_EQ(0, ask({kAnswer})) << "nothing is left";

    fill();
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    ASSERT_TRUE(wakes_the_daemon());
    end.reply(message(LoanSession::kWake, {}));
    EXPECT_EQ(0, ask({kAnswer})) << "before it";
}

TEST_F(FullRing, asks_a_frozen_daemon_once_and_never_waits_for_it)
{
    for (int round = 0; round < 3; ++round) {
        fill();
        EXPECT_EQ(CS_OK, dispatch(Flag::all)) << round;
    }
    EXPECT_TRUE(wakes_the_daemon());
    EXPECT_TRUE(is_silent());
}

TEST_F(FullRing, sends_nothing_to_a_daemon_whose_socket_is_full)
{
    corosync::Outgoing<LoanRequest> request(kQuestion);
    const auto room = [&] {
        pollfd entry{session.connection().descriptor(), POLLOUT, 0};
        return ::poll(&entry, 1, 0) == 1;
    };
    while (room())
        ASSERT_EQ(0, session.connection().requests().send({request.part()}, corosync::kOrdinary));
    const int unread = end.unread_bytes();
    fill();
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_EQ(unread, end.unread_bytes());
}

TEST_F(FullRing, sends_nothing_while_flow_control_is_on_and_leaves_no_reason)
{
    end.flow_control(1);
    fill();
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_TRUE(is_silent());
    EXPECT_FALSE(corosync::explained());
}

// The other reason why the daemon takes no message for long is flow control.
TEST_F(FullRequestRing, is_the_reason_however_long_it_is_full)
{
    const std::vector<char> bytes(60'000);
    const iovec body{const_cast<char*>(bytes.data()), bytes.size()};
    corosync::Outgoing<LoanRequest> request(kQuestion, bytes.size());
    const auto send = [&] {
        corosync::forget_reason();
        return session.connection().requests().send({request.part(), {&body, 1}, 0, bytes.size()}, corosync::kOrdinary);
    };
    int rc = 0;
    while (rc == 0)
        rc = send();
    EXPECT_EQ(-EAGAIN, rc);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    EXPECT_EQ(-EAGAIN, send());
    EXPECT_EQ(&corosync::reasons::ring_full, corosync::take_reason().reason);
}

TEST_F(FullRing, wakes_nobody_in_a_forked_child)
{
    fill();
    EXPECT_EQ(0, in_child([this] { return dispatch(Flag::all) == CS_OK ? 0 : 1; }));
    EXPECT_TRUE(is_silent());
}

} // namespace
