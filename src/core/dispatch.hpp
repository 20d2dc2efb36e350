// The one loop behind cmap_dispatch, cpg_dispatch and votequorum_dispatch.
#pragma once

#include "core/connection.hpp"
#include "core/handle_table.hpp"
#include "core/lock.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace corosync {

// The four dispatch types, by what distinguishes them.
struct DispatchType {
    bool waits;
    bool one;

    // The value that programs pass: CS_DISPATCH_ONE 1, _ALL 2, _BLOCKING 3, _ONE_NONBLOCKING 4. False for any other.
    static bool parse(unsigned value, DispatchType& type)
    {
        constexpr DispatchType kTypes[] = {{true, true}, {false, false}, {true, false}, {false, true}};
        if (value < 1 || value > 4)
            return false;
        type = kTypes[value - 1];
        return true;
    }
};

// Runs one dispatch call on a pinned session and gives the pin back. 0, or a negative errno: -EAGAIN for nothing to
// deliver, -EBADF once the handle is finalized, -ENOTCONN when the daemon is gone and all its events are delivered.
int run_dispatch(Connection& connection, const Receiver& receiver, std::uint64_t handle, DispatchType type,
                 const Caller& caller);

template <class Session>
int dispatch(HandleTable<Session>& table, std::uint64_t handle, DispatchType type, const Caller& caller)
{
    Session* session = table.pin(handle);
    if (session == nullptr)
        return -EBADF;
    const Receiver receiver{
        [](void* self, std::uint64_t to, std::byte* event, std::size_t size) {
            return static_cast<Session*>(self)->deliver(to, event, size);
        },
        [](void* self, std::uint64_t of, unsigned count) { static_cast<Session*>(self)->table().unpin(of, count); },
        session, Session::filter(), Session::kMayLend};
    return run_dispatch(session->connection(), receiver, handle, type, caller);
}

// f(session) with the handle pinned; `bad_handle` if it is not open.
template <class Session, class Result, class F>
Result with_session(HandleTable<Session>& table, std::uint64_t handle, Result bad_handle, F f)
{
    const NoCancel no_cancel;
    Session* session = table.pin(handle);
    if (session == nullptr)
        return bad_handle;
    const Result result = f(*session);
    table.unpin(handle);
    return result;
}

// Ends the handle and does a last f(session). Waiting dispatches return, and the connection closes when the last user
// is gone.
template <class Session, class Result, class F>
Result finalize(HandleTable<Session>& table, std::uint64_t handle, Result bad_handle, const Caller& caller, F f)
{
    const NoCancel no_cancel;
    Session* session = table.close(handle);
    if (session == nullptr)
        return bad_handle;
    const unsigned left_behind = session->connection().begin_close(caller);
    const Result result = f(*session);
    table.unpin(handle, 1 + left_behind);
    return result;
}

} // namespace corosync
