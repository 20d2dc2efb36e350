// SPDX-License-Identifier: BSD-3-Clause
// The service whose header is held to its word: what the tests that are the same for each need to know of it.
#pragma once

#include "support/client.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace test {

struct PromisingService {
    const char* name;
    bool finalize_asks; // the daemon
    cs_error_t (*initialize)(std::uint64_t* handle);
    cs_error_t (*finalize)(std::uint64_t handle);
    const std::vector<HandleCall>& (*calls)();

    // A handle whose callback calls on_event, and an event for it.
    cs_error_t (*listen)(std::uint64_t* handle);
    cs_error_t (*provoke)(std::uint64_t handle);
    cs_error_t (*dispatch)(std::uint64_t handle, cs_dispatch_flags_t flag);
    cs_error_t (*fd_get)(std::uint64_t handle, int* fd);

    // Waits until the daemon beside us serves.
    void (*await)();
};
const PromisingService& service();

// What the callback does. Empty: nothing.
inline std::function<void()> on_event;
inline void event_came()
{
    if (on_event)
        on_event();
}

} // namespace test
