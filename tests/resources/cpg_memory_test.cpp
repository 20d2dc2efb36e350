// SPDX-License-Identifier: BSD-3-Clause
// Messages that need memory.
#include "allocations.hpp"
#include "failing_calls.hpp"
#include "integration/cpg_fixture.hpp"
#include "support/memory_use.hpp"

#include <corosync/client.h>
#include <gmock/gmock.h>

namespace {

using namespace test;
using ::testing::StartsWith;

using CpgMemory = CpgTest;

constexpr std::size_t kMostBytes = 64 << 10; // bytes that may stay allocated

// Decision 10
TEST_F(CpgMemory, is_given_back_after_a_long_message)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client receives into a buffer of a megabyte";
    static std::atomic<std::size_t> received;
    received = 0;
    cpg_callbacks_t callbacks{};
    callbacks.cpg_deliver_fn = [](cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*,
                                  std::size_t size) { received = size; };
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    ASSERT_EQ(CS_OK, join(handle, "memory"));
    int fd = -1;
    ASSERT_EQ(CS_OK, cpg_fd_get(handle, &fd));
    const auto message = pattern(3'000'000);
    const auto before = allocated();
    for (const auto flag : {CS_DISPATCH_ALL, CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        received = 0;
        ASSERT_EQ(CS_OK, send(handle, message));
        while (received == 0 && readable(fd, kPatience))
            ASSERT_EQ(CS_OK, cpg_dispatch(handle, flag));
        EXPECT_EQ(message.size(), received) << flag;
        EXPECT_LE(allocated(), before + kMostBytes) << flag;
    }
    received = 0;
    Background dispatching([=] { return cpg_dispatch(handle, CS_DISPATCH_BLOCKING); });
    EXPECT_EQ(CS_OK, send(handle, message));
    EXPECT_TRUE(eventually([&] { return received == message.size(); }));
    EXPECT_TRUE(eventually([&] { return allocated() <= before + kMostBytes; })); // after a second without messages
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
}

// The message is delivered, or dispatch returns the error; the messages after it are delivered.
TEST_F(CpgMemory, that_runs_out_for_a_long_message_loses_that_message_at_most)
{
    const auto message = pattern(3'000'000);
    const auto before = live_allocations();
    bool enough = false;
    int number = 0;
    for (; !enough && number < 100; ++number) {
        Cpg cpg;
        cpg.enter("memory");
        bool next = false;
        cpg.on_event = [&](const Cpg::Call& call) { next = call.size == 4; };
        ASSERT_EQ(CS_OK, send(cpg, message));
        ASSERT_EQ(CS_OK, send(cpg, "next"));
        std::vector<cs_error_t> errors;
        {
            const FailingAllocation failing(number);
            eventually([&] {
                if (const auto error = cpg_dispatch(cpg, CS_DISPATCH_ALL); error != CS_OK)
                    errors.push_back(error);
                return next;
            });
            enough = !failing.happened();
        }
        const auto heard = messages(cpg.take());
        const bool all = heard == Texts{message, "next"};
        EXPECT_TRUE(all || (!enough && heard == Texts{"next"})) << number;
        // libqb's client has a copy of the message already and needs no memory.
        const bool managed = all && errors.empty() && transport() != Transport::ring;
        if (!managed) {
            EXPECT_EQ(std::vector<cs_error_t>(enough ? 0 : 1, CS_ERR_NO_MEMORY), errors) << number;
        }
    }
    EXPECT_TRUE(enough);
    EXPECT_LT(1, number);
    EXPECT_EQ(before, live_allocations());
}

// Over sockets, the kernel needs memory in one piece for a large message. That is no reason to give up the connection.
TEST_F(CpgMemory, that_the_kernel_lacks_for_a_message_fails_that_message_at_most)
{
    const auto atomic = pattern(300'000);
    const auto in_parts = pattern(3'000'000);
    int refused = 0;
    for (int number = 0, failures = 1; failures > 0; ++number) {
        failures = 0;
        Cpg cpg;
        cpg.enter("memory");
        for (const auto* message : {&atomic, &in_parts}) {
            cs_error_t error = CS_OK;
            {
                const FailingCall failing(number);
                error = send_once(cpg, *message);
                failures += failing.happened();
            }
            if (error != CS_OK && message == &atomic && transport() == Transport::socket) {
                ++refused;
                EXPECT_EQ(CS_ERR_TRY_AGAIN, error);
                EXPECT_THAT(cs_client_reason(), StartsWith("the kernel has no memory in one piece"));
                error = send(cpg, *message);
            }
            EXPECT_EQ(CS_OK, error) << number << ": " << cs_client_reason(); // parts are sent again
        }
        ASSERT_TRUE(cpg.await_messages(2));
        EXPECT_TRUE((Texts{atomic, in_parts} == messages(cpg.take())));
        ASSERT_GT(30, number);
    }
    EXPECT_EQ(transport() == Transport::socket, refused > 0);
}

} // namespace
