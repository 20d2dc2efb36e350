// The three shared-memory rings held directly, through libqb's public ring calls.
#pragma once

#include "core/handshake.hpp"
#include "core/transport.hpp"

#include <sys/types.h>

struct qb_ringbuffer_s;

namespace corosync {

class RingTransport {
public:
    // Attaches to the rings that were offered over the connected socket, and takes the socket over on success.
    // 0, a negative errno, or kUnlike if they look different from what they should.
    int attach(int socket, uid_t server, const Offer& offer);

    [[nodiscard]] int descriptor() const { return socket_; }
    unsigned poll_set(pollfd (&set)[2]) const;

    int send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up);
    int reply(View& view, int timeout_ms);
    void drop_reply();
    int peek(const Taking& taking, Event& event);
    int accept(const Taking& taking);
    static bool hand_over(Buffer&) { return false; }
    void reclaim();
    void settle();

    bool gone();
    void note_gone() { gone_.store(true, std::memory_order_relaxed); }
    void wake();
    void abandon();
    void forget();
    void close();

private:
    using Rb = qb_ringbuffer_s;

    int send_byte(const std::atomic<bool>* give_up);
    int find_chunk(const Taking& taking);
    int take_bytes(int count);
    [[nodiscard]] int unread_bytes() const;
    bool gone(bool& readable);
    int broken();
    void close_rings();

    int socket_ = -1;
    RingFiles files_;
    std::size_t message_size_ = 0;
    std::size_t ring_size_ = 0; // of the data file: the bounds of any chunk's length
    Rb* request_ = nullptr;
    Rb* response_ = nullptr;
    Rb* event_ = nullptr;

    std::atomic<bool> gone_{false};   // the daemon closed its end; what the event ring holds is still good
    std::atomic<bool> broken_{false}; // nothing that the rings say can be believed any more
    bool reply_stuck_ = false;        // the last wait ended with a reply in the ring that cannot be taken

    // The chunk that was peeked and not yet reclaimed (accepted or not), and the account of notification bytes:
    //   owed_    delivered events whose byte still lies on the socket
    //   credit_  bytes behind those, known to be there: as many events may be delivered without asking again
    std::byte* chunk_ = nullptr;
    std::size_t chunk_size_ = 0;
    int owed_ = 0;
    int credit_ = 0;
};

} // namespace corosync
