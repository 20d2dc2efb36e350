// SPDX-License-Identifier: BSD-3-Clause
// The one loop behind cmap_dispatch, cpg_dispatch and votequorum_dispatch.
#pragma once

#include "core/cancellation.hpp"
#include "core/connection.hpp"
#include "core/handle_table.hpp"
#include "core/probes.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace corosync {

// The four dispatch types are the combinations of these two flags.
struct DispatchType {
    bool waits;
    bool one;

    // Converts the value that programs pass: CS_DISPATCH_ONE 1, _ALL 2, _BLOCKING 3, _ONE_NONBLOCKING 4. False for
    // other values.
    static bool parse(unsigned value, DispatchType& type)
    {
        constexpr DispatchType kTypes[] = {{true, true}, {false, false}, {true, false}, {false, true}};
        if (value < 1 || value > 4)
            return false;
        type = kTypes[value - 1];
        return true;
    }
};

// What a dispatch needs from a session.
template <class Session>
concept Dispatchable = requires(Session& session, std::uint64_t handle, std::byte* event, std::size_t size)
{
    {
        Session::table()
        } -> std::same_as<HandleTable<Session>&>;
    {
        session.connection()
        } -> std::same_as<Connection&>;
    {
        Session::event_handling()
        } -> std::same_as<const EventHandling&>;
    // Wakes the daemon with a request that changes nothing, by RequestChannel::wake_daemon().
    {
        session.wake_daemon()
        } -> std::same_as<void>;
    // Decodes one event and calls the program's callback, unless there is no callback for it or the connection is
    // closing. The memory is writable and 8-aligned. Unless it is lent, Buffer::kSlack extra bytes follow the event. 0,
    // or -EPROTO for a malformed event.
    {
        session.deliver(handle, event, size)
        } -> std::same_as<int>;
};

// One dispatch call on a pinned session. It drops the pin at the end.
template <Dispatchable Session> class Dispatch {
public:
    Dispatch(Session& session, std::uint64_t handle) : session_(session), handle_(handle) {}

    // 0, or a negative errno: -EAGAIN if there is no event, -EBADF if the handle is finalized, -ENOTCONN if the daemon
    // is gone and all its events are delivered.
    int run(DispatchType type, const Caller& caller)
    {
        unsigned abandoned = 0;
        const int entered = events().enter(caller, record_, abandoned);
        if (abandoned != 0)
            Session::table().unpin(handle_, abandoned);
        const int rc = entered == 0 ? loop(type) : entered;
        if (rc < 0 && rc != -EAGAIN)
            events().explain_end(rc);
        leave();
        return rc;
    }

private:
    static constexpr int kIdleMs = 1000; // a waiting dispatch frees the memory of a long message after this time

    EventQueue& events() const { return session_.connection().events(); }
    [[nodiscard]] bool closing() const { return session_.connection().closing(); }

    int loop(DispatchType type)
    {
        NextEvent wanted{type.one, type.waits, false};
        for (;;) {
            Event event;
            const int got = events().next(*record_, wanted, Session::event_handling(), &session_, event);
            wanted.readable = false;
            if (got < 0)
                return got;
            if (event.daemon_sleeps)
                session_.wake_daemon();
            if (got > 0) {
                // No data: the event was a part of a message. It counts as an event.
                const int rc = event.data != nullptr ? run_callback(event) : 0;
                if (rc < 0 || type.one)
                    return rc;
            } else if (!type.waits) {
                return type.one ? -EAGAIN : 0;
            } else {
                const int revents = sleep_cancellable(*this);
                if (revents < 0)
                    return revents;
                wanted.readable = (revents & POLLIN) != 0;
            }
        }
    }

    // Delivers one event, with the caller's own cancellation state. The last check whether the handle is finalized is
    // in deliver(). A callback may begin after a finalize that comes after that check. So nothing that can wait comes
    // between the check and the callback.
    int run_callback(const Event& event)
    {
        no_cancel_.allow();
        COROSYNC_PROBE0(callback_begin);
        const int rc = session_.deliver(handle_, event.data, event.size);
        COROSYNC_PROBE0(callback_end);
        no_cancel_.forbid();
        events().end_event(*record_);
        return closing() ? -EBADF : rc;
    }

    // The only place where a dispatch sleeps. Here and in callbacks the thread may be cancelled. This is a function of
    // its own because data that pthread_cleanup_push keeps on the stack would otherwise stay live during callbacks.
    __attribute__((noinline)) static int sleep_cancellable(Dispatch& self)
    {
        int revents = 0;
        // If the thread is cancelled here, leave() releases its record and its pin.
        pthread_cleanup_push([](void* dispatch) { static_cast<Dispatch*>(dispatch)->leave(); }, &self);
        self.no_cancel_.allow();
        revents = self.events().sleep(self.record_->buffer.oversized() ? kIdleMs : -1);
        self.no_cancel_.forbid();
        pthread_cleanup_pop(0);
        if (revents == 0)
            self.record_->buffer.trim();
        return revents;
    }

    void leave()
    {
        if (record_ != nullptr)
            events().leave(*record_);
        Session::table().unpin(handle_, 1);
    }

    Session& session_;
    std::uint64_t handle_;
    DispatchRecord* record_ = nullptr;
    NoCancel no_cancel_;
};

} // namespace corosync
