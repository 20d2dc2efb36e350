// SPDX-License-Identifier: BSD-3-Clause
// The reply to the handshake arrives in pieces, late, in part, or not at all.
#include "raw_cmap.hpp"
#include "support/storm.hpp"

#include <cerrno>
#include <cstdlib>
#include <numeric>
#include <ostream>

namespace {

using namespace test;

constexpr Duration kPause = 3ms;

class HandshakeFlow : public ::testing::Test {
protected:
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "auto"};
};

// Sends the offer in pieces that end at these offsets, with a pause after each.
RawDaemon::Script in_pieces(std::vector<std::size_t> places)
{
    return [places](const Visitor& visitor) {
        if (!visitor.read_request())
            return;
        std::size_t sent = 0;
        for (const std::size_t place : places) {
            visitor.send(visitor.offer.data() + sent, place - sent);
            sent = place;
            std::this_thread::sleep_for(kPause);
        }
        visitor.send(visitor.offer.data() + sent, sizeof visitor.offer - sent);
    };
}

TEST_F(HandshakeFlow, may_be_in_pieces)
{
    std::vector<std::size_t> bytes_of_header(30);
    std::iota(bytes_of_header.begin(), bytes_of_header.end(), 1);
    for (const auto& places : {bytes_of_header, {23, 25}, {24}, {1000, 5000, 12000}, {12327}}) {
        RawDaemon daemon({in_pieces(places)});
        EXPECT_EQ(CS_OK, Attempt().error());
        EXPECT_TRUE(daemon.visited(1));
    }
}

// A daemon that hangs up would do so again on another transport, so the library does not try that.
TEST_F(HandshakeFlow, that_ends_early_is_a_library_error)
{
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{1}, std::size_t{23}, std::size_t{24}, std::size_t{25}, std::size_t{12327}}) {
        RawDaemon daemon({[length](const Visitor& visitor) {
            if (visitor.read_request())
                visitor.send(&visitor.offer, length);
            visitor.hang_up();
        }});
        EXPECT_EQ(CS_ERR_LIBRARY, Attempt().error()) << length;
        EXPECT_TRUE(daemon.visited(1)) << length;
    }
}

TEST_F(HandshakeFlow, that_never_begins_is_a_library_error)
{
    RawDaemon daemon({[](const Visitor& visitor) { visitor.hang_up(); }});
    EXPECT_EQ(CS_ERR_LIBRARY, Attempt().error());
    EXPECT_TRUE(daemon.visited(1));
}

// The daemon has not read the request, so the client's socket is reset.
TEST_F(HandshakeFlow, that_ends_in_a_reset_is_a_library_error)
{
    RawDaemon daemon({[](const Visitor& visitor) {
        std::this_thread::sleep_for(kPause);
        visitor.send(&visitor.offer, 30);
        visitor.hang_up();
    }});
    EXPECT_EQ(CS_ERR_LIBRARY, Attempt().error());
    EXPECT_TRUE(daemon.visited(1));
}

class HandshakeOfDyingDaemon : public ::testing::TestWithParam<const char*> {
protected:
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", GetParam()};
};

TEST_P(HandshakeOfDyingDaemon, is_a_library_error)
{
    for (const std::size_t length : {std::size_t{0}, std::size_t{24}, std::size_t{5000}}) {
        RawDaemon daemon({[length](const Visitor& visitor) {
            visitor.read_request();
            visitor.send(&visitor.offer, length);
            std::_Exit(0);
        }});
        Background attempting([] { return Attempt().error(); });
        // The test holds the daemon's end of the socket open. libqb's client does not wait for the rest of a reply.
        const bool gives_up = length > 0 && GetParam() == std::string("libqb");
        EXPECT_EQ(gives_up, attempting.ended_within(gives_up ? kPatience : kGlance));
        daemon.kill();
        EXPECT_EQ(gives_up ? CS_ERR_TRY_AGAIN : CS_ERR_LIBRARY, attempting.result()) << length;
    }
}

