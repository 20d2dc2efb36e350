// SPDX-License-Identifier: BSD-3-Clause
#include "listener.hpp"
#include "votequorum_fixture.hpp"

namespace test {

namespace {

// Each request causes two events. Their context is the number of the first; the second has the next number.
cs_error_t listen(votequorum_handle_t* handle)
{
    votequorum_callbacks_t callbacks{};
    callbacks.votequorum_nodelist_notify_fn = [](votequorum_handle_t, std::uint64_t context, votequorum_ring_id_t,
                                                 std::uint32_t count, std::uint32_t* nodes) {
        Listener::tell([=] { return count == 1 && nodes[0] == 1 ? static_cast<std::uint32_t>(context) : 0; });
    };
    callbacks.votequorum_quorum_notify_fn = [](votequorum_handle_t, std::uint64_t context, std::uint32_t,
                                               std::uint32_t count, votequorum_node_t* nodes) {
        Listener::tell(
            [=] { return count == 1 && nodes[0].nodeid == 1 ? static_cast<std::uint32_t>(context + 1) : 0; });
    };
    return votequorum_initialize(handle, &callbacks);
}

cs_error_t provoke(votequorum_handle_t handle, std::uint32_t first, int count)
{
    auto error = CS_OK;
    for (int pair = 0; pair < count / 2 && error == CS_OK; ++pair, first += 2)
        error = votequorum_trackstart(handle, first, CS_TRACK_CURRENT);
    return error;
}

cs_error_t ask(votequorum_handle_t handle)
{
    votequorum_info info{};
    const auto error = votequorum_getinfo(handle, 0, &info);
    return error == CS_OK && info.node_id != 1 ? CS_ERR_BAD_OPERATION : error;
}

} // namespace

const Service& service()
{
    static constexpr Service votequorum{
        .name = "votequorum",
        .initialize = [](votequorum_handle_t* handle) { return votequorum_initialize(handle, nullptr); },
        .initialize_otherwise =
            [](votequorum_handle_t* handle) { return votequorum_model_initialize(handle, nullptr); },
        .finalize = votequorum_finalize,
        .finalize_asks = false,
        .dispatch = votequorum_dispatch,
        .fd_get = votequorum_fd_get,
        .context_get = votequorum_context_get,
        .context_set = votequorum_context_set,
        .calls = calls_with_a_handle,
        .prepare = [](votequorum_handle_t handle) { votequorum_qdevice_unregister(handle, "calls"); },
        .ask = ask,
        .listen = listen,
        .provoke = provoke,
        .await =
            [] {
                EXPECT_TRUE(eventually([] {
                    votequorum_handle_t handle = kNoHandle;
                    votequorum_info info{};
                    const bool served = votequorum_initialize(&handle, nullptr) == CS_OK &&
                                        votequorum_getinfo(handle, 0, &info) == CS_OK &&
                                        (info.flags & VOTEQUORUM_INFO_QUORATE) != 0;
                    votequorum_finalize(handle);
                    return served;
                }));
            },
    };
    return votequorum;
}

} // namespace test
