// SPDX-License-Identifier: BSD-3-Clause
#include "service.hpp"

#include "integration/cpg_fixture.hpp"

namespace test {

const PromisingService& service()
{
    static const PromisingService cpg = {
        .name = "cpg",
        .finalize_asks = true,
        .initialize = [](std::uint64_t* handle) { return cpg_initialize(handle, nullptr); },
        .finalize = cpg_finalize,
        .calls = cpg_calls,
        .listen =
            [](std::uint64_t* handle) {
                cpg_callbacks_t callbacks{};
                callbacks.cpg_confchg_fn = [](auto...) { event_came(); };
                return cpg_initialize(handle, &callbacks);
            },
        .provoke = [](std::uint64_t handle) { return join(handle, "promises"); },
        .dispatch = cpg_dispatch,
        .fd_get = cpg_fd_get,
        .await = await_settled,
    };
    return cpg;
}

} // namespace test