constexpr auto kTransport = [](const ::testing::TestParamInfo<const char*>& info) { return std::string(info.param); };
INSTANTIATE_TEST_SUITE_P(By, HandshakeOfDyingDaemon, ::testing::Values("auto", "libqb"), kTransport);

// These bytes are not a reply, so a wait for the rest would never end.
TEST_F(HandshakeFlow, is_not_awaited_after_a_wrong_header)
{
    RawDaemon daemon({[](const Visitor& visitor) {
                          visitor.read_request();
                          const Bytes foreign = header(-1, 32, 0) + "12345678";
                          visitor.send(foreign.data(), foreign.size());
                      },
                      RawDaemon::honest});
    EXPECT_EQ(CS_OK, Attempt().error());
    EXPECT_TRUE(daemon.visited(2));
}

TEST_F(HandshakeFlow, may_begin_late_and_signals_do_not_matter)
{
    RawDaemon daemon({[](const Visitor& visitor) {
        visitor.await_cue();
        RawDaemon::honest(visitor);
    }});
    Background attempting([] { return Attempt().error(); });
    {
        const Storm storm(attempting.thread());
        EXPECT_FALSE(attempting.ended_within(300ms));
        daemon.cue();
        EXPECT_EQ(CS_OK, attempting.result());
    }
    EXPECT_TRUE(daemon.visited(1));
}

TEST_F(HandshakeFlow, may_be_in_pieces_and_signals_do_not_matter)
{
    RawDaemon daemon({in_pieces({1, 10, 24, 100, 4000, 8000})});
    Background attempting([] { return Attempt().error(); });
    const Storm storm(attempting.thread());
    EXPECT_EQ(CS_OK, attempting.result());
}

// From its first byte to its last, a reply may take two seconds.
TEST_F(HandshakeFlow, must_not_stop_in_the_middle)
{
    RawDaemon daemon({[](const Visitor& visitor) {
        visitor.read_request();
        visitor.send(&visitor.offer, kReplyHeader);
        visitor.await_cue();
    }});
    EXPECT_EQ(CS_ERR_TRY_AGAIN, Attempt().error());
    EXPECT_TRUE(daemon.visited(1));
}

TEST_F(HandshakeFlow, must_not_come_too_slowly)
{
    RawDaemon daemon({[](const Visitor& visitor) {
        visitor.read_request();
        std::size_t sent = 0;
        for (; sent < 40; ++sent) {
            visitor.send(visitor.offer.data() + sent, 1);
            std::this_thread::sleep_for(100ms);
        }
        visitor.send(visitor.offer.data() + sent, sizeof visitor.offer - sent);
    }});
    EXPECT_EQ(CS_ERR_TRY_AGAIN, Attempt().error());
    EXPECT_TRUE(daemon.visited(1));
}

struct Row {
    int error;
    cs_error_t expected;
};

class HandshakeError : public HandshakeFlow, public ::testing::WithParamInterface<Row> {};

// The daemon decided this. Asking it again would not change its decision.
TEST_P(HandshakeError, is_returned_without_a_second_attempt)
{
    for (const std::size_t length : {kReplyHeader, sizeof(HandshakeReply)}) {
        RawDaemon daemon({[length](const Visitor& visitor) {
            const auto refusal = HandshakeReply::refusal(-GetParam().error);
            if (visitor.read_request())
                visitor.send(&refusal, length);
            visitor.hang_up();
        }});
        EXPECT_EQ(GetParam().expected, Attempt().error());
        EXPECT_TRUE(daemon.visited(1));
    }
}

INSTANTIATE_TEST_SUITE_P(Errno, HandshakeError,
                         ::testing::Values(Row{EACCES, CS_ERR_ACCESS}, Row{EAGAIN, CS_ERR_TRY_AGAIN},
                                           Row{EMFILE, CS_ERR_LIBRARY}, Row{ENOSYS, CS_ERR_NOT_SUPPORTED},
                                           Row{ENOTSUP, CS_ERR_NOT_SUPPORTED}, Row{ENOENT, CS_ERR_NOT_EXIST},
                                           Row{ECONNREFUSED, CS_ERR_LIBRARY}, Row{12345, CS_ERR_LIBRARY}));

} // namespace
