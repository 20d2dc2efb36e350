// The four ways to dispatch, and the descriptor that says when (contract C2, decision 8).
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgDispatch = CpgTest;

void wait_for_events(const Cpg& cpg)
{
    ASSERT_TRUE(readable(cpg.fd(), kPatience));
    std::this_thread::sleep_for(20ms); // all of them
}

// Row 45, C3, C4
TEST_F(CpgDispatch, that_does_not_wait_says_when_there_is_nothing)
{
    const Cpg cpg;
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
}

// Row 45
TEST_F(CpgDispatch, of_one_takes_exactly_one)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cpg cpg;
        cpg.enter("dispatch.one");
        send_numbers(cpg, 3);
        wait_for_events(cpg);
        for (std::size_t taken = 1; taken <= 3; ++taken) {
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, flag));
            EXPECT_EQ(taken, cpg.count());
        }
        EXPECT_EQ(numbers(1, 3), messages(cpg.take()));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
    }
}

// Row 45
TEST_F(CpgDispatch, of_all_takes_all)
{
    Cpg cpg;
    cpg.enter("dispatch.all");
    send_numbers(cpg, 100);
    wait_for_events(cpg);
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(numbers(1, 100), messages(cpg.take()));
    EXPECT_FALSE(readable(cpg.fd(), kGlance));
}

// Row 45, row 59, C5
TEST_F(CpgDispatch, that_waits_is_woken_by_what_another_thread_causes)
{
    Cpg cpg;
    Background one([&] { return cpg_dispatch(cpg, CS_DISPATCH_ONE); });
    ASSERT_TRUE(one.thread().falls_asleep());
    EXPECT_EQ(CS_OK, join(cpg, "dispatch.wake"));
    EXPECT_EQ(CS_OK, one.result());
    EXPECT_EQ(1U, confchgs(cpg.take()).size());

    const cpg_handle_t handle = cpg;
    Background blocking([=] { return cpg_dispatch(handle, CS_DISPATCH_BLOCKING); });
    for (const auto& number : numbers(1, 5)) {
        ASSERT_TRUE(blocking.thread().falls_asleep());
        EXPECT_EQ(CS_OK, send(cpg, number));
    }
    EXPECT_TRUE(eventually([&] { return cpg.count() == 5; }));
    EXPECT_EQ(numbers(1, 5), messages(cpg.take()));
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, blocking.result());
}

// Row 45: events without a callback count too.
TEST_F(CpgDispatch, counts_events_that_nobody_wants)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cpg cpg({.deliver = false, .confchg = false});
        ASSERT_EQ(CS_OK, join(cpg, "dispatch.unwanted"));
        send_numbers(cpg, 2);
        for (int event = 0; event < 3; ++event) {
            EXPECT_TRUE(readable(cpg.fd(), kPatience)) << event;
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, flag)) << event;
        }
        EXPECT_FALSE(readable(cpg.fd(), kGlance));
        EXPECT_EQ(0U, cpg.count());
    }
}

// Row 45: each part of a long message is an event.
TEST_F(CpgDispatch, counts_the_parts_of_a_long_message)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cpg cpg;
        cpg.enter("dispatch.parts");
        ASSERT_EQ(CS_OK, send(cpg, pattern(2 * kAtomic + 1)));
        for (const std::size_t delivered : {0U, 0U, 1U}) {
            ASSERT_TRUE(readable(cpg.fd(), kPatience));
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, flag));
            EXPECT_EQ(delivered, cpg.count());
        }
        EXPECT_FALSE(readable(cpg.fd(), kGlance));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
    }
}

// Row 47
TEST_F(CpgDispatch, that_waits_is_not_ended_by_signals)
{
    const SignalCounter signals;
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        Cpg cpg;
        const cpg_handle_t handle = cpg;
        Background dispatching([=] { return cpg_dispatch(handle, flag); });
        const int before = SignalCounter::count();
        for (int i = 1; i <= 5; ++i) {
            ASSERT_TRUE(dispatching.thread().falls_asleep());
            dispatching.thread().signal(SIGUSR1);
            EXPECT_TRUE(eventually([&] { return SignalCounter::count() == before + i; }));
        }
        EXPECT_FALSE(dispatching.ended_within(kGlance));
        EXPECT_EQ(CS_OK, cpg.finalize());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    }
}

// C2
TEST_F(CpgDispatch, leaves_the_descriptor_readable_until_the_last_event)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        for (const std::size_t size : {8U, 8000U, 60'000U}) {
            Cpg cpg;
            cpg.enter("dispatch.ready");
            const int fd = cpg.fd();
            cpg.on_event = [&](const Cpg::Call&) {
                EXPECT_EQ(cpg.count() < 5, readable(fd)) << "in callback " << cpg.count() << ", flag " << flag;
            };
            for (int i = 0; i < 5; ++i)
                ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
            wait_for_events(cpg);
            while (cpg.count() < 5) {
                EXPECT_TRUE(readable(fd)) << "behind event " << cpg.count();
                ASSERT_EQ(CS_OK, cpg_dispatch(cpg, flag));
            }
            EXPECT_FALSE(readable(fd, kGlance));
        }
    }
}

// C2: one notification byte per event.
TEST_F(CpgDispatch, takes_as_many_bytes_as_events)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the events themselves make the descriptor readable";
    Cpg cpg;
    cpg.enter("dispatch.bytes");
    send_numbers(cpg, 10);
    ASSERT_TRUE(eventually([&] { return unread_bytes(cpg.fd()) == 10; }));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
    EXPECT_EQ(9, unread_bytes(cpg.fd()));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ(8, unread_bytes(cpg.fd()));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(0, unread_bytes(cpg.fd()));
}

// C2: requests do not make it readable.
TEST_F(CpgDispatch, has_nothing_to_do_after_requests)
{
    Cpg cpg;
    cpg.enter("dispatch.requests");
    unsigned nodeid = 0;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(CS_OK, cpg_local_get(cpg, &nodeid));
        EXPECT_EQ(1U, members_of(cpg, "dispatch.requests").size());
    }
    EXPECT_FALSE(readable(cpg.fd(), kGlance));
}

} // namespace
