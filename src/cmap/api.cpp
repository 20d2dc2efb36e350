// SPDX-License-Identifier: BSD-3-Clause
// The C functions of libcmap: each checks its arguments and the handle, calls the session, and returns the result. The
// order of the checks is the reference's.
#include "cmap/session.hpp"
#include "service/session_call.hpp"

#include <corosync/cmap.h>

#include <cstring>

using corosync::Caller;
using corosync::refuse;
using corosync::with_session;
using corosync::cmap::Key;
using corosync::cmap::Session;

namespace {

// Checks the key before the handle, as most functions do.
template <class F>
cs_error_t with_key(cmap_handle_t handle, const char* name, F f, const char* function = __builtin_FUNCTION())
{
    Key key;
    if (name == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM, function);
    if (!key.assign(name))
        return refuse<Session>(handle, CS_ERR_NAME_TOO_LONG, function);
    return with_session<Session>(
        handle, [&](Session& session) { return f(session, key); }, function);
}

cs_error_t set(cmap_handle_t handle, const char* name, const void* value, std::size_t length, cmap_value_types_t type,
               const char* function = __builtin_FUNCTION())
{
    if (value == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM, function);
    return with_key(
        handle, name, [&](Session& session, const Key& key) { return session.set(key, value, length, type); },
        function);
}

template <class T>
cs_error_t set_number(cmap_handle_t handle, const char* key, T value, cmap_value_types_t type,
                      const char* function = __builtin_FUNCTION())
{
    return set(handle, key, &value, sizeof value, type, function);
}

template <class T>
cs_error_t get_number(cmap_handle_t handle, const char* name, T* value, cmap_value_types_t type,
                      const char* function = __builtin_FUNCTION())
{
    return with_key(
        handle, name,
        [&](Session& session, const Key& key) {
            return value != nullptr ? session.get_number(key, type, value, sizeof *value) : CS_ERR_INVALID_PARAM;
        },
        function);
}

} // namespace

extern "C" {

cs_error_t cmap_initialize(cmap_handle_t* handle)
{
    return corosync::initialize<Session>(handle, [](Session&) { return CS_OK; });
}

cs_error_t cmap_initialize_map(cmap_handle_t* handle, cmap_map_t map)
{
    return corosync::initialize<Session>(handle, [&](Session& session) { return session.use_map(map); });
}

cs_error_t cmap_finalize(cmap_handle_t handle)
{
    return corosync::finalize<Session>(handle, Caller::at(__builtin_frame_address(0)), [](Session&) { return CS_OK; });
}

cs_error_t cmap_fd_get(cmap_handle_t handle, int* fd)
{
    return corosync::fd_get<Session>(handle, fd);
}

cs_error_t cmap_dispatch(cmap_handle_t handle, cs_dispatch_flags_t dispatch_types)
{
    return corosync::dispatch<Session>(handle, dispatch_types, Caller::at(__builtin_frame_address(0)));
}

cs_error_t cmap_context_get(cmap_handle_t handle, const void** context)
{
    return corosync::context_get<Session>(handle, context);
}

cs_error_t cmap_context_set(cmap_handle_t handle, const void* context)
{
    return corosync::context_set<Session>(handle, context);
}

cs_error_t cmap_set(cmap_handle_t handle, const char* key_name, const void* value, size_t value_len,
                    cmap_value_types_t type)
{
    return set(handle, key_name, value, value_len, type);
}

cs_error_t cmap_set_int8(cmap_handle_t handle, const char* key_name, int8_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_INT8);
}

cs_error_t cmap_set_uint8(cmap_handle_t handle, const char* key_name, uint8_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_UINT8);
}

cs_error_t cmap_set_int16(cmap_handle_t handle, const char* key_name, int16_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_INT16);
}

cs_error_t cmap_set_uint16(cmap_handle_t handle, const char* key_name, uint16_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_UINT16);
}

cs_error_t cmap_set_int32(cmap_handle_t handle, const char* key_name, int32_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_INT32);
}

cs_error_t cmap_set_uint32(cmap_handle_t handle, const char* key_name, uint32_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_UINT32);
}

cs_error_t cmap_set_int64(cmap_handle_t handle, const char* key_name, int64_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_INT64);
}

cs_error_t cmap_set_uint64(cmap_handle_t handle, const char* key_name, uint64_t value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_UINT64);
}

cs_error_t cmap_set_float(cmap_handle_t handle, const char* key_name, float value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_FLOAT);
}

cs_error_t cmap_set_double(cmap_handle_t handle, const char* key_name, double value)
{
    return set_number(handle, key_name, value, CMAP_VALUETYPE_DOUBLE);
}

cs_error_t cmap_set_string(cmap_handle_t handle, const char* key_name, const char* value)
{
    return set(handle, key_name, value, value != nullptr ? std::strlen(value) : 0, CMAP_VALUETYPE_STRING);
}

cs_error_t cmap_delete(cmap_handle_t handle, const char* key_name)
{
    return with_key(handle, key_name, [](Session& session, const Key& key) { return session.remove(key); });
}

