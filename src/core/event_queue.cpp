// SPDX-License-Identifier: BSD-3-Clause
#include "core/event_queue.hpp"

#include <cerrno>

namespace corosync {
namespace {

constexpr int kForkWaitMs = 100; // for a lock, which the forking thread itself may have if it is in a signal handler

} // namespace

int EventQueue::enter(const Caller& caller, Dispatching*& record, unsigned& left_behind)
{
    left_behind = 0;
    if (!lock_.lock())
        return -ENOTCONN;
    const Held held(lock_);
    left_behind = reap(caller);
    settle(); // the bytes that a callback which never returned left on the socket
    record = running_.enter(caller);
    return record != nullptr ? 0 : -ENOMEM;
}

void EventQueue::leave(Dispatching& record)
{
    if (!lock_.lock())
        return;
    const Held held(lock_);
    settle();
    RunningDispatches::leave(record);
}

int EventQueue::next(Dispatching& record, const NextEvent& wanted, const EventHandling& handling, void* session,
                     Event& event)
{
    if (!lock_.lock())
        return -ENOTCONN;
    const Held held(lock_);
    if (lifecycle_.closing())
        return -EBADF;
    if (const int rc = call_in(); rc != 0)
        return rc;
    const int rc = transport_.visit([&](auto& transport) {
        lock_.held();
        return take(transport, record, wanted, handling, session, event);
    });
    // A finalize by another thread looks like a hang-up from here.
    return rc < 0 && lifecycle_.closing() ? -EBADF : rc;
}

template <class Transport>
int EventQueue::take(Transport& transport, Dispatching& record, const NextEvent& wanted, const EventHandling& handling,
                     void* session, Event& event)
{
    if (const int rc = find(transport, wanted, event); rc <= 0)
        return rc;
    const View view(event.data, event.size);
    const bool part = handling.is_part != nullptr && handling.is_part(view);
    std::byte* lent = !part && handling.may_lend ? transport.lend_event(event.data, event.size) : nullptr;
    // Memory first: if there is none, the event stays in the ring, announced as before.
    if (!part && lent == nullptr && !transport.make_room(record.buffer, event.size))
        return -ENOMEM;
    if (const int rc = announce(transport, wanted); rc <= 0)
        return rc;
    if (handling.see != nullptr && !part)
        handling.see(session, view);
    if (lent != nullptr) {
        event.data = lent;
        record.lent = true;
        borrower_ = &record;
        lent_in_ = this_process();
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

// The oldest event of the ring: 1, or 0 if there is none.
template <class Transport> int EventQueue::find(Transport& transport, const NextEvent& wanted, Event& event)
{
    bool readable = wanted.readable;
    bool announced = account_.announced();
    int unread = 0;
    for (;;) {
        // Asked before the ring is looked at, so that nothing written just before the hang-up is missed.
        const bool was_gone = transport.noted_gone();
        const int rc = transport.peek_event(event);
        if (rc != 0 || !Transport::kLeavesBytes)
            return rc;
        if (was_gone)
            return -ENOTCONN;
        // A byte that is visible has its event visible before it. One without would keep the descriptor readable, and
        // the program busy, for ever.
        if (announced) {
            if (!forked_)
                return transport.fail();
            // Another process with the same handle has delivered the event, and has left the byte.
            account_.forget_credit();
            if (unread > 0) {
                transport.take_bytes(unread);
                account_.settled();
            }
        }
        if (!wanted.waits) {
            const int state = transport.look();
            if (hung_up(static_cast<short>(state)))
                continue;
            readable = (state & POLLIN) != 0;
        }
        unread = readable ? transport.unread_bytes() : 0;
        announced = unread > account_.owed();
        if (!announced)
            return unread < 0 ? unread : 0;
    }
}

// Makes sure that the event at hand has been announced by its byte, and accounts for its delivery. 1, or 0 if the byte
// is still to come: the daemon writes the event first, and one that is delivered early would leave its byte behind to
// wake the program for nothing.
//
// Bytes are taken immediately before the callback of a batch's last event. In any callback the descriptor is then
// readable only if an undelivered event exists, and after a callback that never returns it is readable if one does.
template <class Transport> int EventQueue::announce(Transport& transport, const NextEvent& wanted)
{
    // After the hang-up nobody announces anything: go by the ring alone.
    if (!Transport::kLeavesBytes || transport.noted_gone())
        return 1;
    const auto not_yet = [&] { return !wanted.waits && transport.gone() ? 1 : 0; };
    const bool single = wanted.last || (forked_in_dispatch_ != 0 && forked_in_dispatch_ != this_process());
    if (!account_.announced()) {
        const int behind = single ? 0 : transport.queued();
        if (behind == 0) {
            const int taken = transport.take_bytes(account_.owed() + 1);
            if (taken < 0)
                return taken == -EPIPE && transport.gone() ? 1 : -ENOTCONN;
            return account_.take_single(taken) ? 1 : not_yet();
        }
        const int unread = transport.unread_bytes();
        if (unread < 0)
            return unread;
        if (!account_.grant(unread, behind + 1))
            return not_yet();
    }
    if (account_.deliver(single))
        settle();
    return 1;
}

void EventQueue::settle()
{
    if (const int owed = account_.owed(); owed > 0 && !lifecycle_.closing())
        transport_.visit([=](auto& transport) { transport.take_bytes(owed); });
    account_.settled();
}

// Frees the ring of an event on loan, whose memory the callback keeps. Whether that callback is still running need not
// be known. 0, or a negative errno.
int EventQueue::call_in()
{
    if (borrower_ == nullptr)
        return 0;
    // Lent in an ancestor of this process, which forked without the handlers that would have called it in.
    if (lent_in_ != this_process())
        return -ENOTCONN;
    if (!transport_.visit([](auto& transport) { return transport.call_in_event(); }))
        return -ENOMEM;
    borrower_ = nullptr;
    transport_.visit([](auto& transport) { transport.reclaim_event(); });
    return 0;
}

void EventQueue::end_event(Dispatching& record)
{
    if (!record.lent || !lock_.lock())
        return;
    const Held held(lock_);
    end_loan(record);
}

void EventQueue::end_loan(Dispatching& record)
{
    if (!record.lent)
        return;
    record.lent = false;
    transport_.visit([&](auto& transport) {
        lock_.held();
        if (&record != borrower_) {
            transport.end_called_in();
        } else if (lent_in_ == this_process()) {
            borrower_ = nullptr;
            transport.reclaim_event();
        } // else it is an ancestor's to give back
    });
}

unsigned EventQueue::reap(const Caller& caller)
{
    return running_.reap(caller, [this](Dispatching& record) {
        lock_.held();
        end_loan(record);
    });
}

int EventQueue::sleep(int timeout_ms)
{
    return transport_.visit([&](auto& transport) {
        pollfd set[kPollSet];
        unsigned count = transport.poll_set(set);
        if (count == 0)
            return static_cast<int>(POLLHUP); // the program has closed the descriptor
        // The socket is the parent's, too, and so not shut down when a child finalizes the handle.
        if (!lifecycle_.in_creator()) {
            const int alarm = lifecycle_.child_alarm();
            if (alarm >= 0)
                set[count++] = {alarm, POLLIN, 0};
            else if (timeout_ms < 0 || timeout_ms > kSliceMs)
                timeout_ms = kSliceMs; // without a descriptor for it
        }
        if (lifecycle_.closing())
            return 0;
        const int ready = poll(set, count, timeout_ms);
        if (ready <= 0)
            return ready == 0 || errno == EINTR || errno == EAGAIN ? 0 : -errno;
        int revents = 0;
        for (unsigned index = 0; index < count; ++index)
            revents |= set[index].revents;
        if (hung_up(static_cast<short>(revents)) && !lifecycle_.closing())
            transport.note_gone();
        return revents;
    });
}

unsigned EventQueue::close(const Caller& caller)
{
    lifecycle_.close();
    if (!lifecycle_.in_creator())
        lifecycle_.let_go();
    if (!lock_.lock())
        return 0;
    const Held held(lock_);
    if (lifecycle_.in_creator() && running_.any_of_others(caller))
        transport_.visit([this](auto& transport) {
            // A daemon with an event to announce hangs up on a client that does not listen any more.
            if (!transport.gone())
                lifecycle_.let_go();
            transport.wake();
        });
    return reap(caller);
}

void EventQueue::before_fork()
{
    if (!lock_.lock_within(kForkWaitMs))
        return;
    call_in();
    settle();
    account_.forget_credit();
    forked_ = true;
    if (running_.any())
        forked_in_dispatch_ = this_process();
    forking_.store(pthread_self(), std::memory_order_relaxed);
}

void EventQueue::after_fork()
{
    // Its own value, which the child has inherited, or nothing of this thread's.
    if (forking_.load(std::memory_order_relaxed) != pthread_self())
        return;
    forking_.store({}, std::memory_order_relaxed);
    lock_.unlock();
}

} // namespace corosync
