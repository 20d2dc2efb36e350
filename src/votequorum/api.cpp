// SPDX-License-Identifier: BSD-3-Clause
// The C functions of libvotequorum: each checks its arguments and the handle, calls the session, and returns the
// result. The order of the checks is the reference's.
#include "service/session_call.hpp"
#include "votequorum/session.hpp"

#include <corosync/votequorum.h>

using corosync::Caller;
using corosync::refuse;
using corosync::with_session;
using corosync::votequorum::DeviceName;
using corosync::votequorum::Session;

namespace {

cs_error_t initialize(votequorum_handle_t* handle, const votequorum_model_v1_data_t& model,
                      const char* function = __builtin_FUNCTION())
{
    return corosync::initialize<Session>(
        handle,
        [&](Session& session) {
            session.set_callbacks(model);
            return CS_OK;
        },
        function);
}

// Checks the device's name before the handle, as all device functions do.
template <class F>
cs_error_t with_device(votequorum_handle_t handle, const char* name, F f, const char* function = __builtin_FUNCTION())
{
    DeviceName device;
    if (!device.assign(name))
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM, function);
    return with_session<Session>(
        handle, [&](Session& session) { return f(session, device); }, function);
}

} // namespace

extern "C" {

cs_error_t votequorum_initialize(votequorum_handle_t* handle, votequorum_callbacks_t* callbacks)
{
    votequorum_model_v1_data_t model{};
    if (callbacks != nullptr) {
        model.votequorum_quorum_notify_fn = callbacks->votequorum_quorum_notify_fn;
        model.votequorum_expectedvotes_notify_fn = callbacks->votequorum_expectedvotes_notify_fn;
        model.votequorum_nodelist_notify_fn = callbacks->votequorum_nodelist_notify_fn;
    }
    return initialize(handle, model);
}

cs_error_t votequorum_model_initialize(votequorum_handle_t* handle, const votequorum_model_v1_data_t* model)
{
    if (model == nullptr)
        return initialize(handle, {});
    return model->model == VOTEQUORUM_MODEL_V1 ? initialize(handle, *model) : refuse<Session>(0, CS_ERR_INVALID_PARAM);
}

cs_error_t votequorum_finalize(votequorum_handle_t handle)
{
    return corosync::finalize<Session>(handle, Caller::at(__builtin_frame_address(0)), [](Session&) { return CS_OK; });
}

cs_error_t votequorum_dispatch(votequorum_handle_t handle, cs_dispatch_flags_t dispatch_types)
{
    return corosync::dispatch<Session>(handle, dispatch_types, Caller::at(__builtin_frame_address(0)));
}

cs_error_t votequorum_fd_get(votequorum_handle_t handle, int* fd)
{
    return corosync::fd_get<Session>(handle, fd);
}

cs_error_t votequorum_context_get(votequorum_handle_t handle, void** context)
{
    return corosync::context_get<Session>(handle, context);
}

cs_error_t votequorum_context_set(votequorum_handle_t handle, void* context)
{
    return corosync::context_set<Session>(handle, context);
}

cs_error_t votequorum_getinfo(votequorum_handle_t handle, unsigned int nodeid, struct votequorum_info* info)
{
    return with_session<Session>(handle, [&](Session& session) {
        return info != nullptr ? session.getinfo(nodeid, *info) : CS_ERR_INVALID_PARAM;
    });
}

cs_error_t votequorum_setexpected(votequorum_handle_t handle, unsigned int expected_votes)
{
    return with_session<Session>(handle, [&](Session& session) { return session.setexpected(expected_votes); });
}

cs_error_t votequorum_setvotes(votequorum_handle_t handle, unsigned int nodeid, unsigned int votes)
{
    return with_session<Session>(handle, [&](Session& session) { return session.setvotes(nodeid, votes); });
}

cs_error_t votequorum_trackstart(votequorum_handle_t handle, uint64_t context, unsigned int flags)
{
    return with_session<Session>(handle, [&](Session& session) { return session.trackstart(context, flags); });
}

cs_error_t votequorum_trackstop(votequorum_handle_t handle)
{
    return with_session<Session>(handle, [](Session& session) { return session.trackstop(); });
}

cs_error_t votequorum_qdevice_register(votequorum_handle_t handle, const char* name)
{
    return with_device(handle, name,
                       [](Session& session, const DeviceName& device) { return session.device_register(device); });
}

cs_error_t votequorum_qdevice_unregister(votequorum_handle_t handle, const char* name)
{
    return with_device(handle, name,
                       [](Session& session, const DeviceName& device) { return session.device_unregister(device); });
}

cs_error_t votequorum_qdevice_update(votequorum_handle_t handle, const char* oldname, const char* newname)
{
    DeviceName renamed;
    if (!renamed.assign(newname))
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_device(handle, oldname, [&](Session& session, const DeviceName& device) {
        return session.device_update(device, renamed);
    });
}

cs_error_t votequorum_qdevice_poll(votequorum_handle_t handle, const char* name, unsigned int cast_vote,
                                   votequorum_ring_id_t ring_id)
{
    return with_device(handle, name, [&](Session& session, const DeviceName& device) {
        return session.device_poll(device, cast_vote, ring_id);
    });
}

cs_error_t votequorum_qdevice_master_wins(votequorum_handle_t handle, const char* name, unsigned int allow)
{
    return with_device(handle, name, [&](Session& session, const DeviceName& device) {
        return session.device_master_wins(device, allow);
    });
}

cs_error_t votequorum_get_qdevice_extra_info(votequorum_handle_t handle, unsigned int nodeid, uint32_t* ei_size,
                                             void* extra_info)
{
    if (ei_size == nullptr || extra_info == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(
        handle, [&](Session& session) { return session.get_extra_info(nodeid, *ei_size, extra_info); });
}

cs_error_t votequorum_set_qdevice_extra_info(votequorum_handle_t handle, uint32_t ei_size, const void* extra_info)
{
    return with_session<Session>(handle, [&](Session& session) { return session.set_extra_info(extra_info, ei_size); });
}

} // extern "C"
