// SPDX-License-Identifier: BSD-3-Clause
// Several threads on one handle. thread_test.cpp and finalize_test.cpp test what is the same for every service.
#include "cpg_fixture.hpp"
#include "support/sanitizers.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>

namespace {

using namespace test;

using CpgThread = CpgTest;

constexpr int kScale = kSanitized ? 10 : 1;
constexpr std::size_t kSmallStack = kSanitized ? 1 << 20 : 64 << 10; // the sanitizers' frames are large
constexpr std::size_t kGuardBelow = 4 << 20;

// Decision 9: one thread's callback has a message on loan while another thread dispatches.
TEST_F(CpgThread, that_dispatches_during_anothers_callback_gets_the_next_message)
{
    for (const auto flag : kAllFlags) {
        Cpg cpg;
        cpg.enter("thread.loan");
        const cpg_handle_t handle = cpg;
        std::atomic<bool> enough = false;
        cpg.on_event = [&](const Cpg::Call& call) {
            if (call.size > 1) {
                EXPECT_TRUE(eventually([&] { return enough.load(); }));
            }
        };
        ASSERT_EQ(CS_OK, send(cpg, pattern(8000)));
        Background slow([=] { return cpg_dispatch(handle, CS_DISPATCH_ONE); });
        ASSERT_TRUE(eventually([&] { return cpg.count() == 1; }));
        ASSERT_EQ(CS_OK, send(cpg, "x"));
        std::this_thread::sleep_for(20ms);

        Background quick([=] { return cpg_dispatch(handle, flag); });
        EXPECT_TRUE(eventually([&] { return cpg.count() == 2; })) << flag;
        enough = true;
        EXPECT_EQ(CS_OK, slow.result());
        if (flag != CS_DISPATCH_BLOCKING) {
            EXPECT_TRUE(quick.ended_within(kPatience)) << flag;
        }
        EXPECT_EQ(CS_OK, cpg.finalize());
        const auto expected = flag == CS_DISPATCH_BLOCKING ? CS_ERR_BAD_HANDLE : CS_OK;
        EXPECT_EQ(expected, quick.result()) << flag;
    }
}

// C12
TEST_F(CpgThread, may_hold_a_lock_until_its_own_message_is_delivered)
{
    Cpg cpg;
    cpg.enter("thread.lock");
    const cpg_handle_t handle = cpg;
    std::mutex state;
    std::condition_variable changed;
    int delivered = 0;
    cpg.on_event = [&](const Cpg::Call&) {
        const std::lock_guard held(state);
        ++delivered;
        changed.notify_all();
    };
    std::mutex sender; // held from sending to delivery
    Background dispatching([=] { return cpg_dispatch(handle, CS_DISPATCH_BLOCKING); });
    int sent = 0;
    for (const std::size_t size : {1U, 8000U, 60'000U, 3'000'000U}) {
        for (int i = 0; i < 20; ++i) {
            const std::lock_guard sending(sender);
            ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
            ++sent;
            std::unique_lock held(state);
            ASSERT_TRUE(changed.wait_for(held, kPatience, [&] { return delivered == sent; }));
        }
    }
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
}

// CPG-D9, C13
TEST_F(CpgThread, gets_the_reply_to_its_own_request)
{
    constexpr int kQuestions = 20'000 / kScale;
    Cpg cpg;
    cpg.enter("thread.ask");
    Background node([&] {
        int wrong = 0;
        for (int i = 0; i < kQuestions; ++i) {
            unsigned nodeid = 0;
            wrong += cpg_local_get(cpg, &nodeid) != CS_OK || nodeid != 1;
        }
        return wrong;
    });
    Background members([&] {
        int wrong = 0;
        for (int i = 0; i < kQuestions; ++i)
            wrong += members_of(cpg, "thread.ask") != Members{self()};
        return wrong;
    });
    EXPECT_EQ(0, node.result());
    EXPECT_EQ(0, members.result());
}

// CPG-D10
TEST_F(CpgThread, may_send_long_messages_while_another_thread_does)
{
    constexpr int kEach = kSanitized ? 4 : 20;
    Cpg cpg;
    cpg.enter("thread.long");
    const auto three = pattern(3'000'000, 3);
    const auto five = pattern(5'000'000, 5);
    const auto send_all = [&](const std::string& bytes) {
        int wrong = 0;
        for (int i = 0; i < kEach; ++i)
            wrong += send(cpg, bytes) != CS_OK;
        return wrong;
    };
    Background one([&] { return send_all(three); });
    Background two([&] { return send_all(five); });
    ASSERT_TRUE(cpg.await_messages(2 * kEach));
    EXPECT_EQ(0, one.result());
    EXPECT_EQ(0, two.result());
    const auto seen = messages(cpg.take());
    EXPECT_EQ(kEach, std::count(seen.begin(), seen.end(), three));
    EXPECT_EQ(kEach, std::count(seen.begin(), seen.end(), five));
}

// Decision 14
TEST_F(CpgThread, may_send_while_another_thread_waits_for_a_reply)
{
    Cpg cpg;
    cpg.enter("thread.send");
    Freeze freeze(daemon());
    Background asking([&] { return members_of(cpg, "thread.send").size(); });
    ASSERT_TRUE(asking.thread().falls_asleep());
    Background sending([&] { return send_once(cpg, "x"); });
    EXPECT_TRUE(sending.ended_within(kPatience));
    EXPECT_EQ(CS_OK, sending.result());
    EXPECT_FALSE(asking.ended_within(0ms));
    freeze.thaw();
    EXPECT_EQ(1U, asking.result());
    EXPECT_TRUE(cpg.await_messages(1));
}

// Decisions 12 and 14: the daemon is frozen, but only the thread that waits for a reply is blocked.
TEST_F(CpgThread, that_waits_for_a_frozen_daemon_does_not_block_other_threads)
{
    Cpg cpg;
    cpg.enter("thread.frozen");
    const cpg_handle_t handle = cpg;
    const int fd = cpg.fd();
    unsigned nodeid = 0;
    Background dispatching([=] { return cpg_dispatch(handle, CS_DISPATCH_BLOCKING); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    Freeze freeze(daemon());
    Background asking([&] { return cpg_local_get(handle, &nodeid); });
    ASSERT_TRUE(asking.thread().falls_asleep());

    Background sending([=] { return send_once(handle, "x"); });
    EXPECT_TRUE(sending.ended_within(kPatience));
    EXPECT_FALSE(dispatching.ended_within(0ms));
    Background finalizing([&] { return cpg.finalize(); });
    EXPECT_TRUE(finalizing.ended_within(kPatience));
    EXPECT_TRUE(dispatching.ended_within(kPatience));
    EXPECT_FALSE(asking.ended_within(kGlance));
    freeze.thaw();

    EXPECT_EQ(CS_OK, sending.result());
    EXPECT_EQ(CS_OK, finalizing.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(1U, nodeid);
    EXPECT_EQ(0U, cpg.count()); // nothing is delivered after finalize
    EXPECT_FALSE(open_descriptors().contains(fd));
    EXPECT_TRUE(await_members("thread.frozen", 0));
}

// CPG-D31
TEST_F(CpgThread, may_finalize_while_another_thread_iterates)
{
    Cpg cpg;
    cpg.enter("thread.iterate");
    const int fd = cpg.fd();
    cpg_iteration_handle_t iteration = kNoHandle;
    cpg_iteration_description_t item;
    ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
    Freeze freeze(daemon());
    Background iterating([&] { return cpg_iteration_next(iteration, &item); });
    ASSERT_TRUE(iterating.thread().falls_asleep());
    Background finalizing([&] { return cpg.finalize(); });
    EXPECT_EQ(CS_OK, finalizing.result());
    freeze.thaw();
    EXPECT_EQ(CS_OK, iterating.result());
    EXPECT_EQ(1U, item.nodeid);
    EXPECT_FALSE(open_descriptors().contains(fd));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(iteration, &item));
}

// CPG-D1. The memory below the stack is inaccessible, so an overflow of any size is fatal.
TEST_F(CpgThread, with_a_small_stack_may_call_every_function)
{
    int wrong = 0;
    std::size_t seen = 0;
    Thread small(
        [&] {
            Cpg cpg;
            cpg.enter("thread.small");
            for (const std::size_t size : {1U, 8000U, 60'000U, 1'047'552U, 3'000'000U})
                wrong += send(cpg, pattern(size)) != CS_OK;
            wrong += !cpg.await_messages(5);
            seen = cpg.count();
            wrong += leave(cpg, "thread.small") != CS_OK;
            wrong += cpg_dispatch(cpg, CS_DISPATCH_ONE) != CS_OK;
            wrong += cpg.finalize() != CS_OK;
        },
        {.size = kSmallStack, .guard = kGuardBelow});
    small.join();
    EXPECT_EQ(0, wrong);
    EXPECT_EQ(5U, seen);
}

// One dispatches, two send, one makes requests, and the fifth finalizes at the end.
TEST_F(CpgThread, may_be_one_of_five_on_the_same_handle)
{
    constexpr std::size_t kEach = 10'000 / kScale;
    Cpg cpg;
    cpg.enter("thread.five");
    const cpg_handle_t handle = cpg;
    const auto serves_until_the_end = [](cs_error_t error) { return error == CS_OK || error == CS_ERR_TRY_AGAIN; };
    // Sends and counts messages until the handle is finalized. Every 1000th message is long.
    const auto sender = [&](char name, std::atomic<std::size_t>& accepted) {
        return [&, name] {
            for (;;) {
                auto text = name + std::to_string(accepted);
                if (accepted % 1000 == 999)
                    text.resize(2'000'000, '.');
                const auto error = send_once(handle, text);
                accepted += error == CS_OK;
                if (!serves_until_the_end(error))
                    return error;
            }
        };
    };
    std::atomic<std::size_t> accepted_a = 0;
    std::atomic<std::size_t> accepted_b = 0;
    std::atomic<std::size_t> wrong_answers = 0;

    Background dispatching([=] { return cpg_dispatch(handle, CS_DISPATCH_BLOCKING); });
    Background sending_a(sender('a', accepted_a));
    Background sending_b(sender('b', accepted_b));
    Background asking([&] {
        for (;;) {
            unsigned nodeid = 1;
            auto group = name_of("thread.five");
            cpg_address members[CPG_MEMBERS_MAX] = {{1, own_pid(), 0}};
            int count = 1;
            const auto first = cpg_local_get(handle, &nodeid);
            const auto second = cpg_membership_get(handle, &group, members, &count);
            wrong_answers += nodeid != 1 || count != 1 || members[0].pid != own_pid();
            if (!serves_until_the_end(first))
                return first;
            if (!serves_until_the_end(second))
                return second;
        }
    });
    Background finalizing([&] {
        const bool enough = eventually(60s, [&] { return accepted_a >= kEach && accepted_b >= kEach; });
        const std::size_t until_now = accepted_a + accepted_b;
        // One more than counted: the other sender may have sent one message that is not counted yet, and that may come
        // before a sender's message number kEach.
        const bool delivered = enough && eventually(60s, [&] { return cpg.count() > until_now; });
        return delivered ? cpg.finalize() : CS_ERR_TIMEOUT;
    });
    // The senders may have left no room for the request of finalize.
    EXPECT_PRED1(serves_until_the_end, finalizing.result().value_or(CS_ERR_LIBRARY));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, sending_a.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, sending_b.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, asking.result());
    EXPECT_EQ(0U, wrong_answers);

    // Each sender's messages that arrived before the end are in order and without a gap.
    std::size_t next_a = 0;
    std::size_t next_b = 0;
    for (const auto& text : messages(cpg.take())) {
        auto& next = text[0] == 'a' ? next_a : next_b;
        ASSERT_EQ(std::to_string(next), text.substr(1, text.find('.') - 1));
        ++next;
    }
    EXPECT_GE(next_a, kEach);
    EXPECT_GE(next_b, kEach);
}

} // namespace
