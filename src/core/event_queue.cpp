// SPDX-License-Identifier: BSD-3-Clause
#include "core/event_queue.hpp"

#include "core/cancellation.hpp"
#include "core/probes.hpp"
#include "core/reasons.hpp"

#include <cerrno>

namespace corosync {

int EventQueue::enter(const Caller& caller, DispatchRecord*& record, unsigned& abandoned)
{
    abandoned = 0;
    if (!lock_.lock())
        return -ENOTCONN;
    const LockGuard guard(lock_);
    abandoned = reap(caller);
    read_stale_bytes(); // after a callback that never returned
    record = running_.enter(caller);
    return record != nullptr ? 0 : -ENOMEM;
}

void EventQueue::leave(DispatchRecord& record)
{
    if (!lock_.lock())
        return;
    const LockGuard guard(lock_);
    read_stale_bytes();
    RunningDispatches::leave(record);
}

int EventQueue::next(DispatchRecord& record, const NextEvent& wanted, const EventHandling& handling, void* session,
                     Event& event)
{
    if (!lock_.lock())
        return -ENOTCONN;
    const LockGuard guard(lock_);
    if (lifecycle_.closing())
        return -EBADF;
    if (const int rc = call_in(); rc != 0)
        return rc;
    const int rc = transport_.visit([&](auto& transport) {
        lock_.assert_held();
        const int found = fetch_event(transport, record, wanted, handling, session, event);
        event.daemon_sleeps = transport.daemon_sleeps();
        return found;
    });
    // A finalize in another thread looks like a hang-up here.
    return rc < 0 && lifecycle_.closing() ? -EBADF : rc;
}

template <class Transport>
int EventQueue::fetch_event(Transport& transport, DispatchRecord& record, const NextEvent& wanted,
                            const EventHandling& handling, void* session, Event& event)
{
    if (const int rc = find(transport, wanted, event); rc <= 0)
        return rc;
    const View view(event.data, event.size);
    const bool part = handling.is_part != nullptr && handling.is_part(view);
    const bool lends = !part && handling.may_lend != nullptr && handling.may_lend(view) && !in_child();
    std::byte* lent = lends ? transport.lend_event(event.data, event.size) : nullptr;
    // Get the memory before any byte is read: on -ENOMEM the event stays in the ring and the descriptor stays readable.
    if (!part && lent == nullptr && !transport.reserve_buffer(record.buffer, event.size))
        return -ENOMEM;
    if (const int rc = check_announced(transport, wanted); rc <= 0)
        return rc;
    COROSYNC_PROBE3(event, *reinterpret_cast<const std::int32_t*>(event.data), event.size, lent);
    if (handling.before_delivery != nullptr && !part)
        handling.before_delivery(session, view);
    if (lent != nullptr) {
        event.data = lent;
        record.lent = true;
        borrower_ = &record;
        loan_process_ = this_process();
        return 1;
    }
    int rc = 1;
    if (part) {
        event = {};
        rc = handling.add_part(session, view, record.buffer, event);
    } else {
        transport.move_event(record.buffer);
        event.data = record.buffer.data();
    }
    transport.reclaim_event();
    return rc < 0 ? rc : 1;
}

// Finds the oldest event of the ring. 1, 0 if there is no event, or a negative errno.
template <class Transport> int EventQueue::find(Transport& transport, const NextEvent& wanted, Event& event)
{
    bool readable = wanted.readable;
    bool announced = notification_bytes_.announced();
    int unread = 0;
    for (;;) {
        // Check this before the ring: the daemon may write an event just before it hangs up.
        const bool was_disconnected = transport.known_disconnected();
        const int rc = transport.peek_event(event);
        if (rc != 0 || !Transport::kBytesStayUnread)
            return rc;
        if (was_disconnected)
            return -ENOTCONN;
        // The daemon writes an event before its byte. So a byte without an event means that the daemon broke the
        // protocol, and the descriptor would stay readable for ever.
        if (announced) {
            if (!forked_)
                return transport.fail("event ring");
            // Another process that shares the handle has delivered the event and has not read the byte.
            notification_bytes_.forget_announced();
            if (unread > 0) {
                transport.read_bytes(unread);
                notification_bytes_.clear_stale();
            }
        }
        if (!wanted.waits) {
            const int state = transport.poll_now();
            if (hung_up(static_cast<short>(state)))
                continue;
            readable = (state & POLLIN) != 0;
        }
        unread = readable ? transport.unread_bytes() : 0;
        announced = unread > notification_bytes_.stale();
        if (!announced)
            return unread < 0 ? unread : 0;
    }
}

// Checks that the byte of the found event has arrived, and counts the event's delivery. 1, or 0 if the byte has not
// arrived yet: the daemon writes the event first. If we delivered the event before its byte, the byte would later wake
// the program for nothing.
//
// We read the bytes of a batch immediately before the callback of its last event. So in any callback the descriptor is
// readable only if there is an undelivered event. And after a callback that never returns, the descriptor is readable
// if there is one.
template <class Transport> int EventQueue::check_announced(Transport& transport, const NextEvent& wanted)
{
    // After a hang-up no more bytes come, so only the ring counts.
    if (!Transport::kBytesStayUnread || transport.known_disconnected())
        return 1;
    const auto not_yet = [&] { return !wanted.waits && transport.disconnected() ? 1 : 0; };
    const bool single = wanted.last || in_child();
    if (!notification_bytes_.announced()) {
        const int behind = single ? 0 : transport.queued();
        if (behind == 0) {
            const int taken = transport.read_bytes(notification_bytes_.stale() + 1);
            if (taken < 0)
                return taken == -EPIPE && transport.disconnected() ? 1 : -ENOTCONN;
            return notification_bytes_.count_single(taken) ? 1 : not_yet();
        }
        const int unread = transport.unread_bytes();
        if (unread < 0)
            return unread;
        if (!notification_bytes_.update(unread, behind + 1))
            return not_yet();
    }
    if (notification_bytes_.count_delivery(single))
        read_stale_bytes();
    return 1;
}

// A child may end in any callback, and its parent may use the handle after that. So the child takes the event out of
// the ring, and its byte off the socket, before the callback.
bool EventQueue::in_child() const
{
    return forked_ && !lifecycle_.in_creator();
}

void EventQueue::read_stale_bytes()
{
    if (const int stale = notification_bytes_.stale(); stale > 0 && !lifecycle_.closing())
        transport_.visit([=](auto& transport) { transport.read_bytes(stale); });
    notification_bytes_.clear_stale();
}

// Calls in the loan, if there is one: the callback keeps the event's memory, and the ring gets its place back. The
// callback may still be running or not. 0, or a negative errno.
int EventQueue::call_in()
{
    if (borrower_ == nullptr)
        return 0;
    // An ancestor of this process lent the event and then forked without the atfork handlers, so nobody called it in.
    if (loan_process_ != this_process()) {
        explain(reasons::used_in_child);
        return -ENOTCONN;
    }
    if (!transport_.visit([](auto& transport) { return transport.call_in_event(); }))
        return -ENOMEM;
    borrower_ = nullptr;
    transport_.visit([](auto& transport) { transport.reclaim_event(); });
    return 0;
}

void EventQueue::end_event(DispatchRecord& record)
{
    if (!record.lent || !lock_.lock())
        return;
    const LockGuard guard(lock_);
    end_loan(record);
}

void EventQueue::end_loan(DispatchRecord& record)
{
    if (!record.lent)
        return;
    record.lent = false;
    transport_.visit([&](auto& transport) {
        lock_.assert_held();
        if (&record != borrower_) {
            transport.end_called_in();
        } else if (loan_process_ == this_process()) {
            borrower_ = nullptr;
            transport.reclaim_event();
        } // otherwise an ancestor process must reclaim it
    });
}

unsigned EventQueue::reap(const Caller& caller)
{
    return running_.reap(caller, [this](DispatchRecord& record) {
        lock_.assert_held();
        end_loan(record);
    });
}

COROSYNC_CANCELLED_HERE int EventQueue::sleep(int timeout_ms)
{
    pollfd set[kMaxPollFds];
    const unsigned own = transport_.visit([&](auto& transport) { return transport.poll_set(set); });
    unsigned count = own;
    if (count == 0)
        return POLLHUP; // the program has closed the descriptor
    // The parent uses the socket too, so a finalize in a child does not shut it down.
    if (!lifecycle_.in_creator()) {
        const int wakeup = lifecycle_.child_wakeup_fd();
        if (wakeup >= 0)
            set[count++] = {wakeup, POLLIN, 0};
        else if (timeout_ms < 0 || timeout_ms > kSliceMs)
            timeout_ms = kSliceMs; // without it, look at `closing` regularly instead
    }
    if (lifecycle_.closing())
        return 0;
    const int ready = poll(set, count, timeout_ms);
    if (ready <= 0)
        return ready == 0 || errno == EINTR || errno == EAGAIN ? 0 : explain_errno(-errno);
    int revents = 0;
    for (unsigned index = 0; index < own; ++index)
        revents |= set[index].revents;
    if (hung_up(static_cast<short>(revents)) && !lifecycle_.closing())
        transport_.visit([](auto& transport) { transport.mark_disconnected(); });
    return revents;
}

void EventQueue::explain_end(int rc) const
{
    lifecycle_.explain_end(rc, transport_.late_events());
}

unsigned EventQueue::close(const Caller& caller)
{
    lifecycle_.close();
    if (!lifecycle_.in_creator())
        lifecycle_.expect_hangup();
    if (!lock_.lock())
        return 0;
    const LockGuard guard(lock_);
    if (lifecycle_.in_creator() && running_.any_of_others(caller))
        transport_.visit([this](auto& transport) {
            // wake() shuts down the socket for reading. The daemon hangs up when it then writes a notification byte.
            if (!transport.disconnected())
                lifecycle_.expect_hangup();
            transport.wake();
        });
    return reap(caller);
}

void EventQueue::before_fork()
{
    if (!lock_.try_lock_for(kForkWaitMs))
        return;
    call_in();
    read_stale_bytes();
    notification_bytes_.forget_announced();
    forked_ = true;
    held_for_fork_.begin();
}

void EventQueue::after_fork()
{
    if (held_for_fork_.end())
        lock_.unlock();
}

} // namespace corosync
