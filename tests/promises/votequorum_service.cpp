// SPDX-License-Identifier: BSD-3-Clause
#include "service.hpp"

#include "integration/votequorum_calls.hpp"

#include "support/eventually.hpp"

#include <stdexcept>

#include <corosync/votequorum.h>

namespace test {

namespace {

cs_error_t initialize(std::uint64_t* handle)
{
    return votequorum_initialize(handle, nullptr);
}

void await()
{
    const auto quorate = [] {
        votequorum_handle_t handle = kNoHandle;
        votequorum_info info{};
        if (initialize(&handle) != CS_OK)
            return false;
        const auto error = votequorum_getinfo(handle, 0, &info);
        votequorum_finalize(handle);
        return error == CS_OK && (info.flags & VOTEQUORUM_INFO_QUORATE) != 0;
    };
    if (!eventually(quorate))
        throw std::runtime_error("votequorum is not served");
}

} // namespace

const PromisingService& service()
{
    static const PromisingService votequorum = {
        .name = "votequorum",
        .finalize_asks = false,
        .initialize = initialize,
        .finalize = votequorum_finalize,
        .calls = votequorum_calls,
        .listen =
            [](std::uint64_t* handle) {
                votequorum_callbacks_t callbacks{};
                callbacks.votequorum_nodelist_notify_fn = [](auto...) { event_came(); };
                return votequorum_initialize(handle, &callbacks);
            },
        .provoke = [](std::uint64_t handle) { return votequorum_trackstart(handle, 0, CS_TRACK_CURRENT); },
        .dispatch = votequorum_dispatch,
        .fd_get = votequorum_fd_get,
        .await = await,
    };
    return votequorum;
}

} // namespace test
