// SPDX-License-Identifier: BSD-3-Clause
#include "core/libqb_transport.hpp"

#include "core/libqb_descriptors.hpp"
#include "core/process.hpp"
#include "core/reasons.hpp"

#include <linux/sockios.h>
#include <qb/qbipcc.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace corosync {
namespace {

// with more parts, the message is first copied into one buffer: the kernel and libqb limit the number
constexpr std::size_t kMaxParts = 64;

bool nothing_yet(ssize_t rc)
{
    return rc == 0 || rc == -EAGAIN || rc == -ETIMEDOUT || rc == -ENOMSG || rc == -EINTR;
}

// Whether one more byte can be sent. poll() says no as soon as a quarter of the socket's room is used.
bool has_room(int socket)
{
    int used = 0;
    int room = 0;
    socklen_t size = sizeof room;
    return ioctl(socket, SIOCOUTQ, &used) == 0 && getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &room, &size) == 0 &&
           used < room;
}

// Ends a connection before its handshake completes. libqb must not see a reply, because it would open the files that
// the reply names. After the shutdown no reply can arrive, and we discard what has arrived.
void cancel_connect(qb_ipcc_connection* connection, int socket)
{
    shutdown(socket, SHUT_RDWR);
    char discarded[256];
    while (recv(socket, discarded, sizeof discarded, MSG_DONTWAIT) > 0) {
    }
    if (qb_ipcc_connect_continue(connection) == 0)
        qb_ipcc_disconnect(connection);
}

} // namespace

int LibqbTransport::connect(const char* service, const Settings& settings, const ConnectDeadline& deadline)
{
    if (const int rc = check_descriptors(kConnectDescriptors); rc != 0)
        return rc;
    const ProgramDescriptors programs;
    if (const int rc = open_connection(service, settings, deadline); rc != 0) {
        programs.restore(server_.pid);
        return rc;
    }
    qb_ipcc_fd_get(connection_, &event_socket_);
    setup_file_ = FileIdentity(setup_socket_);
    event_file_ = FileIdentity(event_socket_);
    const int size = qb_ipcc_get_buffer_size(connection_);
    max_message_ = RingFiles::data_size(size > 0 ? static_cast<std::size_t>(size) : kMessageSize);
    return 0;
}

int LibqbTransport::open_connection(const char* service, const Settings& settings, const ConnectDeadline& deadline)
{
    errno = 0;
    connection_ = qb_ipcc_connect_async(service, settings.message_size, &setup_socket_);
    if (connection_ == nullptr) {
        if (errno == EAGAIN)
            explain(reasons::queue_full);
        return errno != 0 ? -errno : -ENOTCONN;
    }
    int rc = 0;
    if (!socket_peer(setup_socket_, server_) || !settings.trusts_peer(server_.uid)) {
        explain(reasons::untrusted_peer, server_.pid, server_.uid);
        rc = -EACCES;
    } else {
        // Wait here and not in libqb, where every signal ends the wait.
        pollfd entry{setup_socket_, POLLIN, 0};
        rc = deadline.wait(entry, -1);
    }
    if (rc < 0) {
        cancel_connect(connection_, setup_socket_);
        connection_ = nullptr;
        return rc;
    }
    rc = qb_ipcc_connect_continue(connection_); // frees the connection if it fails
    if (rc != 0)
        connection_ = nullptr;
    if (rc == -EACCES || rc == -ENOSPC)
        return explain_refusal(rc);
    return rc > 0 ? -EPROTO : rc; // libqb returns the daemon's error unchecked, so it may be positive
}

unsigned LibqbTransport::poll_set(pollfd (&set)[kMaxPollFds])
{
    if (!sockets_are_ours())
        return 0;
    set[0] = {event_socket_, POLLIN, 0};
    set[1] = {setup_socket_, POLLIN, 0};
    return setup_socket_ != event_socket_ ? 2 : 1;
}

int LibqbTransport::send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up)
{
    if (broken_.load(std::memory_order_relaxed))
        return -EPROTO;
    if (!setup_socket_is_ours())
        return -ENOTCONN;
    // Without room for the notification byte, libqb would spin until the daemon wakes up.
    for (int wait_ms = 0;; wait_ms = kSliceMs) {
        pollfd entry{setup_socket_, POLLOUT, 0};
        const int ready = poll(&entry, 1, wait_ms);
        if (ready > 0 && hung_up(entry.revents))
            return -ENOTCONN;
        if (ready > 0 || (ready < 0 && errno != EINTR && errno != EAGAIN) || has_room(setup_socket_))
            break; // also if poll() does not work in this process
        if (give_up != nullptr && give_up->load(std::memory_order_acquire))
            return -ENOTCONN;
    }
    if (threshold != threshold_) {
        qb_ipcc_fc_enable_max_set(connection_, threshold);
        threshold_ = threshold;
    }
    if (message.body.size() >= kMaxParts)
        return send_whole(message);
    iovec parts[kMaxParts];
    std::size_t count = 0;
    message.for_each([&](const std::byte* data, std::size_t some) {
        parts[count++] = {const_cast<std::byte*>(data), some};
    });
    const ssize_t sent = qb_ipcc_sendv(connection_, parts, count);
    return sent >= 0 ? 0 : send_failure(sent);
}

