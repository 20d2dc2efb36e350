// SPDX-License-Identifier: BSD-3-Clause
#include "core/request_channel.hpp"

#include "core/probes.hpp"
#include "core/reasons.hpp"

#include <cerrno>

namespace corosync {
namespace {

constexpr int kFirstWaitMs = 5;
constexpr std::int64_t kLongRefusalMs = 1000;

} // namespace

// No other thread has the connection yet, so no lock is needed.
void RequestChannel::begin(unsigned spin_us, const ConnectDeadline& deadline)
{
    spin_.configure(spin_us);
    deadline_ = deadline;
}

int RequestChannel::post(const Message& message, unsigned threshold, const std::atomic<bool>* give_up)
{
    // Threads hold this lock for a moment only. The exception: the daemon is frozen, and another thread waits for room
    // for its byte.
    while (!sending_.try_lock_for(kSliceMs))
        if (sending_.held_at_fork() || (give_up != nullptr && give_up->load(std::memory_order_acquire)))
            return -ENOTCONN;
    const LockGuard guard(sending_);
    if (lifecycle_.closed_in_child())
        return -ENOTCONN;
    // A send that gives up shuts down the socket, which a child may not do.
    const auto* until = lifecycle_.in_creator() ? give_up : nullptr;
    const int rc = transport_.visit([&](auto& transport) { return transport.send(message, threshold, until); });
    if (rc == -EAGAIN) {
        note_refusal();
    } else if (refused_since_ms_ != 0) {
        COROSYNC_PROBE1(flow_control_off, now_ms() - refused_since_ms_);
        refused_since_ms_ = 0;
    }
    return rc;
}

void RequestChannel::note_refusal()
{
    const std::int64_t now = now_ms();
    if (refused_since_ms_ == 0) {
        COROSYNC_PROBE1(flow_control_on, this);
        refused_since_ms_ = now;
    }
    if (explained())
        return; // the ring is full
    if (now - refused_since_ms_ > kLongRefusalMs)
        explain(reasons::held_back, static_cast<long>(now - refused_since_ms_));
    else
        explain(reasons::flow_control);
}

int RequestChannel::send(const Message& message, unsigned threshold)
{
    const int rc = post(message, threshold, &lifecycle_.closing_flag());
    if (rc >= 0)
        return rc;
    const bool closing = lifecycle_.closing();
    if (closing && rc == -ENOTCONN)
        lifecycle_.expect_hangup(); // the send gave up and shut down the socket
    return lifecycle_.explain_end(closing ? -EBADF : rc, transport_.late_events());
}

int RequestChannel::exchange(const Message& request, unsigned threshold, View& reply)
{
    int rc = transport_.visit([&](auto& transport) {
        exchange_.assert_held();
        // If the response ring fails, do not send the request. A finalize in another thread does not stop a request
        // that has begun.
        const int rest = drop_old_replies(transport);
        return rest < 0 ? rest : post(request, threshold, nullptr);
    });
    if (rc == 0)
        rc = wait_reply(reply);
    if (rc > 0 && unclaimed_) {
        drop_reply();
        unclaimed_ = false;
        rc = wait_reply(reply);
    }
    const int result = lifecycle_.request_result(rc);
    return result >= 0 ? result : lifecycle_.explain_end(result, transport_.late_events());
}

// Nobody waits for them, and they must not be mistaken for the next one. 0, or a negative errno if the ring fails.
template <class Transport> int RequestChannel::drop_old_replies(Transport& transport)
{
    View old;
    int rc = 0;
    while ((rc = transport.reply(old, 0)) > 0) {
        transport.drop_reply();
        unclaimed_ = false;
    }
    return rc;
}

void RequestChannel::wake_daemon(const Message& request)
{
    if (lifecycle_.closing() || !lifecycle_.in_creator() || !exchange_.try_lock())
        return;
    const LockGuard guard(exchange_);
    transport_.visit([&](auto& transport) {
        exchange_.assert_held();
        if (drop_old_replies(transport) < 0 || unclaimed_ || !sending_.try_lock())
            return;
        const LockGuard sending(sending_);
        unclaimed_ = transport.can_send_now() && transport.send(request, kOrdinary, nullptr) == 0;
        if (!unclaimed_)
            forget_reason(); // the dispatch goes on
    });
}

void RequestChannel::before_fork()
{
    // Only the creator wakes the daemon. If another thread holds the lock, the child can make no request.
    if (!lifecycle_.in_creator() || !exchange_.try_lock())
        return;
    held_for_fork_.begin();
    if (unclaimed_)
        transport_.visit([&](auto& transport) {
            exchange_.assert_held();
            View reply;
            if (transport.reply(reply, kForkWaitMs) > 0) {
                transport.drop_reply();
                unclaimed_ = false;
            }
        });
}

void RequestChannel::after_fork()
{
    if (held_for_fork_.end())
        exchange_.unlock();
}

// Waits for the reply. 1, or a negative errno. Only the daemon's death ends the wait: a frozen daemon replies later.
//
// libqb's wait uses the real-time clock, so it becomes longer if that clock is set back. We use it for the first slice
// only, in which nearly every reply comes. After that we poll the socket, where a hang-up shows, and check the ring
// from time to time.
int RequestChannel::wait_reply(View& reply)
{
    return transport_.visit([&](auto& transport) {
        int rc = transport.reply(reply, 0);
        exchange_.assert_held();
        if (rc == 0)
            rc = spin_.until([&] { return transport.reply(reply, 0); });
        if (rc == 0)
            rc = transport.reply(reply, deadline_ ? deadline_->at_most(kSliceMs) : kSliceMs);
        for (int wait_ms = kFirstWaitMs; rc == 0;) {
            rc = transport.check_reply_ring();
            if (rc == 0 && transport.disconnected()) {
                // The daemon may have replied just before it died.
                rc = transport.reply(reply, 0);
                return rc != 0 ? rc : -ENOTCONN;
            }
            if (rc == 0)
                rc = wait_on_socket(transport.hangup_descriptor(), wait_ms);
            if (rc == 0)
                rc = transport.reply(reply, 0);
            // We notice a reply at most a tenth of its waiting time too late.
            wait_ms += wait_ms / 10 + 1;
            if (wait_ms > kSliceMs)
                wait_ms = kSliceMs;
        }
        return rc;
    });
}

// 0, or -EAGAIN if the deadline of an initialize is over.
int RequestChannel::wait_on_socket(int hangup_descriptor, int milliseconds) const
{
    pollfd entry{hangup_descriptor, 0, 0};
    if (deadline_) {
        const int rc = deadline_->wait(entry, milliseconds);
        return rc < 0 ? rc : 0;
    }
    if (poll(&entry, 1, milliseconds) < 0 && errno != EINTR && errno != EAGAIN)
        pause_ms(milliseconds); // poll() does not work in this process, for example with RLIMIT_NOFILE 0
    return 0;
}

void RequestChannel::drop_reply()
{
    transport_.visit([](auto& transport) { transport.drop_reply(); });
}

int RequestChannel::last_request(const Message& request, std::int32_t* answer)
{
    if (!lifecycle_.in_creator() || !exchange_.try_lock())
        return 0;
    const LockGuard guard(exchange_);
    View reply;
    const int rc = exchange(request, kOrdinary, reply);
    if (rc > 0) {
        ReplyHeader header;
        if (answer != nullptr && read_header(reply, header))
            *answer = header.error;
        drop_reply();
    }
    return rc > 0 || rc == -EBADF ? 0 : rc; // -EBADF: we have closed the connection, which has the same effect
}

void RequestChannel::disconnect_in_child()
{
    const auto disconnect = [this] { transport_.visit([](auto& transport) { transport.disconnect_in_child(); }); };
    if (sending_.try_lock_for(kSliceMs)) {
        const LockGuard guard(sending_);
        disconnect();
    } else if (sending_.held_at_fork()) {
        disconnect(); // no thread of this process can be sending
    }                 // otherwise the last user closes it
}

Exchange::Exchange(RequestChannel& channel, const Message& request, const ReplyFormat& format, unsigned threshold)
    : channel_(channel)
{
    COROSYNC_PROBE2(request_begin, &channel, request.id());
    forget_reason(); // a call may repeat its request
    locked_ = channel_.exchange_.lock();
    // No request begins after the handle was finalized.
    if (!locked_)
        status_ = -ENOTCONN;
    else
        status_ = channel_.lifecycle_.closing() ? channel_.lifecycle_.explain_end(-EBADF, 0)
                                                : channel_.exchange(request, threshold, reply_);
    replied_ = status_ > 0;
    if (replied_)
        status_ = check(format);
    COROSYNC_PROBE3(request_end, &channel, request.id(), status_ < 0 ? status_ : error_);
}

Exchange::~Exchange()
{
    if (replied_)
        channel_.drop_reply();
    if (locked_)
        channel_.exchange_.unlock();
}

int Exchange::check(const ReplyFormat& format)
{
    ReplyHeader header;
    if (!read_header(reply_, header))
        return explain_malformed("reply", reply_);
    const bool bare = reply_.size() == sizeof header;
    const bool refusal = bare && header.id == 0 && header.error != kWireOk;
    if (header.id != format.id && !refusal)
        return explain_malformed("reply", reply_);
    if (header.error == kWireOk && (reply_.size() < format.min_size || reply_.size() > format.max_size))
        return explain_malformed("reply", reply_);
    error_ = header.error;
    return 0;
}

} // namespace corosync
