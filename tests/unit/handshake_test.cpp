// SPDX-License-Identifier: BSD-3-Clause
// How a daemon's reply to the handshake is decoded, and how a client connects to the daemon's socket.
#include "core/handshake.hpp"
#include "support/handshake_reply.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using corosync::kUnrecognized;
using corosync::Offer;
using test::HandshakeReply;
using test::kReplyHeader;

constexpr char kDirectory[] = "/dev/shm/qb-1-2-3-abcdef";
constexpr std::uint32_t kLargest = 64U << 20;

int decode(const HandshakeReply& reply, std::size_t length = sizeof(HandshakeReply))
{
    Offer offer;
    return corosync::decode_handshake({reply.data(), length}, "cmap", offer);
}

class Handshake : public ::testing::Test {
protected:
    HandshakeReply reply{kDirectory, "cmap"};
};

TEST_F(Handshake, gives_the_size_and_the_names)
{
    reply.message_size = kLargest;
    Offer offer;
    ASSERT_EQ(0, corosync::decode_handshake({reply.data(), sizeof reply}, "cmap", offer));
    EXPECT_EQ(kLargest, offer.message_size);
    EXPECT_STREQ("/dev/shm/qb-1-2-3-abcdef/qb-request-cmap", offer.files.path(corosync::Ring::request));
    EXPECT_STREQ("/dev/shm/qb-1-2-3-abcdef/qb-response-cmap", offer.files.path(corosync::Ring::response));
    EXPECT_STREQ("/dev/shm/qb-1-2-3-abcdef/qb-event-cmap", offer.files.path(corosync::Ring::event));
}

TEST_F(Handshake, accepts_a_good_header)
{
    EXPECT_EQ(0, decode(reply, kReplyHeader));
    EXPECT_EQ(0, decode(reply, sizeof reply - 1));
}

TEST_F(Handshake, needs_a_whole_header)
{
    EXPECT_EQ(kUnrecognized, decode(reply, kReplyHeader - 1));
    EXPECT_EQ(kUnrecognized, decode(reply, 0));
}

TEST_F(Handshake, refuses_another_id)
{
    for (const std::int32_t id : {0, 1, -2, INT32_MIN, INT32_MAX}) {
        reply.id = id;
        EXPECT_EQ(kUnrecognized, decode(reply, kReplyHeader)) << id;
    }
}

TEST_F(Handshake, refuses_another_size)
{
    for (const std::int32_t size : {0, -1, 24, 12327, 12329, INT32_MAX}) {
        reply.size = size;
        EXPECT_EQ(kUnrecognized, decode(reply, kReplyHeader)) << size;
    }
}

TEST_F(Handshake, refuses_a_positive_error)
{
    for (const std::int32_t error : {1, EACCES, INT32_MAX}) {
        reply.error = error;
        EXPECT_EQ(kUnrecognized, decode(reply, kReplyHeader)) << error;
    }
}

// Old daemons send garbage after the header.
TEST_F(Handshake, accepts_an_error_whatever_follows)
{
    for (const int error : {-EACCES, -EAGAIN, -EMFILE, -ENOSYS, -ENOSPC, -12345, INT_MIN}) {
        reply.error = error;
        reply.transport = 77;
        EXPECT_EQ(error, decode(reply, kReplyHeader)) << error;
        EXPECT_EQ(error, decode(reply)) << error;
    }
}

TEST_F(Handshake, accepts_shared_memory_only)
{
    for (const std::int32_t transport : {0, 2, 3, 4, -1, 257}) {
        reply.transport = transport;
        EXPECT_EQ(corosync::kNoSharedMemory, decode(reply)) << transport;
    }
}

TEST_F(Handshake, accepts_sizes_from_1_to_64_mib)
{
    for (const std::uint32_t size : {HandshakeReply::kMessageSize, HandshakeReply::kMessageSize + 1, kLargest}) {
        reply.message_size = size;
        EXPECT_EQ(0, decode(reply)) << size;
    }
    for (const std::uint32_t size : {0U, 12328U, HandshakeReply::kMessageSize - 1, kLargest + 1, UINT32_MAX}) {
        reply.message_size = size;
        EXPECT_EQ(kUnrecognized, decode(reply)) << size;
    }
}

