// SPDX-License-Identifier: BSD-3-Clause
// What the C functions of the three services have in common.
#pragma once

#include "common/result.hpp"
#include "core/dispatch.hpp"

#include <corosync/corotypes.h>

#include <cstdint>

namespace corosync {

inline cs_error_t answer(const Exchange& exchange)
{
    return exchange.status() < 0 ? from_transport(exchange.status()) : from_wire(exchange.error());
}

// A request whose reply is but a result.
template <class Request> cs_error_t ask(Connection& connection, Outgoing<Request>& request, std::int32_t reply_id)
{
    return answer(Exchange(connection, {request.part()}, {reply_id}));
}

// Makes a session, connects it, lets prepare(session) do the rest, and publishes it. `handle` is written only then.
template <class Session, class Prepare> cs_error_t initialize(std::uint64_t* handle, Prepare prepare)
{
    if (handle == nullptr)
        return CS_ERR_INVALID_PARAM;
    const NoCancel no_cancel;
    auto* session = make<Session>();
    if (session == nullptr)
        return CS_ERR_NO_MEMORY;
    cs_error_t error = from_transport(session->connection().open(Session::kService));
    if (error == CS_OK)
        error = prepare(*session);
    if (error == CS_OK) {
        const std::uint64_t opened = Session::table().add(session);
        if (opened != 0) {
            *handle = opened;
            return CS_OK;
        }
        error = CS_ERR_NO_MEMORY;
    }
    destroy(session);
    return error;
}

template <class Session, class F> cs_error_t with_session(std::uint64_t handle, F f)
{
    return with_session(Session::table(), handle, CS_ERR_BAD_HANDLE, f);
}

template <class Session> cs_error_t fd_get(std::uint64_t handle, int* fd)
{
    return with_session<Session>(handle, [&](Session& session) {
        if (fd == nullptr)
            return CS_ERR_INVALID_PARAM;
        *fd = session.connection().descriptor();
        return CS_OK;
    });
}

template <class Session> cs_error_t dispatch(std::uint64_t handle, unsigned types, const Caller& caller)
{
    DispatchType type;
    if (!DispatchType::parse(types, type))
        return CS_ERR_INVALID_PARAM;
    return from_transport(dispatch(Session::table(), handle, type, caller));
}

// A session's pointer for the program, which means nothing here.
template <class Session, class Pointer> cs_error_t context_get(std::uint64_t handle, Pointer* context)
{
    return with_session<Session>(handle, [&](Session& session) {
        if (context == nullptr)
            return CS_ERR_INVALID_PARAM;
        *context = session.context.load(std::memory_order_relaxed);
        return CS_OK;
    });
}

template <class Session, class Pointer> cs_error_t context_set(std::uint64_t handle, Pointer context)
{
    return with_session<Session>(handle, [&](Session& session) {
        session.context.store(context, std::memory_order_relaxed);
        return CS_OK;
    });
}

} // namespace corosync
