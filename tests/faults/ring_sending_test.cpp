// SPDX-License-Identifier: BSD-3-Clause
// Sending while the daemon does not read, or while flow control is on. The tests use the connection directly, because
// cmap has no message without a reply.
#include "raw_cmap.hpp"
#include "support/storm.hpp"

#include "core/connection.hpp"

#include <cerrno>
#include <ostream>

namespace {

using namespace test;
using corosync::Caller;
using corosync::Connection;
using corosync::kMulticast;
using corosync::kOrdinary;
using corosync::Outgoing;

constexpr std::int32_t kOneWay = 100;
constexpr int kBytesOnSocket = 278; // a socket with the default buffer has room for as many

struct Small {
    corosync::RequestHeader header;
};

int send_small(Connection& connection, unsigned threshold = kOrdinary)
{
    Outgoing<Small> message(kOneWay);
    return connection.requests().send({message.part()}, threshold);
}

class Sending : public ::testing::Test {
protected:
    explicit Sending(const char* transport_name) : transport("COROSYNC_CLIENT_TRANSPORT", transport_name) {}

    void finalize() { connection.begin_close(Caller::at(__builtin_frame_address(0))); }

    const Variable transport;
    RawDaemon daemon;
    Connection connection;
    const int opened = connection.open("cmap", corosync::Settings::from_environment(), corosync::ConnectDeadline(0));
    DaemonEnd& end = daemon.end();
};

class SendingToFrozenDaemon : public Sending, public ::testing::WithParamInterface<const char*> {
protected:
    SendingToFrozenDaemon() : Sending(GetParam()) {}

    // Sends one message after another until one fails or more were sent than the socket has room for.
    int send_too_much()
    {
        for (int sent = 0; sent < kTooMuch; ++sent)
            if (const int rc = send_small(connection); rc != 0)
                return rc;
        return 0;
    }

    bool blocks(Background<int>& sending)
    {
        return sending.thread().falls_asleep() && !sending.ended_within(300ms) && end.unread_bytes() < kTooMuch;
    }

    static constexpr int kTooMuch = kBytesOnSocket + 20;
};

TEST_P(SendingToFrozenDaemon, waits_until_there_is_room_for_the_notification_byte)
{
    Background<int> sending([this] { return send_too_much(); });
    EXPECT_TRUE(blocks(sending));
    for (int taken = 0; taken < kTooMuch; ++taken)
        EXPECT_TRUE(end.request());
    EXPECT_EQ(0, sending.result());
    EXPECT_EQ(0, end.unread_bytes());
    EXPECT_FALSE(end.request({}));
}

TEST_P(SendingToFrozenDaemon, waits_for_room_and_signals_do_not_matter)
{
    Background<int> sending([this] { return send_too_much(); });
    const Storm storm(sending.thread());
    EXPECT_FALSE(sending.ended_within(300ms));
    for (int taken = 0; taken < kTooMuch; ++taken)
        EXPECT_TRUE(end.request());
    EXPECT_EQ(0, sending.result());
}

TEST_P(SendingToFrozenDaemon, stops_waiting_when_the_daemon_dies)
{
    Background<int> sending([this] { return send_too_much(); });
    EXPECT_TRUE(blocks(sending));
    end.hang_up();
    EXPECT_EQ(-ENOTCONN, sending.result());
    EXPECT_EQ(-ENOTCONN, send_small(connection));
}

TEST_P(SendingToFrozenDaemon, stops_waiting_when_the_handle_is_finalized)
{
    Background<int> sending([this] { return send_too_much(); });
    EXPECT_TRUE(blocks(sending));
    finalize();
    EXPECT_GT(0, sending.result());
}

INSTANTIATE_TEST_SUITE_P(By, SendingToFrozenDaemon, ::testing::Values("ring", "libqb"));

class RingSending : public Sending {
protected:
    RingSending() : Sending("ring") {}

    void fill_socket()
    {
        for (int sent = 0; sent < kBytesOnSocket; ++sent)
            ASSERT_EQ(0, send_small(connection));
    }