TEST_F(Handshake, refuses_names_that_a_daemon_does_not_use)
{
    for (int ring = 0; ring < 3; ++ring) {
        HandshakeReply strange = reply;
        strange.name(ring, "/etc/passwd");
        EXPECT_EQ(kUnrecognized, decode(strange)) << ring;
    }
}

TEST_F(Handshake, refuses_a_name_that_is_shorter_than_the_services)
{
    HandshakeReply strange(kDirectory, "votequorum");
    Offer offer;
    EXPECT_EQ(0, corosync::decode_handshake({strange.data(), sizeof strange}, "votequorum", offer));
    strange.name(2, std::string(kDirectory) + "/qb-event-");
    EXPECT_EQ(kUnrecognized, corosync::decode_handshake({strange.data(), sizeof strange}, "votequorum", offer));
}

TEST_F(Handshake, ignores_the_servers_handle)
{
    reply.server_handle = this;
    EXPECT_EQ(0, decode(reply));
}

// A listening socket in the abstract namespace, with a unique name of `length` characters.
class Listener {
public:
    explicit Listener(std::size_t length) : name_("unit-" + std::to_string(::getpid()))
    {
        name_.resize(length, '-');
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name_.copy(address.sun_path + 1, sizeof address.sun_path - 1);
        EXPECT_EQ(0, ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address));
        EXPECT_EQ(0, ::listen(fd_, 1));
    }
    ~Listener() { ::close(fd_); }
    const char* name() const { return name_.c_str(); }

private:
    const int fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::string name_;
};

TEST(ConnectAbstract, reaches_a_name_of_up_to_106_characters)
{
    for (const std::size_t length : {std::size_t{20}, std::size_t{106}}) {
        const Listener listener(length);
        const int socket = corosync::connect_abstract(listener.name());
        EXPECT_LE(0, socket) << length;
        ::close(socket);
    }
}

TEST(ConnectAbstract, gives_a_socket_that_neither_blocks_nor_survives_exec)
{
    const Listener listener(30);
    const int socket = corosync::connect_abstract(listener.name());
    EXPECT_NE(0, ::fcntl(socket, F_GETFD) & FD_CLOEXEC);
    EXPECT_NE(0, ::fcntl(socket, F_GETFL) & O_NONBLOCK);
    ::close(socket);
}

TEST(ConnectAbstract, names_the_peer)
{
    const Listener listener(30);
    const int socket = corosync::connect_abstract(listener.name());
    corosync::Server server;
    ASSERT_TRUE(corosync::socket_peer(socket, server));
    EXPECT_EQ(::getpid(), server.pid);
    EXPECT_EQ(::geteuid(), server.uid);
    ::close(socket);
}

// Nobody may be taken for root then.
TEST(ConnectAbstract, names_no_peer_of_what_is_not_a_socket)
{
    const int file = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    corosync::Server server;
    EXPECT_FALSE(corosync::socket_peer(file, server));
    ::close(file);
}

TEST(ConnectAbstract, fails_where_nobody_listens)
{
    EXPECT_EQ(-ECONNREFUSED, corosync::connect_abstract("unit-nobody-listens-here"));
}

TEST(ConnectAbstract, fails_with_a_name_that_is_too_long)
{
    EXPECT_EQ(-EINVAL, corosync::connect_abstract(std::string(107, 'x').c_str()));
}

// The reply was sent before the client asked for credentials, so nobody knows who sent it.
TEST(ShakeHands, refuses_a_peer_without_credentials)
{
    std::array<int, 2> pair;
    ASSERT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    const HandshakeReply reply(kDirectory, "cmap");
    ASSERT_EQ(static_cast<ssize_t>(sizeof reply), ::write(pair[1], &reply, sizeof reply));
    corosync::Server server;
    Offer offer;
    EXPECT_EQ(-EACCES, corosync::perform_handshake(pair[0], "cmap", {}, corosync::ConnectDeadline(0), server, offer));
    ::close(pair[0]);
    ::close(pair[1]);
}

} // namespace
