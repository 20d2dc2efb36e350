#include "integration/cmap_calls.hpp"
#include "listener.hpp"

#include <corosync/cmap.h>

namespace test {

namespace {

std::string key; // of the last listener

cs_error_t listen(cmap_handle_t* handle)
{
    const auto tell = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value,
                         cmap_notify_value, void*) { Listener::tell(); };
    key = Listener::new_name();
    auto error = cmap_initialize(handle);
    if (error == CS_OK)
        error = cmap_set_uint64(*handle, key.c_str(), 0);
    cmap_track_handle_t tracker = 0;
    return error == CS_OK ? cmap_track_add(*handle, key.c_str(), CMAP_TRACK_MODIFY, tell, nullptr, &tracker) : error;
}

cs_error_t provoke(cmap_handle_t handle)
{
    auto error = CS_OK;
    for (int event = 0; event < Listener::kEvents && error == CS_OK; ++event)
        error = cmap_inc(handle, key.c_str());
    return error;
}

} // namespace

const Service& service()
{
    static constexpr Service cmap{
        .initialize = cmap_initialize,
        .finalize = cmap_finalize,
        .finalize_asks = false,
        .dispatch = cmap_dispatch,
        .fd_get = cmap_fd_get,
        .calls = cmap_calls,
        .prepare = [](cmap_handle_t handle) { EXPECT_EQ(CS_OK, cmap_set_uint8(handle, "calls.key", 1)); },
        .ask = [](cmap_handle_t handle) { return cmap_get(handle, "totem.version", nullptr, nullptr, nullptr); },
        .listen = listen,
        .provoke = provoke,
        .await = [] {},
    };
    return cmap;
}

} // namespace test
