// SPDX-License-Identifier: BSD-3-Clause
#include "service.hpp"

#include "integration/cmap_calls.hpp"
#include "integration/cmap_fixture.hpp"

namespace test {

const PromisingService& service()
{
    static const PromisingService cmap = {
        .name = "cmap",
        .finalize_asks = false,
        .initialize = cmap_initialize,
        .finalize = cmap_finalize,
        .calls = cmap_calls,
        .listen =
            [](std::uint64_t* handle) {
                const auto notify = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value,
                                       cmap_notify_value, void*) { event_came(); };
                cmap_track_handle_t tracker = 0;
                const auto error = cmap_initialize(handle);
                return error == CS_OK ? cmap_track_add(*handle, "promises.key", kEverything, notify, nullptr, &tracker)
                                      : error;
            },
        .provoke =
            [](std::uint64_t handle) {
                static std::uint32_t number;
                return cmap_set_uint32(handle, "promises.key", ++number);
            },
        .dispatch = cmap_dispatch,
        .fd_get = cmap_fd_get,
        .await = [] {},
    };
    return cmap;
}

} // namespace test