    Background<int> ask()
    {
        return Background<int>([this] {
            Outgoing<Small> request(1);
            return corosync::Exchange(connection.requests(), {request.part()}, {1}).status();
        });
    }
};

// Its chunk is in the ring. A chunk without its notification byte would freeze the daemon, so the connection ends at
// once.
TEST_F(RingSending, that_fails_after_its_chunk_was_written_hangs_up)
{
    fill_socket();
    Background sending([this] { return send_small(connection); });
    EXPECT_TRUE(sending.thread().falls_asleep());
    finalize();
    EXPECT_GT(0, sending.result());
    EXPECT_TRUE(end.hung_up());
}

TEST_F(RingSending, stops_waiting_for_another_request_when_the_handle_is_finalized)
{
    fill_socket();
    Background<int> asking = ask();
    EXPECT_TRUE(asking.thread().falls_asleep());
    Background sending([this] { return send_small(connection); });
    EXPECT_FALSE(sending.ended_within(300ms));
    finalize();
    EXPECT_TRUE(sending.ended_within(3s));
    EXPECT_FALSE(asking.ended_within({}));
    end.take_bytes(kBytesOnSocket);
    EXPECT_TRUE(eventually([this] { return end.unread_bytes() > 0; }));
    end.reply(message(1, {}));
    EXPECT_EQ(0, asking.result());
    sending.result();
}

TEST_F(RingSending, of_a_request_waits_for_another_thread_that_waits_for_room)
{
    fill_socket();
    Background sending([this] { return send_small(connection); });
    EXPECT_TRUE(sending.thread().falls_asleep());
    Background<int> asking = ask();
    EXPECT_FALSE(asking.ended_within(300ms));
    end.take_bytes(kBytesOnSocket);
    EXPECT_EQ(0, sending.result());
    end.reply(message(1, {}));
    EXPECT_EQ(0, asking.result());
}

TEST_F(RingSending, of_a_request_that_waits_for_room_continues_after_finalize)
{
    fill_socket();
    Background<int> asking = ask();
    EXPECT_TRUE(asking.thread().falls_asleep());
    finalize();
    EXPECT_FALSE(asking.ended_within(300ms));
    end.take_bytes(kBytesOnSocket);
    end.reply(message(1, {}));
    EXPECT_EQ(0, asking.result());
}

TEST_F(RingSending, does_not_wait_for_another_threads_request)
{
    Background<int> asking = ask();
    EXPECT_TRUE(end.request());
    Background sending([this] { return send_small(connection); });
    EXPECT_EQ(0, sending.result());
    EXPECT_TRUE(end.request());
    end.reply(message(1, {}));
    EXPECT_EQ(0, asking.result());
}

TEST_F(RingSending, of_more_than_the_ring_has_room_for_is_refused_without_a_notification_byte)
{
    Bytes large(400000, 'x');
    const iovec tail{large.data(), large.size()};
    const auto send_large = [&] {
        Outgoing<Small> head(kOneWay, large.size());
        return connection.requests().send({head.part(), {&tail, 1}, 0, large.size()}, kOrdinary);
    };
    EXPECT_EQ(0, send_large());
    EXPECT_EQ(0, send_large());
    EXPECT_EQ(-EAGAIN, send_large());
    EXPECT_EQ(2, end.unread_bytes());
    EXPECT_EQ(large.size() + sizeof(Small), end.request()->size());
    EXPECT_EQ(0, send_large());
}

TEST_F(RingSending, of_more_than_the_negotiated_size_is_refused)
{
    Bytes large(HandshakeReply::kMessageSize, 'x');
    for (const std::size_t length : {large.size() - sizeof(Small) + 1, large.size()}) {
        const iovec tail{large.data(), length};
        Outgoing<Small> head(kOneWay, length);
        EXPECT_EQ(-EMSGSIZE, connection.requests().send({head.part(), {&tail, 1}, 0, length}, kOrdinary));
    }
    EXPECT_EQ(0, end.unread_bytes());
}

// A level of flow control, and whether a message with each of the two thresholds may be sent.
struct Row {
    std::int32_t level;
    bool ordinary;
    bool multicast;
};

void PrintTo(const Row& row, std::ostream* out)
{
    *out << "level " << row.level;
}

template <class Base> class FlowControl : public Base, public ::testing::WithParamInterface<Row> {
protected:
    void expect_row()
    {
        const Row& row = this->GetParam();
        this->end.flow_control(row.level);
        EXPECT_EQ(row.ordinary ? 0 : -EAGAIN, send_small(this->connection, kOrdinary));
        EXPECT_EQ(row.multicast ? 0 : -EAGAIN, send_small(this->connection, kMulticast));
        EXPECT_EQ(row.ordinary ? 0 : -EAGAIN, send_small(this->connection, kOrdinary));
        EXPECT_EQ(2 * row.ordinary + row.multicast, this->end.unread_bytes());
        this->end.flow_control(0);
        EXPECT_EQ(0, send_small(this->connection, kMulticast));
    }
};

using RingFlowControl = FlowControl<RingSending>;

TEST_P(RingFlowControl, blocks_messages_according_to_level_and_threshold)
{
    expect_row();
}

constexpr Row kLevels[] = {{0, true, true}, {1, false, false}, {2, true, false}};
// No daemon sets these levels. They count as the highest one.
constexpr Row kImpossibleLevels[] = {{3, true, false}, {77, true, false}, {-1, true, false}};
INSTANTIATE_TEST_SUITE_P(Level, RingFlowControl, ::testing::ValuesIn(kLevels));
INSTANTIATE_TEST_SUITE_P(ImpossibleLevel, RingFlowControl, ::testing::ValuesIn(kImpossibleLevels));

class LibqbSending : public Sending {
protected:
    LibqbSending() : Sending("libqb") {}
};

using LibqbFlowControl = FlowControl<LibqbSending>;

TEST_P(LibqbFlowControl, blocks_messages_according_to_level_and_threshold)
{
    expect_row();
}

INSTANTIATE_TEST_SUITE_P(Level, LibqbFlowControl, ::testing::ValuesIn(kLevels));

TEST_F(RingCmapTest, flow_control_makes_calls_return_try_again)
{
    end.flow_control(1);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, get());
    end.flow_control(2);
    EXPECT_EQ(CS_OK, served(end, [this] { return cmap_set_uint8(handle, "some.key", 1); }));
}

} // namespace
