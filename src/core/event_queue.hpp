// SPDX-License-Identifier: BSD-3-Clause
// The events of a connection: which is next and whether it may be delivered, where it lies meanwhile, and which
// dispatches are running. Any number of threads may dispatch; each event goes to one of them, in order.
//
// No lock is held while a callback runs, and nothing that matters lies on the stack of a dispatch, since a callback may
// never return. So another dispatch may begin at any time. If an event is on loan then, it is called in.
#pragma once

#include "core/any_transport.hpp"
#include "core/lifecycle.hpp"
#include "core/lock.hpp"
#include "core/notification_bytes.hpp"
#include "core/running.hpp"

namespace corosync {

// How a session wants its events.
struct EventHandling {
    // Large events may be delivered where they lie in the ring.
    bool may_lend = false;
    // For messages that arrive in parts; all of them or none. They see the events in the order of arrival, under the
    // lock of the queue. Whether `event` is a part, for add_part().
    bool (*is_part)(const View& event) = nullptr;
    // Copies a part. 1 if `whole` is now an event to deliver, whose memory `buffer` owns; 0 if there is none to deliver
    // yet; or a negative errno. The part is used up in any case.
    int (*add_part)(void* session, const View& part, Buffer& buffer, Event& whole) = nullptr;
    // Sees every other event before it is delivered.
    void (*before_delivery)(void* session, const View& event) = nullptr;
};

// What a dispatch asks for.
struct NextEvent {
    bool last = false;     // it stops after this event
    bool waits = false;    // it sleeps if there is none, which also shows whether the daemon is gone
    bool readable = false; // poll has just said that there is something to read
};

class EventQueue {
public:
    EventQueue(AnyTransport& transport, Lifecycle& lifecycle) : transport_(transport), lifecycle_(lifecycle) {}
    EventQueue(const EventQueue&) = delete;
    EventQueue& operator=(const EventQueue&) = delete;

    // A dispatch begins: 0 with its record, or a negative errno. `abandoned` dispatches of this thread have been left
    // by a jump; their pins are the caller's to give back.
    int enter(const Caller& caller, DispatchRecord*& record, unsigned& abandoned) COROSYNC_EXCLUDES(lock_);
    void leave(DispatchRecord& record) COROSYNC_EXCLUDES(lock_);

    // 1 with the next event, or with none in it for a part that was added; 0 if there is none; or a negative errno:
    // -EBADF when the connection is closing, -ENOTCONN when the daemon is gone and all its events are delivered. The
    // event's memory is the callback's until end_event(); it is 8-aligned, and has Buffer::kSlack spare bytes behind it
    // unless it is lent.
    int next(DispatchRecord& record, const NextEvent& wanted, const EventHandling& handling, void* session,
             Event& event) COROSYNC_EXCLUDES(lock_);
    // The callback has returned.
    void end_event(DispatchRecord& record) COROSYNC_EXCLUDES(lock_);

    // Sleeps until the descriptor is readable or hung up, or the connection closes. What poll says, 0 when the time is
    // over or a signal came; or a negative errno if nobody can sleep on it.
    int sleep(int timeout_ms);

    // Finalize: every dispatch ends, and waiting ones wake up. Returns the number of pins that were held by dispatches
    // of the caller which a callback left by a jump.
    unsigned close(const Caller& caller) COROSYNC_EXCLUDES(lock_);

    // The process is about to fork, in this thread. Afterwards neither side has anything that the other one would miss:
    // no event is on loan, and no bytes are owed. Nobody can change that before after_fork(), which both processes
    // call.
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
    void read_stale_bytes() COROSYNC_REQUIRES(lock_);
    int call_in() COROSYNC_REQUIRES(lock_);
    void end_loan(DispatchRecord& record) COROSYNC_REQUIRES(lock_);
    unsigned reap(const Caller& caller) COROSYNC_REQUIRES(lock_);

    AnyTransport& transport_;
    Lifecycle& lifecycle_;
    Mutex lock_; // one event at a time: the ring, the account, the records
    NotificationBytes notification_bytes_ COROSYNC_GUARDED_BY(lock_);
    RunningDispatches running_ COROSYNC_GUARDED_BY(lock_);
    // Whose callback has the oldest event of the ring on loan, and in which process.
    DispatchRecord* borrower_ COROSYNC_GUARDED_BY(lock_) = nullptr;
    std::uint32_t loan_process_ COROSYNC_GUARDED_BY(lock_) = 0;
    bool forked_ COROSYNC_GUARDED_BY(lock_) = false; // another process may have used the handle
    // The process that forked during a dispatch; 0 if none did. Its child goes on beside it, and may leave at any time,
    // so it never owes a byte.
    std::uint32_t forked_in_dispatch_ COROSYNC_GUARDED_BY(lock_) = 0;
    std::atomic<pthread_t> forking_{}; // the thread that has the lock for a fork; none of them is 0
};

} // namespace corosync