cs_error_t cmap_get(cmap_handle_t handle, const char* key_name, void* value, size_t* value_len,
                    cmap_value_types_t* type)
{
    Key key;
    if (key_name == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    if (!key.assign(key_name))
        return refuse<Session>(handle, CS_ERR_NAME_TOO_LONG);
    if (value != nullptr && value_len == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(handle, [&](Session& session) { return session.get(key, value, value_len, type); });
}

cs_error_t cmap_get_int8(cmap_handle_t handle, const char* key_name, int8_t* i8)
{
    return get_number(handle, key_name, i8, CMAP_VALUETYPE_INT8);
}

cs_error_t cmap_get_uint8(cmap_handle_t handle, const char* key_name, uint8_t* u8)
{
    return get_number(handle, key_name, u8, CMAP_VALUETYPE_UINT8);
}

cs_error_t cmap_get_int16(cmap_handle_t handle, const char* key_name, int16_t* i16)
{
    return get_number(handle, key_name, i16, CMAP_VALUETYPE_INT16);
}

cs_error_t cmap_get_uint16(cmap_handle_t handle, const char* key_name, uint16_t* u16)
{
    return get_number(handle, key_name, u16, CMAP_VALUETYPE_UINT16);
}

cs_error_t cmap_get_int32(cmap_handle_t handle, const char* key_name, int32_t* i32)
{
    return get_number(handle, key_name, i32, CMAP_VALUETYPE_INT32);
}

cs_error_t cmap_get_uint32(cmap_handle_t handle, const char* key_name, uint32_t* u32)
{
    return get_number(handle, key_name, u32, CMAP_VALUETYPE_UINT32);
}

cs_error_t cmap_get_int64(cmap_handle_t handle, const char* key_name, int64_t* i64)
{
    return get_number(handle, key_name, i64, CMAP_VALUETYPE_INT64);
}

cs_error_t cmap_get_uint64(cmap_handle_t handle, const char* key_name, uint64_t* u64)
{
    return get_number(handle, key_name, u64, CMAP_VALUETYPE_UINT64);
}

cs_error_t cmap_get_float(cmap_handle_t handle, const char* key_name, float* flt)
{
    return get_number(handle, key_name, flt, CMAP_VALUETYPE_FLOAT);
}

cs_error_t cmap_get_double(cmap_handle_t handle, const char* key_name, double* dbl)
{
    return get_number(handle, key_name, dbl, CMAP_VALUETYPE_DOUBLE);
}

cs_error_t cmap_get_string(cmap_handle_t handle, const char* key_name, char** str)
{
    return with_key(handle, key_name, [&](Session& session, const Key& key) {
        return str != nullptr ? session.get_string(key, str) : CS_ERR_INVALID_PARAM;
    });
}

cs_error_t cmap_inc(cmap_handle_t handle, const char* key_name)
{
    return with_key(handle, key_name, [](Session& session, const Key& key) { return session.adjust(key, 1); });
}

cs_error_t cmap_dec(cmap_handle_t handle, const char* key_name)
{
    return with_key(handle, key_name, [](Session& session, const Key& key) { return session.adjust(key, -1); });
}

cs_error_t cmap_iter_init(cmap_handle_t handle, const char* prefix, cmap_iter_handle_t* cmap_iter_handle)
{
    if (cmap_iter_handle == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(handle, [&](Session& session) {
        Key key;
        return key.assign(prefix) ? session.iter_init(key, *cmap_iter_handle) : CS_ERR_NAME_TOO_LONG;
    });
}

cs_error_t cmap_iter_next(cmap_handle_t handle, cmap_iter_handle_t iter_handle, char key_name[], size_t* value_len,
                          cmap_value_types_t* type)
{
    if (key_name == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(
        handle, [&](Session& session) { return session.iter_next(iter_handle, key_name, value_len, type); });
}

cs_error_t cmap_iter_finalize(cmap_handle_t handle, cmap_iter_handle_t iter_handle)
{
    return with_session<Session>(handle, [&](Session& session) { return session.iter_finalize(iter_handle); });
}

cs_error_t cmap_track_add(cmap_handle_t handle, const char* key_name, int32_t track_type, cmap_notify_fn_t notify_fn,
                          void* user_data, cmap_track_handle_t* cmap_track_handle)
{
    if (cmap_track_handle == nullptr || notify_fn == nullptr)
        return refuse<Session>(handle, CS_ERR_INVALID_PARAM);
    return with_session<Session>(handle, [&](Session& session) {
        Key key;
        return key.assign(key_name) ? session.track_add(key, track_type, notify_fn, user_data, *cmap_track_handle)
                                    : CS_ERR_NAME_TOO_LONG;
    });
}

cs_error_t cmap_track_delete(cmap_handle_t handle, cmap_track_handle_t track_handle)
{
    return with_session<Session>(handle, [&](Session& session) { return session.track_delete(track_handle); });
}

} // extern "C"
