// SPDX-License-Identifier: BSD-3-Clause
// The requests of a connection, with and without replies, from any number of threads.
//
//   exchange_  a request together with its reply, for the whole wait
//   sending_   one message together with its notification byte; a message that gets no reply needs only this lock, so a
//              multicast never waits behind a request that waits for its reply
#pragma once

#include "core/any_transport.hpp"
#include "core/connect_deadline.hpp"
#include "core/lifecycle.hpp"
#include "core/lock.hpp"
#include "core/spin.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace corosync {

// The format of a well-formed reply. A reply may also be a bare header that carries an error.
struct ReplyFormat {
    std::int32_t id = 0;
    std::size_t min_size = sizeof(ReplyHeader);
    std::size_t max_size = sizeof(ReplyHeader);

    template <class Message> static ReplyFormat of(std::int32_t id, std::size_t tail = 0)
    {
        return {id, sizeof(Message), sizeof(Message) + tail};
    }
};

class RequestChannel {
public:
    RequestChannel(AnyTransport& transport, Lifecycle& lifecycle) : transport_(transport), lifecycle_(lifecycle) {}
    RequestChannel(const RequestChannel&) = delete;
    RequestChannel& operator=(const RequestChannel&) = delete;

    // Called once, before the first request. `deadline` limits the waits until clear_deadline().
    void begin(unsigned spin_us, const ConnectDeadline& deadline) COROSYNC_NO_LOCK_ANALYSIS;
    void clear_deadline() { deadline_.reset(); }

    // Sends a message that gets no reply. -EAGAIN if flow control is on or the ring is full, -ENOBUFS if the kernel has
    // no memory for it now, -EBADF if the send fails because the handle is finalized.
    int send(const Message& message, unsigned threshold);

    // Sends a request for finalize. 0 whatever the reply says, or a negative errno. The error field of the reply, if
    // one comes, is written to `answer`, unless that is NULL. The request is not sent if it would have to wait for
    // another thread's request, or in a forked child.
    int last_request(const Message& request, std::int32_t* answer = nullptr);

    // Wakes the daemon with a request whose reply nobody waits for; the next request drops that. Never waits: it does
    // nothing if the daemon has not yet replied to the last one, or if another thread makes a request, which wakes the
    // daemon as well.
    void wake_daemon(const Message& request);

    // Called in the thread that is about to fork. Takes the reply to wake_daemon(), if it still has to come: afterwards
    // neither process could know whether the other one has taken it. (A daemon that is frozen then sends it too late.)
    // No request begins until after_fork(), which both processes call.
    void before_fork() COROSYNC_NO_LOCK_ANALYSIS;
    void after_fork() COROSYNC_NO_LOCK_ANALYSIS;

    // For a forked child: replaces the descriptor with an unconnected one, but never between a message and its
    // notification byte.
    void disconnect_in_child();

private:
    friend class Exchange;

    int post(const Message& message, unsigned threshold, const std::atomic<bool>* give_up) COROSYNC_EXCLUDES(sending_);
    void note_refusal() COROSYNC_REQUIRES(sending_);
    int exchange(const Message& request, unsigned threshold, View& reply) COROSYNC_REQUIRES(exchange_);
    int wait_reply(View& reply) COROSYNC_REQUIRES(exchange_);
    int wait_on_socket(int hangup_descriptor, int milliseconds) const;
    void drop_reply() COROSYNC_REQUIRES(exchange_);
    template <class Transport> int drop_old_replies(Transport& transport) COROSYNC_REQUIRES(exchange_);

    AnyTransport& transport_;
    Lifecycle& lifecycle_;
    std::optional<ConnectDeadline> deadline_;
    Mutex exchange_;
    Mutex sending_;
    std::int64_t refused_since_ms_ COROSYNC_GUARDED_BY(sending_) = 0; // 0: the last message was taken
    Spin spin_ COROSYNC_GUARDED_BY(exchange_);
    bool unclaimed_ COROSYNC_GUARDED_BY(exchange_) = false; // a reply to wake_daemon() is still to come
    HeldForFork held_for_fork_;
};

// A request and its reply. The reply is valid as long as this object lives. Other requests of the connection wait that
// long too, so destroy it soon.
class Exchange {
public:
    Exchange(RequestChannel& channel, const Message& request, const ReplyFormat& format,
             unsigned threshold = kOrdinary) COROSYNC_NO_LOCK_ANALYSIS;
    ~Exchange() COROSYNC_NO_LOCK_ANALYSIS;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // 0, or the negative errno of a failed request; -EPROTO for a malformed reply.
    [[nodiscard]] int status() const { return status_; }
    // The error field of the reply, if status() is 0: kWireOk, and then the reply has the expected size, or another
    // code.
    [[nodiscard]] std::int32_t error() const { return error_; }
    [[nodiscard]] bool ok() const { return status_ == 0 && error_ == kWireOk; }
    [[nodiscard]] const View& reply() const { return reply_; }
    // Copies the beginning of the reply. False unless ok().
    template <class Reply> [[nodiscard]] bool read(Reply& reply) const { return ok() && reply_.read(reply); }

private:
    int check(const ReplyFormat& format);

    RequestChannel& channel_;
    View reply_;
    bool locked_ = false;
    bool replied_ = false;
    int status_ = 0;
    std::int32_t error_ = 0;
};

} // namespace corosync
