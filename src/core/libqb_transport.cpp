#include "core/libqb_transport.hpp"

#include "core/handshake.hpp"

#include <qb/qbipcc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace corosync {
namespace {

constexpr std::size_t kKeepUpTo = 64 * 1024; // the buffer is large, but only what was written to costs memory
constexpr std::size_t kMostParts = 64;       // more are gathered first: the kernel and libqb have limits of their own

bool nothing_yet(ssize_t rc)
{
    return rc == 0 || rc == -EAGAIN || rc == -ETIMEDOUT || rc == -ENOMSG || rc == -EINTR;
}

// Running out of descriptors on its way, libqb closes descriptor 0 of the program. So there must be as many as it
// needs at the most.
int check_descriptors()
{
    int spare[3];
    int count = 0;
    int rc = 0;
    while (count < 3 && rc == 0) {
        spare[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (spare[count] >= 0)
            ++count;
        else
            rc = -errno;
    }
    while (count > 0)
        close(spare[--count]);
    return rc;
}

// Ends a connection whose peer is not trusted. libqb must not get to see a reply, whose files it would open: after the
// shutdown none can arrive, and what has arrived is thrown away.
void refuse(qb_ipcc_connection* connection, int socket)
{
    shutdown(socket, SHUT_RDWR);
    char discarded[256];
    while (recv(socket, discarded, sizeof discarded, MSG_DONTWAIT) > 0) {
    }
    if (qb_ipcc_connect_continue(connection) == 0)
        qb_ipcc_disconnect(connection);
}

} // namespace

int LibqbTransport::connect(const char* service, const Settings& settings)
{
    if (const int rc = check_descriptors(); rc != 0)
        return rc;
    if (const int rc = reach(service, settings); rc != 0)
        return rc;
    if (qb_ipcc_fd_get(connection_, &event_socket_) != 0)
        event_socket_ = -1;
    const int size = qb_ipcc_get_buffer_size(connection_);
    room_ = RingFiles::data_size(size > 0 ? static_cast<std::size_t>(size) : kMessageSize);
    return 0;
}

int LibqbTransport::reach(const char* service, const Settings& settings)
{
    errno = 0;
    connection_ = qb_ipcc_connect_async(service, kMessageSize, &setup_socket_);
    if (connection_ == nullptr)
        return errno != 0 ? -errno : -ENOTCONN;
    Server server;
    if (!socket_peer(setup_socket_, server) || !settings.accepts_peer(server.uid)) {
        refuse(connection_, setup_socket_);
        connection_ = nullptr;
        return -EACCES;
    }
    // Waited for here, where a signal does not end it.
    pollfd entry{setup_socket_, POLLIN, 0};
    while (poll(&entry, 1, -1) < 0 && (errno == EINTR || errno == EAGAIN)) {
    }
    const int rc = qb_ipcc_connect_continue(connection_); // frees the connection if it fails
    if (rc != 0)
        connection_ = nullptr;
    return rc;
}

unsigned LibqbTransport::poll_set(pollfd (&set)[2]) const
{
    set[0] = {event_socket_, POLLIN, 0};
    set[1] = {setup_socket_, POLLIN, 0};
    return setup_socket_ != event_socket_ ? 2 : 1;
}

int LibqbTransport::send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up)
{
    if (broken_.load(std::memory_order_relaxed))
        return -EPROTO;
    // With no room for the notification byte libqb would burn the CPU until the daemon wakes up.
    for (;;) {
        pollfd entry{setup_socket_, POLLOUT, 0};
        if (poll(&entry, 1, kSliceMs) > 0) {
            if (hung_up(entry.revents))
                return -ENOTCONN;
            break;
        }
        if ((give_up != nullptr && give_up->load(std::memory_order_acquire)))
            return -ENOTCONN;
    }
    if (threshold != threshold_) {
        qb_ipcc_fc_enable_max_set(connection_, threshold);
        threshold_ = threshold;
    }
    if (message.body.size() >= kMostParts)
        return send_whole(message);
    iovec parts[kMostParts];
    std::size_t count = 0;
    message.for_each([&](const std::byte* data, std::size_t some) {
        parts[count++] = {const_cast<std::byte*>(data), some};
    });
    const ssize_t sent = qb_ipcc_sendv(connection_, parts, count);
    return sent >= 0 ? 0 : failure(sent);
}

