// SPDX-License-Identifier: BSD-3-Clause
#include "cpg_fixture.hpp"
#include "listener.hpp"

namespace test {

namespace {

// The handle joins its own group. The confchg of that is already dispatched.
cs_error_t listen(cpg_handle_t* handle)
{
    cpg_callbacks_t callbacks{};
    callbacks.cpg_deliver_fn = [](cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void* data,
                                  std::size_t size) {
        Listener::tell([=] {
            std::uint32_t number = 0;
            if (size == sizeof number)
                std::memcpy(&number, data, sizeof number);
            return number;
        });
    };
    auto error = cpg_initialize(handle, &callbacks);
    if (error == CS_OK)
        error = join(*handle, Listener::new_name());
    return error == CS_OK ? cpg_dispatch(*handle, CS_DISPATCH_ONE) : error;
}

cs_error_t provoke(cpg_handle_t handle, std::uint32_t first, int count)
{
    auto error = CS_OK;
    for (int event = 0; event < count && error == CS_OK; ++event, ++first)
        error = send(handle, {reinterpret_cast<const char*>(&first), sizeof first});
    return error;
}

cs_error_t ask(cpg_handle_t handle)
{
    unsigned nodeid = 0;
    const auto error = cpg_local_get(handle, &nodeid);
    return error == CS_OK && nodeid != 1 ? CS_ERR_BAD_OPERATION : error;
}

// The iteration functions as one call, and the fixture's calls.
const std::vector<HandleCall>& calls()
{
    static const std::vector<HandleCall> all = [] {
        std::vector<HandleCall> result = {
            {"iteration", HandleCall::request, [](cpg_handle_t handle) {
                 cpg_iteration_handle_t iteration = kNoHandle;
                 auto error = cpg_iteration_initialize(handle, CPG_ITERATION_ALL, nullptr, &iteration);
                 if (error != CS_OK)
                     return error;
                 cpg_iteration_description_t description;
                 error = cpg_iteration_next(iteration, &description);
                 const auto finalized = cpg_iteration_finalize(iteration);
                 return error == CS_OK || error == CS_ERR_NO_SECTIONS ? finalized : error; // there may be no group
             }}};
        result.insert(result.end(), cpg_calls().begin(), cpg_calls().end());
        return result;
    }();
    return all;
}

} // namespace

const Service& service()
{
    static constexpr Service cpg{
        .name = "cpg",
        .initialize = [](cpg_handle_t* handle) { return cpg_initialize(handle, nullptr); },
        .initialize_otherwise =
            [](cpg_handle_t* handle) { return cpg_model_initialize(handle, CPG_MODEL_V1, nullptr, nullptr); },
        .finalize = cpg_finalize,
        .finalize_asks = true,
        .dispatch = cpg_dispatch,
        .fd_get = cpg_fd_get,
        .context_get = cpg_context_get,
        .context_set = cpg_context_set,
        .calls = calls,
        .prepare =
            [](cpg_handle_t) {
                EXPECT_TRUE(await_members("calls", 0)); // the last handle may still be a member
            },
        .ask = ask,
        .listen = listen,
        .provoke = provoke,
        .await = await_settled,
    };
    return cpg;
}

} // namespace test
