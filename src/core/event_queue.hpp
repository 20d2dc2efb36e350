// SPDX-License-Identifier: BSD-3-Clause
// The event queue of a connection. It finds the next event, decides whether the event may be delivered, holds its
// memory during the callback, and records the running dispatches. Any number of threads may dispatch. Each event goes
// to one of them, in order.
//
// No lock is held while a callback runs. A callback may never return, so nothing important is on the stack of a
// dispatch. Another dispatch may begin at any time. If an event is on loan then, the loan is called in.
#pragma once

#include "core/annotations.hpp"
#include "core/any_transport.hpp"
#include "core/lifecycle.hpp"
#include "core/lock.hpp"
#include "core/notification_bytes.hpp"
#include "core/running.hpp"

namespace corosync {

// How a session wants to get its events.
struct EventHandling {
    // Whether `event`, if it is large, may be delivered on loan, in place in the ring: the session must not write to
    // it. NULL: no event may.
    bool (*may_lend)(const View& event) = nullptr;
    // For messages that arrive in parts. A session sets all three functions or none. They see the events in order of
    // arrival, under the lock of the queue. is_part() says whether `event` is a part and must go to add_part().
    bool (*is_part)(const View& event) = nullptr;
    // Copies a part. 1 if the message is complete: `whole` is then an event to deliver, in memory that `buffer` owns. 0
    // if there is nothing to deliver yet, or a negative errno. The part is consumed in all cases.
    int (*add_part)(void* session, const View& part, Buffer& buffer, Event& whole) = nullptr;
    // Called for every other event before its delivery.
    void (*before_delivery)(void* session, const View& event) = nullptr;
};

// What a dispatch wants.
struct NextEvent {
    bool last = false;     // the dispatch ends after this event
    bool waits = false;    // the dispatch sleeps if there is no event; the sleep also notices the daemon's hang-up
    bool readable = false; // poll() has just reported POLLIN
};

class EventQueue {
public:
    EventQueue(AnyTransport& transport, Lifecycle& lifecycle) : transport_(transport), lifecycle_(lifecycle) {}
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;

    // Begins a dispatch. Returns 0 and sets `record`, or returns a negative errno. `abandoned` is the number of this
    // thread's abandoned dispatches; the caller must drop their pins.
    int enter(const Caller& caller, DispatchRecord*& record, unsigned& abandoned) COROSYNC_EXCLUDES(lock_);
    void leave(DispatchRecord& record) COROSYNC_EXCLUDES(lock_);

    // Gets the next event. 1 with an event; 1 with an empty event after a part was added; 0 if there is no event; or a
    // negative errno: -EBADF when the connection is closing, -ENOTCONN when the daemon is gone and all its events are
    // delivered. The callback owns the event's memory until end_event(). The memory is 8-aligned and, unless it is
    // lent, has Buffer::kSlack extra bytes behind the event.
    int next(DispatchRecord& record, const NextEvent& wanted, const EventHandling& handling, void* session,
             Event& event) COROSYNC_EXCLUDES(lock_);
    // Called when the callback has returned.
    void end_event(DispatchRecord& record) COROSYNC_EXCLUDES(lock_);

    // Sleeps until the descriptor is readable or hung up, or the connection closes. Returns the poll() events, 0 after
    // the timeout or a signal, or a negative errno if poll() does not work.
    int sleep(int timeout_ms);

    // Notes why a dispatch ends with the negative errno `rc`.
    COROSYNC_COLD void explain_end(int rc) const;

    // For finalize: wakes the waiting dispatches and lets every dispatch end. Returns the number of the caller's
    // abandoned dispatches, which still have pins.
    unsigned close(const Caller& caller) COROSYNC_EXCLUDES(lock_);

    // Called in the thread that is about to fork. Afterwards no event is on loan and no byte is stale, so each process
    // can go on alone. The lock is held until after_fork(), which both processes call.
    void before_fork() COROSYNC_NO_LOCK_ANALYSIS;
    void after_fork() COROSYNC_NO_LOCK_ANALYSIS;

private:
    template <class Transport>
    int find(Transport& transport, const NextEvent& wanted, Event& event) COROSYNC_REQUIRES(lock_);
    template <class Transport>
    int check_announced(Transport& transport, const NextEvent& wanted) COROSYNC_REQUIRES(lock_);
    template <class Transport>
    int fetch_event(Transport& transport, DispatchRecord& record, const NextEvent& wanted,
                    const EventHandling& handling, void* session, Event& event) COROSYNC_REQUIRES(lock_);
    [[nodiscard]] bool in_child() const COROSYNC_REQUIRES(lock_);
    void read_stale_bytes() COROSYNC_REQUIRES(lock_);
    int call_in() COROSYNC_REQUIRES(lock_);
    void end_loan(DispatchRecord& record) COROSYNC_REQUIRES(lock_);
    unsigned reap(const Caller& caller) COROSYNC_REQUIRES(lock_);

    AnyTransport& transport_;
    Lifecycle& lifecycle_;
    Mutex lock_; // guards the event ring, the byte counts and the records
    NotificationBytes notification_bytes_ COROSYNC_GUARDED_BY(lock_);
    RunningDispatches running_ COROSYNC_GUARDED_BY(lock_);
    // The dispatch that has the oldest event of the ring on loan, and the process that lent it.
    DispatchRecord* borrower_ COROSYNC_GUARDED_BY(lock_) = nullptr;
    std::uint32_t loan_process_ COROSYNC_GUARDED_BY(lock_) = 0;
    bool forked_ COROSYNC_GUARDED_BY(lock_) = false; // another process may have used the handle
    HeldForFork held_for_fork_;
};

} // namespace corosync
