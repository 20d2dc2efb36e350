// SPDX-License-Identifier: BSD-3-Clause
// Reasons that only the ring transport has, or that need a daemon with wrong replies.
#include "raw_cmap.hpp"

#include <filesystem>
#include <string>
#include <thread>

#include <corosync/client.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

namespace {

using namespace test;
using ::testing::StartsWith;

class ReasonOfRings : public ::testing::Test {
protected:
    // The reason of a failed connect without libqb's client.
    static std::string with(const RawDaemon::Script& script)
    {
        const Variable transport("COROSYNC_CLIENT_TRANSPORT", "ring");
        const RawDaemon daemon({script});
        EXPECT_NE(CS_OK, Attempt().error());
        return cs_client_reason();
    }
};

TEST_F(ReasonOfRings, is_that_the_daemon_has_hung_up)
{
    EXPECT_THAT(with([](const Visitor& visitor) {
                    visitor.read_request();
                    visitor.hang_up();
                }),
                StartsWith("the daemon hung up before it answered the connect;"));
}

TEST_F(ReasonOfRings, is_the_unknown_form_of_the_reply)
{
    EXPECT_THAT(with(RawDaemon::with([](HandshakeReply& offer) { offer.id = 7; })),
                StartsWith("the daemon's answer to the connect has an unknown form;"));
}

TEST_F(ReasonOfRings, is_that_the_daemon_offers_sockets)
{
    EXPECT_THAT(with(RawDaemon::with([](HandshakeReply& offer) { offer.transport = 2; })),
                StartsWith("the daemon offers sockets instead of shared memory;"));
}

TEST_F(ReasonOfRings, is_that_every_user_can_write_to_them)
{
    EXPECT_THAT(with(RawDaemon::with(
                    [](HandshakeReply& offer) { ::chmod((offer.names[0] + std::string("-data")).c_str(), 0666); })),
                StartsWith("the daemon's ring files have an unexpected owner, mode, size or content;"));
}

class ReasonOnRings : public RingCmapTest {
protected:
    std::string of_get() const
    {
        EXPECT_NE(CS_OK, get());
        return cs_client_reason();
    }
};

TEST_F(ReasonOnRings, is_the_damaged_response_ring)
{
    end.put_claiming(DaemonEnd::response_ring, 1U << 30);
    EXPECT_THAT(of_get(), StartsWith("the response ring is damaged;"));
    EXPECT_THAT(of_get(), StartsWith("the connection is damaged;"));
}

TEST_F(ReasonOnRings, is_the_damaged_event_ring)
{
    end.put_claiming(DaemonEnd::event_ring, 1U << 30);
    end.announce();
    EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ONE));
    EXPECT_THAT(cs_client_reason(), StartsWith("the event ring is damaged;"));
}

TEST_F(ReasonOnRings, is_flow_control)
{
    end.flow_control(1);
    EXPECT_THAT(of_get(), StartsWith("the daemon takes no message now: flow control;"));
}

TEST_F(ReasonOnRings, tells_how_long_flow_control_has_lasted)
{
    end.flow_control(1);
    of_get();
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    EXPECT_THAT(of_get(), StartsWith("the daemon has taken no message of this handle for "));
    end.flow_control(0);
    EXPECT_NE(CS_ERR_TRY_AGAIN, served(end, [&] { return get(); }));
    end.flow_control(1);
    EXPECT_THAT(of_get(), StartsWith("the daemon takes no message now: flow control;"));
}

} // namespace
