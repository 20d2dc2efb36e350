// SPDX-License-Identifier: BSD-3-Clause
// What the C functions of the three services have in common: they look up the session of a handle and convert its
// results to cs_error_t. They disable cancellation, except in waiting dispatches and callbacks.
#pragma once

#include "core/dispatch.hpp"
#include "core/log.hpp"
#include "core/probes.hpp"
#include "core/reasons.hpp"
#include "core/settings.hpp"
#include "service/result.hpp"

#include <corosync/corotypes.h>

#include <pthread.h>

#include <atomic>
#include <cstdint>

namespace corosync {

inline cs_error_t result_of(const Exchange& exchange)
{
    if (exchange.status() < 0)
        return from_transport(exchange.status());
    const cs_error_t error = from_wire(exchange.error());
    const bool known = exchange.error() == error;
    if (error != CS_OK && known)
        explain(error == CS_ERR_TRY_AGAIN ? reasons::daemon_busy
                : error == CS_ERR_ACCESS  ? reasons::not_allowed
                                          : reasons::answered);
    return error;
}

// The end of each C function, whose name is `function`. __builtin_FUNCTION() as a default argument is the caller's
// name.
template <class Session> cs_error_t finish(std::uint64_t handle, cs_error_t error, const char* function)
{
    return error == CS_OK ? CS_OK : report({Session::kService, handle, function}, error);
}

// Sends a request whose reply carries only a result.
template <class Request> cs_error_t send_recv(Connection& connection, Outgoing<Request>& request, std::int32_t reply_id)
{
    return result_of(Exchange(connection.requests(), {request.part()}, {reply_id}));
}

// The end of a C function whose arguments are not valid, before it looks at the handle.
template <class Session>
cs_error_t refuse(std::uint64_t handle, cs_error_t error, const char* function = __builtin_FUNCTION())
{
    forget_reason();
    return finish<Session>(handle, error, function);
}

// Calls f(object) for the object of a handle, which is pinned meanwhile.
template <class Object, class F> cs_error_t with_pinned(HandleTable<Object>& table, std::uint64_t handle, F f)
{
    const NoCancel no_cancel;
    forget_reason();
    Object* object = table.pin(handle);
    if (object == nullptr)
        return CS_ERR_BAD_HANDLE;
    const cs_error_t error = f(*object);
    table.unpin(handle);
    return error;
}

// Calls f(session) for the session of a handle.
template <class Session, class F>
cs_error_t with_session(std::uint64_t handle, F f, const char* function = __builtin_FUNCTION())
{
    return finish<Session>(handle, with_pinned(Session::table(), handle, f), function);
}

// Registers fork handlers. They bring each connection into a state in which both processes can go on alone. False if
// there is no memory.
template <class Session> bool prepare_for_forks()
{
    static constinit std::atomic<bool> prepared{false};
    if (prepared.exchange(true, std::memory_order_relaxed))
        return true;
    const auto before_fork = [] {
        const NoCancel no_cancel;
        Session::table().for_each([](Session& session) { session.connection().before_fork(); });
    };
    const auto after_fork = [] {
        Session::table().for_each([](Session& session) { session.connection().after_fork(); });
    };
    // The C library removes the handlers when this library is unloaded.
    const bool done = pthread_atfork(before_fork, after_fork, after_fork) == 0;
    if (!done)
        prepared.store(false, std::memory_order_relaxed);
    return done;
}

// Creates a session, connects it, calls prepare(session), and adds it to the table. `handle` is written only on
// success. Then the noted reason, if there is one, says why the rings are not used.
template <class Session, class Prepare> cs_error_t open_session(std::uint64_t* handle, Prepare prepare)
{
    forget_reason();
    if (handle == nullptr)
        return CS_ERR_INVALID_PARAM;
    const NoCancel no_cancel;
    auto* session = prepare_for_forks<Session>() ? make<Session>() : nullptr;
    if (session == nullptr)
        return CS_ERR_NO_MEMORY;
    configure_log();
    const Settings settings = Settings::from_environment();
    const ConnectDeadline deadline(settings.connect_ms);
    cs_error_t error = from_transport(session->connection().open(Session::kService, settings, deadline));
    Note why_no_rings;
    if (error == CS_OK) {
        why_no_rings = take_reason();
        error = prepare(*session);
    }
    if (error == CS_OK) {
        session->connection().opened();
        const std::uint64_t opened = Session::table().add(session);
        if (opened != 0) {
            *handle = opened;
            restore_reason(why_no_rings);
            return CS_OK;
        }
        error = CS_ERR_NO_MEMORY;
    }
    destroy(session);
    return error;
}

template <class Session, class Prepare>
cs_error_t initialize(std::uint64_t* handle, Prepare prepare, const char* function = __builtin_FUNCTION())
{
    COROSYNC_PROBE1(connect_begin, Session::kService);
    const cs_error_t error = open_session<Session>(handle, prepare);
    COROSYNC_PROBE2(connect_end, Session::kService, error);
    if (error != CS_OK || explained())
        report({Session::kService, error == CS_OK ? *handle : 0, function}, error);
    return error;
}

// Closes the handle and then calls f(session). Waiting dispatches return. The connection closes when the last pin is
// dropped.
template <class Session, class F>
cs_error_t finalize(std::uint64_t handle, const Caller& caller, F f, const char* function = __builtin_FUNCTION())
{
    const NoCancel no_cancel;
    forget_reason();
    Session* session = Session::table().close(handle);
    if (session == nullptr)
        return finish<Session>(handle, CS_ERR_BAD_HANDLE, function);
    COROSYNC_PROBE1(finalize, handle);
    const unsigned abandoned = session->connection().begin_close(caller);
    const cs_error_t error = f(*session);
    Session::table().unpin(handle, 1 + abandoned);
    return finish<Session>(handle, error, function);
}

template <class Session> cs_error_t fd_get(std::uint64_t handle, int* fd, const char* function = __builtin_FUNCTION())
{
    return with_session<Session>(
        handle,
        [&](Session& session) {
            if (fd == nullptr)
                return CS_ERR_INVALID_PARAM;
            *fd = session.connection().descriptor();
            return CS_OK;
        },
        function);
}

template <class Session>
cs_error_t dispatch(std::uint64_t handle, unsigned types, const Caller& caller,
                    const char* function = __builtin_FUNCTION())
{
    forget_reason();
    DispatchType type;
    if (!DispatchType::parse(types, type))
        return finish<Session>(handle, CS_ERR_INVALID_PARAM, function);
    Session* session = Session::table().pin(handle);
    if (session == nullptr)
        return finish<Session>(handle, CS_ERR_BAD_HANDLE, function);
    return finish<Session>(handle, from_transport(Dispatch<Session>(*session, handle).run(type, caller)), function);
}

// The program's own pointer, which the library does not use.
template <class Session, class Pointer>
cs_error_t context_get(std::uint64_t handle, Pointer* context, const char* function = __builtin_FUNCTION())
{
    return with_session<Session>(
        handle,
        [&](Session& session) {
            if (context == nullptr)
                return CS_ERR_INVALID_PARAM;
            *context = session.context.load(std::memory_order_relaxed);
            return CS_OK;
        },
        function);
}

template <class Session, class Pointer>
cs_error_t context_set(std::uint64_t handle, Pointer context, const char* function = __builtin_FUNCTION())
{
    return with_session<Session>(
        handle,
        [&](Session& session) {
            session.context.store(context, std::memory_order_relaxed);
            return CS_OK;
        },
        function);
}

} // namespace corosync
