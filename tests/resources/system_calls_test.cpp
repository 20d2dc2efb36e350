// SPDX-License-Identifier: BSD-3-Clause
// A signal interrupts one of the system calls that a function makes, each in its turn; or all of them send and receive
// only a part. The results are the same as without.
#include "integration/listener.hpp"
#include "system_calls.hpp"

#include <algorithm>

namespace {

using namespace test;

using SystemCalls = ServiceTest;

constexpr int kMostCalls = 1000; // calls of one function

// libqb's client expects that a call that does not wait is never interrupted.
Interruption::Calls calls_to_interrupt()
{
    return transport() == Transport::ring ? Interruption::all : Interruption::waits;
}

TEST_F(SystemCalls, that_are_interrupted_in_initialize_and_finalize_are_made_again)
{
    int initializing = 0;
    int finalizing = 0;
    for (bool enough = false; !enough && initializing < kMostCalls; ++initializing) {
        std::uint64_t handle = kNoHandle;
        const Interruption interruption(initializing, calls_to_interrupt());
        EXPECT_EQ(CS_OK, service().initialize(&handle)) << initializing;
        enough = !interruption.happened();
        EXPECT_EQ(CS_OK, service().finalize(handle)) << initializing;
    }
    for (bool enough = false; !enough && finalizing < kMostCalls; ++finalizing) {
        std::uint64_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, service().initialize(&handle));
        const Interruption interruption(finalizing, calls_to_interrupt());
        EXPECT_EQ(CS_OK, service().finalize(handle)) << finalizing;
        enough = !interruption.happened();
    }
    EXPECT_LT(1, initializing);
    EXPECT_GT(kMostCalls, std::max(initializing, finalizing));
}

TEST_F(SystemCalls, that_are_interrupted_in_a_call_are_made_again)
{
    for (const auto& call : service().calls()) {
        if (call.kind == HandleCall::finalize)
            continue;
        const auto usual = undisturbed(call);
        bool enough = false;
        for (int number = 0; !enough && number < kMostCalls; ++number) {
            const Handle handle;
            service().prepare(handle);
            const Interruption interruption(number, calls_to_interrupt());
            EXPECT_EQ(usual, call.call(handle)) << call.name << ", system call " << number;
            enough = !interruption.happened();
        }
        EXPECT_TRUE(enough) << call.name;
    }
}

TEST_F(SystemCalls, that_are_interrupted_in_dispatch_are_made_again)
{
    for (const auto flag : kAllFlags) {
        bool enough = false;
        int number = 0;
        for (; !enough && number < kMostCalls; ++number) {
            Listener listener;
            const int fd = listener.fd();
            listener.provoke();
            ASSERT_TRUE(readable(fd, kPatience));
            if (flag == CS_DISPATCH_BLOCKING)
                Listener::in_event(Listener::kEvents, [&] { EXPECT_EQ(CS_OK, listener.finalize()); });
            const auto error = [&] {
                const Interruption interruption(number, calls_to_interrupt());
                const auto result = listener.dispatch(flag);
                enough = !interruption.happened();
                return result;
            }();
            EXPECT_EQ(flag == CS_DISPATCH_BLOCKING ? CS_ERR_BAD_HANDLE : CS_OK, error) << flag << ", " << number;
            if (flag == CS_DISPATCH_BLOCKING) {
                EXPECT_EQ(Listener::kEvents, Listener::told()) << number;
            } else {
                EXPECT_TRUE(listener.hears(Listener::kEvents)) << flag << ", " << number;
                EXPECT_FALSE(readable(fd)) << flag << ", " << number;
            }
        }
        EXPECT_TRUE(enough) << flag;
        EXPECT_LT(transport() == Transport::ring ? 1 : 0, number) << flag; // libqb's client does not wait here
    }
}

TEST_F(SystemCalls, that_send_or_receive_only_a_part_are_made_again)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client does this itself";
    const ByteByByte part_only;
    Listener listener;
    const int fd = listener.fd();
    EXPECT_EQ(CS_OK, service().ask(listener));
    listener.provoke();
    EXPECT_TRUE(eventually([=] { return unread_bytes(fd) == Listener::kEvents; }));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Listener::kEvents, Listener::told());
    EXPECT_FALSE(readable(fd));
    EXPECT_EQ(CS_OK, listener.finalize());
}

} // namespace