int LibqbTransport::send_whole(const Message& message)
{
    Buffer whole;
    if (!whole.reserve(message.size()))
        return -ENOMEM;
    message.copy_to(whole.data());
    const ssize_t sent = qb_ipcc_send(connection_, whole.data(), message.size());
    return sent >= 0 ? 0 : send_failure(sent);
}

// The kernel needs memory in one piece for a large message over a socket. Nothing was sent then. With rings, the
// message is already in the ring, and only the byte that announces it was not sent.
int LibqbTransport::send_failure(ssize_t rc)
{
    if (rc != -ENOBUFS || setup_socket_ == event_socket_)
        return failure(rc);
    explain(reasons::no_kernel_memory);
    return -ENOBUFS;
}

int LibqbTransport::reply(View& view, int timeout_ms)
{
    if (!replies_.reserve(max_message_))
        return -ENOMEM;
    const ssize_t size = qb_ipcc_recv(connection_, replies_.data(), max_message_, timeout_ms);
    if (nothing_yet(size))
        return 0;
    if (size < 0)
        return failure(size);
    view = {replies_.data(), static_cast<std::size_t>(size)};
    return 1;
}

int LibqbTransport::peek_event(Event& event)
{
    if (pending_ == 0) {
        if (broken_.load(std::memory_order_relaxed))
            return -EPROTO;
        if (!sockets_are_ours())
            return -ENOTCONN;
        if (!events_.reserve(max_message_))
            return -ENOMEM;
        ssize_t size = qb_ipcc_event_recv(connection_, events_.data(), max_message_, 0);
        if (nothing_yet(size))
            return 0;
        // libqb checks for a hang-up first. Datagrams that arrived before it can still be read.
        if (size < 0 && setup_socket_ != event_socket_ && disconnected())
            size = recv(event_socket_, events_.data(), max_message_, MSG_DONTWAIT);
        if (size <= 0)
            return size == 0 || disconnected() ? -ENOTCONN : failure(size);
        pending_ = static_cast<std::size_t>(size);
    }
    event = {events_.data(), pending_};
    return 1;
}

// Maps libqb's errors. A closed descriptor, or a message that does not fit into the buffer, must not become
// CS_ERR_TRY_AGAIN or CS_ERR_BAD_HANDLE.
int LibqbTransport::failure(ssize_t rc)
{
    switch (-rc) {
    case EBADF:
    case EPIPE:
    case ECONNRESET:
    case ESHUTDOWN:
        return -ENOTCONN;
    case EBADMSG:
    case ENOBUFS:
        return fail("connection");
    default:
        return static_cast<int>(rc);
    }
}

int LibqbTransport::fail(const char* damaged)
{
    explain(reasons::damaged, damaged);
    broken_.store(true, std::memory_order_relaxed);
    if (sockets_are_ours())
        shutdown(setup_socket_, SHUT_RDWR);
    return -EPROTO;
}

bool LibqbTransport::setup_socket_is_ours() const
{
    return setup_file_.matches(setup_socket_);
}

bool LibqbTransport::sockets_are_ours() const
{
    return event_file_.matches(event_socket_) && (setup_socket_ == event_socket_ || setup_socket_is_ours());
}

bool LibqbTransport::disconnected()
{
    pollfd entry{setup_socket_, 0, 0}; // poll() then reports only the end of the connection
    return poll(&entry, 1, 0) > 0 || !setup_socket_is_ours();
}

void LibqbTransport::wake()
{
    // Not the setup socket, if that is another socket: libqb would take its shutdown for the daemon's hang-up, also in
    // a request.
    if (event_file_.matches(event_socket_))
        shutdown(event_socket_, SHUT_RD);
}

void LibqbTransport::disconnect_in_child()
{
    if (!sockets_are_ours())
        return;
    replaced_.store(true, std::memory_order_relaxed);
    replace_with_unconnected(event_socket_);
    if (setup_socket_ != event_socket_)
        replace_with_unconnected(setup_socket_);
}

// The libqb object stays: freeing it would disturb the parent, or close a file that has one of its numbers now.
void LibqbTransport::release_in_child()
{
    const bool replaced = replaced_.load(std::memory_order_relaxed);
    if (replaced || event_file_.matches(event_socket_))
        ::close(event_socket_);
    if (setup_socket_ != event_socket_ && (replaced || setup_file_.matches(setup_socket_)))
        ::close(setup_socket_);
}

void LibqbTransport::close()
{
    const bool daemon_disconnected = disconnected();
    {
        const DescriptorToClose event(event_socket_, event_file_);
        // Of one socket the first placeholder is enough: another one needs descriptors that may not be free.
        const DescriptorToClose setup(setup_socket_,
                                      setup_socket_ != event_socket_ ? setup_file_ : FileIdentity(setup_socket_));
        if (event && setup)
            qb_ipcc_disconnect(connection_);
        else
            release_in_child(); // no descriptor is free for a placeholder
    }
    // libqb removes the files of a dead and reaped daemon, but not their directory.
    if (daemon_disconnected && is_dead(server_.pid))
        RingFiles::remove_directories(server_.pid, getpid());
}

} // namespace corosync
