// SPDX-License-Identifier: BSD-3-Clause
// Finalize while other threads use the handle. The same for every service.
#include "listener.hpp"

#include <set>

namespace {

using namespace test;

using Finalize = ServiceTest;

// CMAP-D9, CPG-D2, VQ-D5
TEST_F(Finalize, wakes_threads_that_wait_in_dispatch)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        Listener listener;
        const std::uint64_t handle = listener;
        const int fd = listener.fd();
        Background dispatching([=] { return service().dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        EXPECT_EQ(CS_OK, listener.finalize());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
        EXPECT_EQ(0, Listener::told()) << flag;
    }
}

// Decision 12: the request of a third thread was already sent, and gets its reply.
TEST_F(Finalize, wakes_one_thread_and_lets_another_get_its_reply)
{
    Handle handle;
    const std::uint64_t number = handle;
    const int fd = handle.fd();
    Background dispatching([=] { return service().dispatch(number, CS_DISPATCH_BLOCKING); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    Freeze freeze(daemon());
    Background asking([=] { return service().ask(number); });
    ASSERT_TRUE(asking.thread().falls_asleep());

    Background finalizing([&] { return handle.finalize(); });
    EXPECT_TRUE(finalizing.ended_within(kPatience));
    EXPECT_EQ(CS_OK, finalizing.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    EXPECT_FALSE(asking.ended_within(kGlance));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().ask(number));
    freeze.thaw();

    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// Decision 12: the daemon sends events all the time.
TEST_F(Finalize, wakes_all_threads_under_a_flood_of_events)
{
    for (int round = 0; round < 10; ++round) {
        Listener listener;
        const std::uint64_t handle = listener;
        const auto dispatch = [=] { return service().dispatch(handle, CS_DISPATCH_BLOCKING); };
        Background one(dispatch);
        Background two(dispatch);
        Background asking([=] {
            cs_error_t error = CS_OK;
            while ((error = service().ask(handle)) == CS_OK) {
            }
            return error;
        });
        {
            const Repeat flooding([=] { service().provoke(handle, 1, 2); });
            ASSERT_TRUE(eventually([] { return Listener::told() > 100; }));
            EXPECT_EQ(CS_OK, listener.finalize());
        }
        EXPECT_EQ(CS_ERR_BAD_HANDLE, one.result());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, two.result());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, asking.result());
    }
}

// CPG-D43
TEST_F(Finalize, succeeds_once_if_two_threads_call_it_at_the_same_time)
{
    for (int round = 0; round < 50; ++round) {
        std::uint64_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, service().initialize(&handle));
        std::atomic<int> ready = 0;
        const auto finalize = [&] {
            for (++ready; ready < 2;) {
            }
            return service().finalize(handle);
        };
        Background one(finalize);
        Background two(finalize);
        const auto first = one.result();
        const auto second = two.result();
        EXPECT_EQ((std::set{CS_OK, CS_ERR_BAD_HANDLE}), (std::set{*first, *second})) << round;
    }
}

// Where finalize sends a request, it waits for the reply like every request.
TEST_F(Finalize, does_not_wait_for_a_stopped_daemon_unless_it_sends_a_request)
{
    Handle handle;
    const int fd = handle.fd();
    Freeze freeze(daemon());
    Background finalizing([&] { return handle.finalize(); });
    EXPECT_EQ(service().finalize_asks, !finalizing.ended_within(service().finalize_asks ? kGlance : kPatience));
    if (service().finalize_asks)
        freeze.thaw();
    EXPECT_EQ(CS_OK, finalizing.result());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
