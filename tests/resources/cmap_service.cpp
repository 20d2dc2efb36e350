#include "integration/cmap_calls.hpp"
#include "service.hpp"

#include <corosync/cmap.h>

namespace test {

const Service& service()
{
    static constexpr Service cmap{
        .initialize = cmap_initialize,
        .finalize = cmap_finalize,
        .calls = cmap_calls,
        .prepare = [](cmap_handle_t handle) { EXPECT_EQ(CS_OK, cmap_set_uint8(handle, "calls.key", 1)); },
        .ask = [](cmap_handle_t handle) { return cmap_get(handle, "totem.version", nullptr, nullptr, nullptr); },
        .await = [] {},
    };
    return cmap;
}

} // namespace test
