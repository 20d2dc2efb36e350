// SPDX-License-Identifier: BSD-3-Clause
#include "core/handshake.hpp"

#include "core/reasons.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace corosync {
namespace {

constexpr std::int32_t kAuthenticate = -1;
constexpr std::int32_t kSharedMemory = 1;
constexpr int kWholeReplyMs = 2000; // the daemon sends a reply at once; this limit suits a machine that swaps
constexpr std::size_t kNameField = 4096;

//   0         8         16        24
//   +---------+---------+---------+
//   | id      | size    | wanted  |
//   +---------+---------+---------+
struct HandshakeRequest {
    RequestHeader header;
    alignas(8) std::uint32_t message_size;
};
static_assert(offsetof(HandshakeRequest, message_size) == 16);
static_assert(sizeof(HandshakeRequest) == 24);

//   0         8         16        24        28        32        40 (32-bit: 36)
//   +---------+---------+---------+---------+---------+---------+------
//   | id      | size    | error   | type    | granted | opaque  | names: request, response, event
//   +---------+---------+---------+---------+---------+---------+------
struct HandshakeReply {
    ReplyHeader header;
    std::int32_t transport;
    std::uint32_t message_size;
};
static_assert(offsetof(HandshakeReply, transport) == 24);
static_assert(offsetof(HandshakeReply, message_size) == 28);
static_assert(sizeof(HandshakeReply) == 32);

constexpr std::size_t kNames = sizeof(HandshakeReply) + sizeof(void*);
static_assert((kNames + 3 * kNameField + 7) / 8 * 8 == kHandshakeReplySize);

int wait_readable(int socket, const ConnectDeadline& deadline, int max_ms)
{
    pollfd entry{socket, POLLIN, 0};
    const int ready = deadline.wait(entry, max_ms);
    return ready > 0 ? 0 : ready < 0 ? ready : -ETIMEDOUT;
}

bool credentials_of(msghdr& message, Server& server)
{
    // The kernel puts them first, and the buffer has no room for anything else.
    const cmsghdr* part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS ||
        part->cmsg_len < CMSG_LEN(sizeof(ucred)))
        return false;
    ucred peer{};
    std::memcpy(&peer, CMSG_DATA(part), sizeof peer);
    server = {peer.pid, peer.uid};
    return true;
}

// Receives at most `size` bytes. It never asks for more, because notification bytes may follow the reply directly.
ssize_t receive_some(int socket, std::byte* to, std::size_t size, Server& server, bool& have_credentials)
{
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
    iovec part{to, size};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0)
        return -errno;
    if (got > 0 && !have_credentials)
        have_credentials = credentials_of(message, server);
    return got;
}

int unknown_reply()
{
    explain(reasons::unknown_reply);
    return kUnrecognized;
}

int send_request(int socket, const Settings& settings)
{
    Outgoing<HandshakeRequest> request(kAuthenticate);
    request->message_size = settings.message_size;
    const iovec part = request.part();
    for (std::size_t sent = 0; sent < part.iov_len;) {
        const ssize_t some =
            send(socket, static_cast<const std::byte*>(part.iov_base) + sent, part.iov_len - sent, MSG_NOSIGNAL);
        if (some > 0)
            sent += static_cast<std::size_t>(some);
        else if (some == 0 || errno == EPIPE || errno == ECONNRESET) {
            explain(reasons::hung_up_early);
            return -ENOTCONN;
        } else if (errno != EINTR)
            return -errno;
    }
    return 0;
}

