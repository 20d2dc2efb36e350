// SPDX-License-Identifier: BSD-3-Clause
#include "cmap_calls.hpp"
#include "listener.hpp"

#include <cstring>
#include <string>

#include <corosync/cmap.h>

namespace test {

namespace {

std::string key; // the last listener's

cs_error_t listen(cmap_handle_t* handle)
{
    const auto tell = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char* name, cmap_notify_value now,
                         cmap_notify_value, void*) {
        Listener::tell([=] {
            std::uint64_t number = 0;
            if (name == key && now.len == sizeof number)
                std::memcpy(&number, now.data, sizeof number);
            return static_cast<std::uint32_t>(number);
        });
    };
    key = Listener::new_name();
    auto error = cmap_initialize(handle);
    if (error == CS_OK)
        error = cmap_set_uint64(*handle, key.c_str(), 0);
    cmap_track_handle_t tracker = 0;
    return error == CS_OK ? cmap_track_add(*handle, key.c_str(), CMAP_TRACK_MODIFY, tell, nullptr, &tracker) : error;
}

cs_error_t provoke(cmap_handle_t handle, std::uint32_t first, int count)
{
    auto error = CS_OK;
    for (int event = 0; event < count && error == CS_OK; ++event)
        error = cmap_set_uint64(handle, key.c_str(), first++);
    return error;
}

cs_error_t ask(cmap_handle_t handle)
{
    std::uint32_t version = 0;
    const auto error = cmap_get_uint32(handle, "totem.version", &version);
    return error == CS_OK && version != 2 ? CS_ERR_BAD_OPERATION : error;
}

} // namespace

const Service& service()
{
    static constexpr Service cmap{
        .name = "cmap",
        .initialize = cmap_initialize,
        .initialize_otherwise = [](cmap_handle_t* handle) { return cmap_initialize_map(handle, CMAP_MAP_STATS); },
        .finalize = cmap_finalize,
        .finalize_asks = false,
        .dispatch = cmap_dispatch,
        .fd_get = cmap_fd_get,
        .context_get = [](cmap_handle_t handle,
                          void** context) { return cmap_context_get(handle, const_cast<const void**>(context)); },
        .context_set = [](cmap_handle_t handle, void* context) { return cmap_context_set(handle, context); },
        .calls = cmap_calls,
        .prepare = [](cmap_handle_t handle) { EXPECT_EQ(CS_OK, cmap_set_uint8(handle, "calls.key", 1)); },
        .ask = ask,
        .listen = listen,
        .provoke = provoke,
        .await = [] {},
    };
    return cmap;
}

} // namespace test
