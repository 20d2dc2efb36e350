// The daemon dies, stops, comes back.
#include "cpg_fixture.hpp"

#include <csignal>

#include <unistd.h>

namespace {

using namespace test;

using CpgFault = CpgFaultTest;

bool events_outlive_the_daemon()
{
    return transport() == Transport::ring;
}

constexpr const char* kEventsAreLost = "libqb's client forgets what is queued when the daemon dies";

// A member to which "1" .. "count" have been sent.
struct Queue : Cpg {
    explicit Queue(int count)
    {
        enter("queue");
        send_numbers(*this, count);
        EXPECT_TRUE(readable(fd(), kPatience));
        std::this_thread::sleep_for(100ms);
    }
};

// Row 62, C6
TEST_F(CpgFault, death_wakes_blocked_dispatches)
{
    const Duration longest = best_of_three(daemon, [&] {
        await_settled();
        const Cpg one;
        const Cpg blocking;
        Background in_one([&] { return cpg_dispatch(one, CS_DISPATCH_ONE); });
        Background in_blocking([&] { return cpg_dispatch(blocking, CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
        EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
        return std::max(in_one.finished(), in_blocking.finished()) - start;
    });
    EXPECT_LT(longest, kPromise);
}

// Row 62
TEST_F(CpgFault, an_orderly_end_of_the_daemon_is_its_death)
{
    Cpg cpg;
    cpg.enter("orderly");
    Background blocking([&] { return cpg_dispatch(cpg, CS_DISPATCH_BLOCKING); });
    ASSERT_TRUE(blocking.thread().falls_asleep());
    EXPECT_EQ(0, daemon.terminate());
    EXPECT_EQ(CS_ERR_LIBRARY, blocking.result());
    EXPECT_EQ(CS_ERR_LIBRARY, send_once(cpg, "x"));
}

// Row 60, CPG-D38, decision 6
TEST_F(CpgFault, death_lets_one_by_one_deliver_what_is_queued)
{
    if (!events_outlive_the_daemon())
        GTEST_SKIP() << kEventsAreLost;
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Queue cpg(3);
        daemon.kill();
        for (std::size_t taken = 1; taken <= 3; ++taken) {
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, flag)) << flag;
            EXPECT_EQ(taken, cpg.count()) << flag;
        }
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, flag)) << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ALL)) << flag;
        EXPECT_EQ(numbers(1, 3), messages(cpg.take())) << flag;
        daemon.restart();
        await_settled();
    }
}

// Row 60, CPG-D38, decision 6
TEST_F(CpgFault, death_lets_all_and_blocking_deliver_what_is_queued_and_fail)
{
    if (!events_outlive_the_daemon())
        GTEST_SKIP() << kEventsAreLost;
    for (const auto flag : {CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING}) {
        Queue cpg(1000);
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, flag)) << flag;
        EXPECT_TRUE(numbers(1, 1000) == messages(cpg.take())) << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, flag)) << flag;
        daemon.restart();
        await_settled();
    }
}

// Row 60, C6: where events are lost, the error is not.
TEST_F(CpgFault, death_with_events_queued_is_told)
{
    Queue cpg(3);
    daemon.kill();
    EXPECT_TRUE(eventually([&] { return cpg_dispatch(cpg, CS_DISPATCH_ALL) == CS_ERR_LIBRARY; }));
    EXPECT_LE(cpg.count(), 3U);
}

// Row 60, C1
TEST_F(CpgFault, death_hangs_up_the_descriptor_and_leaves_it_open)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the event socket does not notice";
    Cpg cpg;
    const int fd = cpg.fd();
    daemon.kill();
    EXPECT_TRUE(readable(fd, kPatience));
    EXPECT_TRUE(hung_up(fd));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(fd, cpg.fd());
    EXPECT_TRUE(open_descriptors().contains(fd));
}

// Rows 61 and 91, CPG-D18
TEST_F(CpgFault, death_fails_every_request_and_leaves_local_calls_alone)
{
    Cpg cpg;
    cpg.enter("dead");
    cpg_iteration_handle_t iteration = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
    cpg_iteration_description_t description;
    char byte = 'x';
    daemon.kill();
    for (const auto& [name, kind, call] : cpg_calls()) {
        if (kind == HandleCall::local || kind == HandleCall::request) {
            EXPECT_EQ(kind == HandleCall::local ? CS_OK : CS_ERR_LIBRARY, call(cpg)) << name;
        }
    }
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, &byte, 1));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_next(iteration, &description));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_finalize(iteration));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_finalize(iteration)) << "it was kept";
    const cpg_handle_t handle = cpg;
    EXPECT_EQ(CS_ERR_LIBRARY, cpg.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_finalize(handle));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(iteration, &description));
}

// Rows 63 and 64, CPG-D30, C6, decision 13: a request is on its way to a daemon that is stopped and then killed.
TEST_F(CpgFault, death_ends_whatever_waits_for_an_answer)
{
    const auto group = name_of("waits");
    cpg_iteration_handle_t iteration = kNoHandle;
    const std::function<cs_error_t(Cpg&)> calls[] = {
        [](Cpg& cpg) {
            unsigned nodeid = 0;
            return cpg_local_get(cpg, &nodeid);
        },
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

// Row 63
TEST_F(CpgFault, a_request_waits_for_a_stopped_daemon)
{
    Cpg cpg;
    cpg.enter("patient");
    Freeze freeze(daemon);
    Background asking([&] { return members_of(cpg, "patient"); });
    EXPECT_FALSE(asking.ended_within(500ms));
    freeze.thaw();
    EXPECT_EQ(Members{self()}, asking.result());
}

// CPG-D20: a long message is being sent when the daemon dies, and its sender does not wait for better times.
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

// More than there is room for.
cs_error_t send_until_told_otherwise(cpg_handle_t handle)
{
    cs_error_t error = CS_OK;
    while (error == CS_OK)
        error = send_once(handle, "x");
    return error;
}

// Decision 14: with no room for another notification a sender waits, and is told when that becomes pointless.
TEST_F(CpgFault, a_sender_waits_for_room_until_finalize)
{
    Cpg cpg;
    cpg.enter("full");
    Freeze freeze(daemon);
    Background sending([handle = cpg_handle_t{cpg}] { return send_until_told_otherwise(handle); });
    if (transport() == Transport::socket) { // which holds the messages themselves, and has only so much room
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
TEST_F(CpgFault, a_sender_waits_for_room_until_death)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "there it does not wait";
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

// Row 61
TEST_F(CpgFault, a_new_daemon_serves_new_handles_only)
{
    Cpg old;
    old.enter("new");
    daemon.restart();
    await_settled();
    Cpg fresh;
    fresh.enter("new");
    EXPECT_EQ(CS_OK, send(fresh, "x"));
    EXPECT_TRUE(fresh.await_messages(1));
    EXPECT_EQ(CS_ERR_LIBRARY, send_once(old, "x"));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(old, CS_DISPATCH_ALL));
}

// Row 88, CPG-D45, decision 7
TEST_F(CpgFault, a_descriptor_that_the_program_has_closed_is_noticed)
{
    Cpg cpg;
    cpg.enter("closed");
    const int fd = cpg.fd();
    ASSERT_EQ(0, ::close(fd));
    unsigned nodeid = 0;
    for (const auto flag : kAllFlags)
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, flag)) << flag;
    if (transport() != Transport::socket) { // there it is the events' only
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_local_get(cpg, &nodeid));
        EXPECT_EQ(CS_ERR_LIBRARY, cpg.finalize());
    }
}

} // namespace
