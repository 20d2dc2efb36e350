// SPDX-License-Identifier: BSD-3-Clause
// The C functions of libcpg: each checks its arguments and the handle, calls the session, and returns the result. The
// order of the checks is the reference's.
#include "cpg/iteration.hpp"
#include "cpg/session.hpp"
#include "cpg/zero_copy.hpp"
#include "service/session_call.hpp"

#include <corosync/cpg.h>

using corosync::Caller;
using corosync::finish;
using corosync::refuse;
using corosync::with_pinned;
using corosync::with_session;
using corosync::cpg::Iteration;
using corosync::cpg::iterations;
using corosync::cpg::Session;

namespace {

constexpr unsigned kKnownFlags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;

// Checks a group's name. Callers do this before they check the handle.
cs_error_t check_group(const cpg_name* group)
{
    if (group == nullptr)
        return CS_ERR_INVALID_PARAM;
    return group->length <= CPG_MAX_NAME_LENGTH ? CS_OK : CS_ERR_NAME_TOO_LONG;
}

// Calls f(session, iteration) with the iteration and the session that it belongs to.
template <class F>
cs_error_t with_iteration(cpg_iteration_handle_t handle, F f, const char* function = __builtin_FUNCTION())
{
    const cs_error_t error = with_pinned(iterations(), handle, [&](const Iteration& iteration) {
        return with_pinned(Session::table(), iteration.owner, [&](Session& session) { return f(session, iteration); });
    });
    return finish<Session>(handle, error, function);
}

} // namespace

extern "C" {

cs_error_t cpg_initialize(cpg_handle_t* handle, cpg_callbacks_t* callbacks)
{
    cpg_model_v1_data_t model{};
    if (callbacks != nullptr) {
        model.cpg_deliver_fn = callbacks->cpg_deliver_fn;
        model.cpg_confchg_fn = callbacks->cpg_confchg_fn;
    }
    return corosync::initialize<Session>(handle, [&](Session& session) {
        session.set_callbacks(model);
        return CS_OK;
    });
}

cs_error_t cpg_model_initialize(cpg_handle_t* handle, cpg_model_t model, cpg_model_data_t* model_data, void* context)
{
    if (model != CPG_MODEL_V1)
        return refuse<Session>(0, CS_ERR_INVALID_PARAM);
    cpg_model_v1_data_t data{};
    if (model_data != nullptr)
        data = *reinterpret_cast<const cpg_model_v1_data_t*>(model_data);
    return corosync::initialize<Session>(handle, [&](Session& session) {
        if ((data.flags & ~kKnownFlags) != 0)
            return CS_ERR_INVALID_PARAM;
        session.set_callbacks(data);
        session.context.store(context, std::memory_order_relaxed);
        return CS_OK;
    });
}

cs_error_t cpg_finalize(cpg_handle_t handle)
{
    return corosync::finalize<Session>(handle, Caller::at(__builtin_frame_address(0)),
                                       [](Session& session) { return session.send_finalize(); });
}

cs_error_t cpg_fd_get(cpg_handle_t handle, int* fd)
{
    return corosync::fd_get<Session>(handle, fd);
}

cs_error_t cpg_max_atomic_msgsize_get(cpg_handle_t handle, uint32_t* size)
{
    return with_session<Session>(handle, [&](Session&) {
        if (size == nullptr)
            return CS_ERR_INVALID_PARAM;
        *size = corosync::cpg::kMaxAtomic;
        return CS_OK;
    });
}

cs_error_t cpg_context_get(cpg_handle_t handle, void** context)
{
    return corosync::context_get<Session>(handle, context);
}

cs_error_t cpg_context_set(cpg_handle_t handle, void* context)
{
    return corosync::context_set<Session>(handle, context);
}

cs_error_t cpg_dispatch(cpg_handle_t handle, cs_dispatch_flags_t dispatch_types)
{
    return corosync::dispatch<Session>(handle, dispatch_types, Caller::at(__builtin_frame_address(0)));
}

cs_error_t cpg_join(cpg_handle_t handle, const struct cpg_name* group)
{
    if (const cs_error_t error = check_group(group); error != CS_OK)
        return refuse<Session>(handle, error);
    return with_session<Session>(handle, [&](Session& session) { return session.join(*group); });
}

cs_error_t cpg_leave(cpg_handle_t handle, const struct cpg_name* group)
{
    if (const cs_error_t error = check_group(group); error != CS_OK)
        return refuse<Session>(handle, error);
    return with_session<Session>(handle, [&](Session& session) { return session.leave(*group); });
}

cs_error_t cpg_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, const struct iovec* iovec,
                            unsigned int iov_len)
{
    return with_session<Session>(handle, [&](Session& session) { return session.mcast(guarantee, iovec, iov_len); });
}