int receive_reply(int socket, const Settings& settings, const ConnectDeadline& deadline, std::byte* reply,
                  const char* service, Server& server, Offer& offer)
{
    std::size_t have = 0;
    bool have_credentials = false;
    std::int64_t end = 0; // when the last byte must have arrived; set when the first one arrives
    while (have < kHandshakeReplySize) {
        const std::int64_t left = end - now_ms();
        if (const int rc = wait_readable(socket, deadline,
                                         have == 0  ? -1
                                         : left > 0 ? static_cast<int>(left)
                                                    : 0);
            rc != 0) {
            if (rc == -ETIMEDOUT)
                explain(reasons::reply_ends, kWholeReplyMs);
            return rc;
        }
        const std::size_t goal = have < sizeof(ReplyHeader) ? sizeof(ReplyHeader) : kHandshakeReplySize;
        const ssize_t got = receive_some(socket, reply + have, goal - have, server, have_credentials);
        if (got == -EAGAIN || got == -EINTR)
            continue;
        if (got == 0 || got == -ECONNRESET) {
            explain(reasons::hung_up_early);
            return -ENOTCONN;
        }
        if (got < 0)
            return static_cast<int>(got);
        // The first bytes must carry trusted credentials. Otherwise the connection fails, without a fall-back to
        // libqb's client.
        if (!have_credentials || !settings.trusts_peer(server.uid)) {
            explain(reasons::untrusted_peer, server.pid, server.uid);
            return -EACCES;
        }
        if (have == 0)
            end = now_ms() + kWholeReplyMs;
        have += static_cast<std::size_t>(got);
        // A reply of an unknown format may be shorter. Check the header first, so that we do not wait for bytes that
        // never come.
        if (have == sizeof(ReplyHeader))
            if (const int rc = decode_handshake({reply, have}, service, offer); rc != 0)
                return rc;
    }
    return decode_handshake({reply, have}, service, offer);
}

} // namespace

int decode_handshake(const View& reply, const char* service, Offer& offer)
{
    ReplyHeader header;
    if (!reply.read(header) || header.id != kAuthenticate || header.size != kHandshakeReplySize || header.error > 0)
        return unknown_reply();
    if (header.error < 0)
        return explain_refusal(header.error);
    HandshakeReply granted;
    if (reply.size() < kHandshakeReplySize || !reply.read(granted))
        return 0;
    if (granted.transport != kSharedMemory) {
        explain(reasons::no_rings);
        return kNoSharedMemory;
    }
    if (granted.message_size < kMessageSize || granted.message_size > kMaxMessageSize)
        return unknown_reply();
    offer.message_size = granted.message_size;
    const View names[3] = {{reply.bytes(kNames, kNameField), kNameField},
                           {reply.bytes(kNames + kNameField, kNameField), kNameField},
                           {reply.bytes(kNames + 2 * kNameField, kNameField), kNameField}};
    return offer.files.parse(service, names) ? 0 : unknown_reply();
}

int connect_abstract(const char* service)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(service);
    if (length + 2 > sizeof address.sun_path)
        return -EINVAL;
    std::memcpy(address.sun_path + 1, service, length);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    // The kernel compares abstract names over the full address length. libqb uses the size of the whole structure.
    while (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno == EINTR)
            continue;
        const int error = errno;
        if (error == EAGAIN)
            explain(reasons::queue_full);
        close(fd);
        return -error;
    }
    return fd;
}

bool socket_peer(int socket, Server& server)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
        return false;
    server = {peer.pid, peer.uid};
    return true;
}

int perform_handshake(int socket, const char* service, const Settings& settings, const ConnectDeadline& deadline,
                      Server& server, Offer& offer)
{
    // The kernel attaches credentials when a segment is sent. So the option is on from before the request until the
    // whole reply has arrived. Then it is turned off again: with it, the kernel cannot merge notification bytes.
    const int on = 1;
    const int off = 0;
    if (setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
        return -errno;
    if (const int rc = send_request(socket, settings); rc != 0)
        return rc;
    auto* reply = static_cast<std::byte*>(malloc(kHandshakeReplySize));
    if (reply == nullptr)
        return -ENOMEM;
    int rc = receive_reply(socket, settings, deadline, reply, service, server, offer);
    free(reply);
    if (rc == 0 && setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &off, sizeof off) != 0)
        rc = -errno;
    return rc;
}

} // namespace corosync
