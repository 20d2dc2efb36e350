#include "integration/votequorum_fixture.hpp"
#include "listener.hpp"

namespace test {

namespace {

votequorum_info info;

cs_error_t listen(votequorum_handle_t* handle)
{
    votequorum_callbacks_t callbacks{};
    callbacks.votequorum_quorum_notify_fn = [](votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t,
                                               votequorum_node_t*) { Listener::tell(); };
    callbacks.votequorum_nodelist_notify_fn = [](votequorum_handle_t, std::uint64_t, votequorum_ring_id_t,
                                                 std::uint32_t, std::uint32_t*) { Listener::tell(); };
    return votequorum_initialize(handle, &callbacks);
}

cs_error_t provoke(votequorum_handle_t handle)
{
    auto error = CS_OK;
    for (int pair = 0; pair < Listener::kEvents / 2 && error == CS_OK; ++pair) // one for each callback
        error = votequorum_trackstart(handle, 0, CS_TRACK_CURRENT);
    return error;
}

} // namespace

const Service& service()
{
    static constexpr Service votequorum{
        .initialize = [](votequorum_handle_t* handle) { return votequorum_initialize(handle, nullptr); },
        .finalize = votequorum_finalize,
        .finalize_asks = false,
        .dispatch = votequorum_dispatch,
        .fd_get = votequorum_fd_get,
        .calls = calls_with_a_handle,
        .prepare = [](votequorum_handle_t handle) { votequorum_qdevice_unregister(handle, "calls"); },
        .ask = [](votequorum_handle_t handle) { return votequorum_getinfo(handle, 0, &info); },
        .listen = listen,
        .provoke = provoke,
        .await =
            [] {
                EXPECT_TRUE(eventually([] {
                    votequorum_handle_t handle = kNoHandle;
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