cs_error_t cpg_membership_get(cpg_handle_t handle, struct cpg_name* groupName, struct cpg_address* member_list,
                              int* member_list_entries)
{
    if (const cs_error_t error = check_group(groupName); error != CS_OK)
        return refuse<Session>(handle, error);
    if (member_list == nullptr || member_list_entries == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(
        handle, [&](Session& session) { return session.membership(*groupName, member_list, *member_list_entries); });
}

cs_error_t cpg_local_get(cpg_handle_t handle, unsigned int* local_nodeid)
{
    return with_session<Session>(handle, [&](Session& session) {
        return local_nodeid != nullptr ? session.local_nodeid(*local_nodeid) : CS_ERR_INVALID_PARAM;
    });
}

cs_error_t cpg_flow_control_state_get(cpg_handle_t handle, cpg_flow_control_state_t* flow_control_enabled)
{
    return with_session<Session>(handle, [&](Session&) {
        if (flow_control_enabled == nullptr)
            return CS_ERR_INVALID_PARAM;
        *flow_control_enabled = CPG_FLOW_CONTROL_DISABLED;
        return CS_OK;
    });
}

cs_error_t cpg_zcb_alloc(cpg_handle_t handle, size_t size, void** buffer)
{
    return with_session<Session>(handle, [&](Session&) {
        if (buffer == nullptr)
            return CS_ERR_INVALID_PARAM;
        void* memory = corosync::cpg::zero_copy_alloc(size);
        if (memory == nullptr)
            return CS_ERR_NO_MEMORY;
        *buffer = memory;
        return CS_OK;
    });
}

cs_error_t cpg_zcb_free(cpg_handle_t handle, void* buffer)
{
    // Free the buffer also if the handle is not open. Otherwise a program that has lost its handle could never free it.
    const bool freed = corosync::cpg::zero_copy_free(buffer);
    return with_session<Session>(handle,
                                 [&](Session&) { return freed || buffer == nullptr ? CS_OK : CS_ERR_INVALID_PARAM; });
}

cs_error_t cpg_zcb_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, void* msg, size_t msg_len)
{
    return with_session<Session>(handle, [&](Session& session) {
        return msg != nullptr ? session.zero_copy_mcast(guarantee, {msg, msg_len}) : CS_ERR_INVALID_PARAM;
    });
}

cs_error_t cpg_iteration_initialize(cpg_handle_t handle, cpg_iteration_type_t iteration_type,
                                    const struct cpg_name* group, cpg_iteration_handle_t* cpg_iteration_handle)
{
    if (group != nullptr && group->length > CPG_MAX_NAME_LENGTH)
        return refuse<Session>(handle, CS_ERR_NAME_TOO_LONG);
    if (cpg_iteration_handle == nullptr || (group != nullptr) != (iteration_type == CPG_ITERATION_ONE_GROUP))
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    if (iteration_type != CPG_ITERATION_NAME_ONLY && iteration_type != CPG_ITERATION_ONE_GROUP &&
        iteration_type != CPG_ITERATION_ALL)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(handle, [&](Session& session) {
        return session.iteration_initialize(handle, iteration_type, group, *cpg_iteration_handle);
    });
}

cs_error_t cpg_iteration_next(cpg_iteration_handle_t handle, struct cpg_iteration_description_t* description)
{
    if (description == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_iteration(handle, [&](Session& session, const Iteration& iteration) {
        return session.iteration_next(iteration, handle, *description);
    });
}

cs_error_t cpg_iteration_finalize(cpg_iteration_handle_t handle)
{
    return with_iteration(handle, [&](Session& session, const Iteration& iteration) {
        return session.iteration_finalize(iteration, handle);
    });
}

} // extern "C"
