// The fall-back: libqb's own client, for the socket transport, file-system sockets and whatever the handshake did not
// recognise. Slower, with the same results.
//
// Two things differ because libqb decides them: over its shared memory, events that are still queued when the daemon
// dies are lost, and closing the connection of a daemon that is dead but not yet reaped may take 40 ms.
#pragma once

#include "core/settings.hpp"
#include "core/transport.hpp"

struct qb_ipcc_connection;

namespace corosync {

class LibqbTransport {
public:
    int connect(const char* service, const Settings& settings);

    [[nodiscard]] int descriptor() const { return event_socket_; }
    unsigned poll_set(pollfd (&set)[2]) const;

    int send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up);
    int reply(View& view, int timeout_ms);
    void drop_reply();
    int peek(const Taking& taking, Event& event);
    static int accept(const Taking&) { return 1; } // libqb took its notification byte with it
    bool hand_over(Buffer& buffer);
    void reclaim();
    void settle() {}

    bool gone();
    void note_gone() {}
    void wake();
    void abandon();
    void forget();
    void close();

private:
    int reach(const char* service, const Settings& settings);
    int failure(ssize_t rc);
    int send_whole(const Message& message);
    int receive_event();

    qb_ipcc_connection* connection_ = nullptr;
    int setup_socket_ = -1; // where the daemon's death shows
    int event_socket_ = -1; // the same with shared memory, a datagram socket otherwise
    std::size_t room_ = 0;  // for the largest message that can come
    unsigned threshold_ = kOrdinary;
    std::atomic<bool> broken_{false};
    Buffer replies_;
    Buffer events_;
    std::size_t pending_ = 0; // size of the event that was received and not yet reclaimed
};

} // namespace corosync