int LibqbTransport::send_whole(const Message& message)
{
    Buffer whole;
    if (!whole.reserve(message.size()))
        return -ENOMEM;
    message.copy_to(whole.data());
    const ssize_t sent = qb_ipcc_send(connection_, whole.data(), message.size());
    return sent >= 0 ? 0 : failure(sent);
}

int LibqbTransport::reply(View& view, int timeout_ms)
{
    if (!replies_.reserve(room_))
        return -ENOMEM;
    const ssize_t size = qb_ipcc_recv(connection_, replies_.data(), room_, timeout_ms);
    if (nothing_yet(size))
        return 0;
    if (size < 0)
        return failure(size);
    view = {replies_.data(), static_cast<std::size_t>(size)};
    return 1;
}

void LibqbTransport::drop_reply() {}

int LibqbTransport::peek(const Taking&, Event& event)
{
    if (pending_ == 0) {
        if (const int rc = receive_event(); rc <= 0)
            return rc;
    }
    event = {events_.data(), pending_, false};
    return 1;
}

// An event that libqb has given is announced no more, so it must not be left for another dispatch to find.
bool LibqbTransport::hand_over(Buffer& buffer)
{
    const std::size_t capacity = events_.capacity();
    buffer.adopt(events_.yield(), capacity);
    return true;
}

void LibqbTransport::reclaim()
{
    if (pending_ > kKeepUpTo)
        events_.release();
    pending_ = 0;
}

int LibqbTransport::receive_event()
{
    if (broken_.load(std::memory_order_relaxed))
        return -EPROTO;
    if (!events_.reserve(room_))
        return -ENOMEM;
    ssize_t size = qb_ipcc_event_recv(connection_, events_.data(), room_, 0);
    if (nothing_yet(size))
        return 0;
    // libqb looks at the hang-up first. Datagrams that came before it are still there for the taking.
    if (size < 0 && setup_socket_ != event_socket_ && gone())
        size = recv(event_socket_, events_.data(), room_, MSG_DONTWAIT);
    if (size <= 0)
        return size == 0 || gone() ? -ENOTCONN : failure(size);
    pending_ = static_cast<std::size_t>(size);
    return 1;
}

// What the program is told for an error of libqb's: its own closing of the descriptor, or a message that does not fit
// anywhere, are no reasons to try again.
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
        broken_.store(true, std::memory_order_relaxed);
        shutdown(setup_socket_, SHUT_RDWR);
        return -EPROTO;
    default:
        return static_cast<int>(rc);
    }
}

bool LibqbTransport::gone()
{
    pollfd entry{setup_socket_, POLLIN, 0};
    return poll(&entry, 1, 0) > 0 && hung_up(entry.revents);
}

void LibqbTransport::wake()
{
    // Not the setup socket where it is another one: libqb would take that for the daemon's hang-up, also in a request.
    shutdown(event_socket_, SHUT_RD);
}

void LibqbTransport::abandon()
{
    lead_nowhere(event_socket_);
    if (setup_socket_ != event_socket_)
        lead_nowhere(setup_socket_);
}

void LibqbTransport::forget()
{
    // The libqb object cannot be let go of without disturbing the parent, so it stays.
    ::close(event_socket_);
    if (setup_socket_ != event_socket_)
        ::close(setup_socket_);
}

void LibqbTransport::close()
{
    if (connection_ != nullptr)
        qb_ipcc_disconnect(connection_);
    connection_ = nullptr;
}

} // namespace corosync
