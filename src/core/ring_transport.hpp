// SPDX-License-Identifier: BSD-3-Clause
// Uses the three shared-memory rings directly, through libqb's public ring functions.
#pragma once

#include "core/annotations.hpp"
#include "core/handshake.hpp"
#include "core/ring_alias.hpp"
#include "core/transport.hpp"

#include <sys/types.h>

struct qb_ringbuffer_s;

namespace corosync {

class RingTransport {
public:
    // Attaches to the offered rings and, on success, takes ownership of the connected socket. 0, a negative errno, or
    // kUnrecognized if the rings are not as expected.
    int attach(int socket, uid_t server, const Offer& offer);

    [[nodiscard]] int descriptor() const { return socket_; }
    [[nodiscard]] int hangup_descriptor() const { return socket_; }
    unsigned poll_set(pollfd (&set)[kMaxPollFds]);

    int send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up);
    [[nodiscard]] bool can_send_now() const;
    int reply(View& view, int timeout_ms);
    void drop_reply();
    int check_reply_ring();

    static constexpr bool kBytesStayUnread = true;
    int peek_event(Event& event);
    int queued();
    int unread_bytes();
    int read_bytes(int count);
    static bool reserve_buffer(Buffer& buffer, std::size_t size) { return buffer.reserve(size); }
    void move_event(Buffer& buffer) const { std::memcpy(buffer.data(), chunk_, chunk_size_); }
    void reclaim_event();
    bool daemon_sleeps();

    std::byte* lend_event(std::byte* data, std::size_t size);
    bool call_in_event();
    void end_called_in() { alias_.unmap(); }

    [[nodiscard]] bool known_disconnected() const { return disconnected_.load(std::memory_order_relaxed); }
    COROSYNC_COLD void mark_disconnected();
    [[nodiscard]] int late_events() const { return late_events_.load(std::memory_order_relaxed); }
    int poll_now();
    bool disconnected() { return hung_up(static_cast<short>(poll_now())); }
    COROSYNC_COLD int fail(const char* damaged);

    void wake();
    void disconnect_in_child();
    void release_in_child();
    void close();

private:
    using Rb = qb_ringbuffer_s;

    int open_rings(int socket, const Offer& offer);
    [[nodiscard]] bool rings_as_expected();
    void close_rings();
    int send_byte(const std::atomic<bool>* give_up);
    COROSYNC_COLD void hang_up();
    bool descriptor_is_ours();
    [[nodiscard]] bool both_sides_attached() const;

    int socket_ = -1;
    FileIdentity file_; // the socket's open file
    RingFiles files_;
    std::size_t message_size_ = 0;
    std::size_t ring_size_ = 0; // of the data file; no chunk can be longer
    Rb* request_ = nullptr;
    Rb* response_ = nullptr;
    Rb* event_ = nullptr;

    std::atomic<int> late_events_{0};
    std::atomic<bool> disconnected_{false};      // the daemon hung up; events in the ring are still valid
    std::atomic<bool> descriptor_closed_{false}; // the program closed the descriptor
    std::atomic<bool> replaced_{false};          // in a child: disconnect_in_child() was called
    std::atomic<bool> broken_{false};            // the daemon broke the protocol
    bool reply_stuck_ = false;                   // the last check found a reply that cannot be read

    std::byte* chunk_ = nullptr; // the oldest event, from peek_event() to reclaim_event()
    std::size_t chunk_size_ = 0;
    bool was_full_ = false; // and not yet half empty again

    std::byte* event_base_ = nullptr; // libqb's mapping of the event ring; known from the first event on
    enum class Lending { untried, possible, impossible } lending_ = Lending::untried;
    RingAlias alias_;
};
static_assert(MessageTransport<RingTransport>);

} // namespace corosync
