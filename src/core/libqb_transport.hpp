// SPDX-License-Identifier: BSD-3-Clause
// The fall-back: libqb's own client, for the socket transport, file-system sockets and whatever the handshake did not
// recognise. Slower, with the same results.
//
// Two things differ because libqb decides them: over its shared memory, events that are still queued when the daemon
// dies are lost, and closing the connection of a daemon that is dead but not yet reaped may take 40 ms.
#pragma once

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
    // An event that libqb has given is announced no more, so it must not be left for another dispatch to find. And it
    // lies in a buffer already.
    void move_event(Buffer& buffer) { buffer.swap(events_); }
    void reclaim_event() { pending_ = 0; }

    static std::byte* lend_event(std::byte*, std::size_t) { return nullptr; }
    static bool call_in_event() { return false; }
    static void end_called_in() {}

    static bool known_disconnected() { return false; } // libqb knows, and looks itself
    static void mark_disconnected() {}
    bool disconnected();
    int poll_now() { return disconnected() ? POLLHUP : 0; }
    int fail();

    void wake();
    void disconnect_in_child();
    void release_in_child();
    void close();

private:
    int open_connection(const char* service, const Settings& settings, const ConnectDeadline& deadline);
    int failure(ssize_t rc);
    int send_whole(const Message& message);
    [[nodiscard]] bool setup_socket_is_ours() const;
    [[nodiscard]] bool sockets_are_ours() const;

    qb_ipcc_connection* connection_ = nullptr;
    Server server_;
    int setup_socket_ = -1; // where the daemon's death shows
    int event_socket_ = -1; // the same with shared memory, a datagram socket otherwise
    FileIdentity setup_file_;
    FileIdentity event_file_;
    std::size_t max_message_ = 0; // for the largest message that can come
    unsigned threshold_ = kOrdinary;
    std::atomic<bool> replaced_{false}; // in a child: the numbers mean nothing any more
    std::atomic<bool> broken_{false};
    Buffer replies_;
    Buffer events_;
    std::size_t pending_ = 0; // size of the event that was received and not yet reclaimed
};
static_assert(MessageTransport<LibqbTransport>);

} // namespace corosync
