// SPDX-License-Identifier: BSD-3-Clause
// The fall-back: uses libqb's own client for the socket transport, for file-system sockets, and if the handshake reply
// was not recognized. It is slower and gives the same results.
//
// Two things differ because of libqb. With shared memory, events that are still in the ring when the daemon dies are
// lost. And if the dead daemon is still a zombie, closing the connection may take 40 ms.
#pragma once

#include "core/annotations.hpp"
#include "core/connect_deadline.hpp"
#include "core/handshake.hpp"
#include "core/settings.hpp"
#include "core/transport.hpp"

struct qb_ipcc_connection;

namespace corosync {

class LibqbTransport {
public:
    int connect(const char* service, const Settings& settings, const ConnectDeadline& deadline);

    [[nodiscard]] int descriptor() const { return event_socket_; }
    [[nodiscard]] int hangup_descriptor() const { return setup_socket_; }
    unsigned poll_set(pollfd (&set)[kMaxPollFds]);

    int send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up);
    int reply(View& view, int timeout_ms);
    void drop_reply() {}
    static int check_reply_ring() { return 0; }

    static constexpr bool kBytesStayUnread = false;
    int peek_event(Event& event);
    static int queued() { return 0; }
    static int unread_bytes() { return 0; }
    static int read_bytes(int count) { return count; }
    static bool reserve_buffer(Buffer&, std::size_t) { return true; }
    // libqb has already read the event's byte, so the event must not stay for another dispatch. It is already in a
    // buffer, so swap the buffers.
    void move_event(Buffer& buffer) { buffer.swap(events_); }
    void reclaim_event() { pending_ = 0; }
    static bool daemon_sleeps() { return false; } // libqb's client does not tell
    static bool can_send_now() { return false; }

    static std::byte* lend_event(std::byte*, std::size_t) { return nullptr; }
    static bool call_in_event() { return false; }
    static void end_called_in() {}

    static bool known_disconnected() { return false; } // libqb checks the connection itself
    static void mark_disconnected() {}
    static int late_events() { return 0; } // libqb's client does not tell
    [[nodiscard]] pid_t server() const { return server_.pid; }
    bool disconnected();
    int poll_now() { return disconnected() ? POLLHUP : 0; }
    COROSYNC_COLD int fail(const char* damaged);

    void wake();
    void disconnect_in_child();
    void release_in_child();
    void close();

private:
    int open_connection(const char* service, const Settings& settings, const ConnectDeadline& deadline);
    int send_failure(ssize_t rc);
    int failure(ssize_t rc);
    int send_whole(const Message& message);
    [[nodiscard]] bool setup_socket_is_ours() const;
    [[nodiscard]] bool sockets_are_ours() const;

    qb_ipcc_connection* connection_ = nullptr;
    Server server_;
    int setup_socket_ = -1; // shows the daemon's death
    int event_socket_ = -1; // the same with shared memory, otherwise a datagram socket
    FileIdentity setup_file_;
    FileIdentity event_file_;
    std::size_t max_message_ = 0; // the largest message that can arrive
    unsigned threshold_ = kOrdinary;
    std::atomic<bool> replaced_{false}; // in a child: disconnect_in_child() was called
    std::atomic<bool> broken_{false};
    Buffer replies_;
    Buffer events_;
    std::size_t pending_ = 0; // size of the event that was received and not yet reclaimed
};
static_assert(MessageTransport<LibqbTransport>);

} // namespace corosync
