// SPDX-License-Identifier: BSD-3-Clause
// Callbacks may call any function: dispatch again, finalize, use other handles. They may take long, and may leave
// without returning (see also tests/resources). The same for every service.
#include "listener.hpp"

#include <csetjmp>

namespace {

using namespace test;

using Callback = ServiceTest;

// C7. The callback's arguments stay valid.
TEST_F(Callback, may_finalize_its_handle)
{
    for (const auto flag : kAllFlags) {
        Listener listener;
        const std::uint64_t handle = listener;
        const int fd = listener.fd();
        Listener::on_event = [&] {
            EXPECT_EQ(CS_OK, listener.finalize());
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service().finalize(handle));
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, CS_DISPATCH_ALL));
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service().ask(handle));
            EXPECT_EQ(1U, Listener::number());
        };
        listener.queue();
        EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, flag)) << flag;
        EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, flag)) << flag;
        EXPECT_EQ(1, Listener::told()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

TEST_F(Callback, may_dispatch_the_events_after_its_own)
{
    const Listener listener;
    Numbers finished;
    Listener::on_event = [&] {
        if (Listener::told() == 1) {
            EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
            EXPECT_EQ(Listener::kEvents, Listener::told());
            EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
        }
        finished.push_back(Listener::number());
    };
    listener.queue();
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ(numbers_to(Listener::kEvents), Listener::heard());
    EXPECT_EQ((Numbers{2, 3, 4, 1}), finished);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

TEST_F(Callback, may_be_nested_twenty_deep)
{
    constexpr int kDepth = 20;
    const Listener listener;
    Numbers finished;
    Listener::on_event = [&] {
        const bool last = Listener::told() == kDepth;
        EXPECT_EQ(last ? CS_ERR_TRY_AGAIN : CS_OK, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
        if (last) {
            EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
        }
        finished.push_back(Listener::number());
    };
    listener.queue(kDepth);
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    const Numbers numbers = numbers_to(kDepth);
    EXPECT_EQ(numbers, Listener::heard());
    EXPECT_EQ(Numbers(numbers.rbegin(), numbers.rend()), finished);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, listener.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
}

TEST_F(Callback, that_is_nested_may_finalize)
{
    Listener listener;
    const std::uint64_t handle = listener;
    const int fd = listener.fd();
    Numbers finished;
    Listener::on_event = [&] {
        if (Listener::told() == 1) {
            EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, CS_DISPATCH_ALL));
        } else {
            EXPECT_EQ(CS_OK, listener.finalize());
        }
        finished.push_back(Listener::number());
    };
    listener.queue();
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ((Numbers{2, 1}), finished);
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// C10
TEST_F(Callback, may_use_its_handle_and_others_because_no_lock_is_held)
{
    const Listener listener;
    Listener::on_event = [&] {
        EXPECT_EQ(CS_OK, listener.ask());
        EXPECT_EQ(CS_OK, Handle().ask());
        Background elsewhere([&] { return listener.ask(); });
        EXPECT_EQ(CS_OK, elsewhere.result());
        if (Listener::told() == 1)
            std::this_thread::sleep_for(200ms);
    };
    listener.provoke();
    EXPECT_TRUE(listener.hears(Listener::kEvents));
}

// Dispatch all delivers those events, too.
TEST_F(Callback, may_cause_new_events)
{
    const Listener listener;
    Listener::in_event(1, [&] {
        listener.provoke();
        std::this_thread::sleep_for(kGlance); // until the events have arrived
    });
    listener.queue();
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(numbers_to(2 * Listener::kEvents), Listener::heard());
}

// Dispatches with a deeper stack than the functions of Listener have, however they are compiled.
__attribute__((noinline)) cs_error_t dispatch_all_deeper(std::uint64_t handle)
{
    [[maybe_unused]] volatile char depth[512] = {};
    const cs_error_t error = service().dispatch(handle, CS_DISPATCH_ALL);
    depth[0] = 1; // prevents a tail call
    return error;
}

// C10, decision 11: the callback leaves the inner and the outer dispatch.
TEST_F(Callback, that_is_nested_may_longjmp_over_both_dispatches_and_finalize_frees_everything)
{
    Listener listener;
    const int fd = listener.fd();
    static std::jmp_buf target;
    Listener::on_event = [&] {
        if (Listener::told() == 1)
            listener.dispatch(CS_DISPATCH_ALL);
        else
            std::longjmp(target, 1);
    };
    listener.queue();
    if (setjmp(target) == 0)
        dispatch_all_deeper(listener);
    Listener::on_event = nullptr;
    EXPECT_TRUE(listener.hears(Listener::kEvents));
    EXPECT_EQ(numbers_to(Listener::kEvents), Listener::heard());
    EXPECT_EQ(CS_OK, listener.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
