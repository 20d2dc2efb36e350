// SPDX-License-Identifier: BSD-3-Clause
// The daemon dies or stops. fault_test.cpp tests what is the same for every service.
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgFault = CpgFaultTest;

// CPG-D18
TEST_F(CpgFault, death_fails_iterations_and_zero_copy_messages)
{
    Cpg cpg;
    cpg.enter("dead");
    cpg_iteration_handle_t iteration = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
    cpg_iteration_description_t description;
    char byte = 'x';
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, &byte, 1));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_next(iteration, &description));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_finalize(iteration));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_finalize(iteration)) << "the iteration is still valid";
    const cpg_handle_t handle = cpg;
    EXPECT_EQ(CS_ERR_LIBRARY, cpg.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_finalize(handle));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(iteration, &description));
}

// CPG-D30, C6, decision 13: requests wait for a daemon that is stopped and then killed.
TEST_F(CpgFault, death_ends_every_wait_for_a_reply)
{
    const auto group = name_of("waits");
    cpg_iteration_handle_t iteration = kNoHandle;
    const std::function<cs_error_t(Cpg&)> calls[] = {
        [&](Cpg& cpg) { return cpg_join(cpg, &group); },
        [](Cpg& cpg) { return cpg.finalize(); },
        [&](Cpg&) {
            cpg_iteration_description_t description;
            return cpg_iteration_next(iteration, &description);
        },
        [](Cpg& cpg) { return send_once(cpg, std::string(3'000'000, 'x')); },
    };
    for (std::size_t i = 0; i < std::size(calls); ++i) {
        const Duration time = best_of_three(daemon, [&] {
            await_settled();
            Cpg cpg;
            EXPECT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
            daemon.stop();
            Background waiting([&] { return calls[i](cpg); });
            EXPECT_TRUE(waiting.thread().falls_asleep()) << i;
            EXPECT_FALSE(waiting.ended_within(kGlance)) << i;
            const auto start = Clock::now();
            daemon.kill();
            EXPECT_EQ(CS_ERR_LIBRARY, waiting.result()) << i;
            return waiting.finished() - start;
        });
        EXPECT_LT(time, kPromise) << i;
        daemon.restart();
    }
}

// CPG-D20: the daemon dies while a long message is sent. The sender must not keep trying.
TEST_F(CpgFault, death_ends_the_sending_of_long_messages)
{
    const Duration time = best_of_three(daemon, [&] {
        await_settled();
        Cpg cpg;
        cpg.enter("long");
        std::atomic<int> sent = 0;
        Background sending([&] {
            for (const auto bytes = pattern(5'000'000);;) {
                const auto error = send_once(cpg, bytes);
                if (error != CS_OK && error != CS_ERR_TRY_AGAIN)
                    return error;
                sent += error == CS_OK;
            }
        });
        Background dispatching([&] { return cpg_dispatch(cpg, CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(eventually([&] { return sent > 3; }));
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, sending.result());
        EXPECT_EQ(CS_ERR_LIBRARY, dispatching.result());
        return sending.finished() - start;
    });
    EXPECT_LT(time, kPromise);
}

// Sends more than the connection has room for.
cs_error_t send_until_told_otherwise(cpg_handle_t handle)
{
    cs_error_t error = CS_OK;
    while (error == CS_OK)
        error = send_once(handle, "x");
    return error;
}

// Decision 14: without room for another notification byte, a sender waits until finalize or the daemon's death.
TEST_F(CpgFault, finalize_ends_a_senders_wait_for_room)
{
    Cpg cpg;
    cpg.enter("full");
    Freeze freeze(daemon);
    Background sending([handle = cpg_handle_t{cpg}] { return send_until_told_otherwise(handle); });
    if (transport() == Transport::socket) { // sockets hold the messages themselves, and have less room
        EXPECT_EQ(CS_ERR_TRY_AGAIN, sending.result());
        return;
    }
    ASSERT_TRUE(sending.thread().falls_asleep());
    Background finalizing([&] { return cpg.finalize(); });
    EXPECT_EQ(CS_ERR_BAD_HANDLE, sending.result());
    freeze.thaw();
    EXPECT_TRUE(finalizing.ended_within(kPatience));
}

// Decision 14
TEST_F(CpgFault, death_ends_a_senders_wait_for_room)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "a sender does not wait there";
    const Duration time = best_of_three(daemon, [&] {
        await_settled();
        Cpg cpg;
        cpg.enter("full");
        daemon.stop();
        Background sending([handle = cpg_handle_t{cpg}] { return send_until_told_otherwise(handle); });
        EXPECT_TRUE(sending.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, sending.result());
        return sending.finished() - start;
    });
    EXPECT_LT(time, kPromise);
}

} // namespace
