#include "integration/votequorum_fixture.hpp"
#include "service.hpp"

namespace test {

namespace {

votequorum_info info;

} // namespace

const Service& service()
{
    static constexpr Service votequorum{
        .initialize = [](votequorum_handle_t* handle) { return votequorum_initialize(handle, nullptr); },
        .finalize = votequorum_finalize,
        .calls = calls_with_a_handle,
        .prepare = [](votequorum_handle_t handle) { votequorum_qdevice_unregister(handle, "calls"); },
        .ask = [](votequorum_handle_t handle) { return votequorum_getinfo(handle, 0, &info); },
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
