// SPDX-License-Identifier: BSD-3-Clause
// What other threads may do while the callback of a message runs, and what happens if its thread ends in the callback.
#include "large_message.hpp"

#include "support/process.hpp"
#include "support/thread.hpp"

#include <cstdio>

#include <pthread.h>

namespace {

using namespace test;

using LargeMessageAmongThreads = LargeMessage;

constexpr int kLoans = 8;

// Decision 9: a write is not lost while the library copies the message out of the ring.
TEST_P(LargeMessageAmongThreads, keeps_what_its_callback_writes_while_another_thread_dispatches)
{
    queue(2);
    for (int loan = 0; loan < kLoans; ++loan) {
        std::atomic<bool> writes = false;
        std::atomic<bool> enough = false;
        in_message(0, [&](const Cpg::Call& call) {
            memory.hold(call);
            writes = true;
            const auto end = Clock::now() + kPatience;
            EXPECT_TRUE(memory.keeps_what_is_written_until([&] { return enough || Clock::now() > end; })) << loan;
            EXPECT_TRUE(enough) << "the next message does not come meanwhile";
        });
        Background first([&] { return dispatch_one(CS_DISPATCH_ONE); });
        EXPECT_TRUE(eventually([&] { return writes.load(); }));
        EXPECT_TRUE(hears(2)) << loan;
        enough = true;
        EXPECT_EQ(CS_OK, first.result());
        EXPECT_TRUE(is_readable_as_it_must_be());
        if (HasFailure())
            break;
        expect_heard(2);
        start_again(2);
    }
}

// With each type of dispatch in the other thread.
TEST_P(LargeMessageAmongThreads, does_not_block_the_others_while_its_callback_runs)
{
    queue(many);
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        std::atomic<bool> goes_on = false;
        in_message(0, [&](const Cpg::Call& call) {
            memory.hold(call);
            EXPECT_TRUE(eventually([&] { return goes_on.load(); }));
            EXPECT_TRUE(memory.kept()) << flag;
        });
        Background first([&] { return dispatch_one(CS_DISPATCH_ONE); });
        EXPECT_TRUE(eventually([&] { return told() == 1; }));
        for (int count = flag == CS_DISPATCH_ALL ? many : 2; count <= many; ++count)
            EXPECT_TRUE(hears(count, flag)) << flag;
        goes_on = true;
        EXPECT_EQ(CS_OK, first.result());
        EXPECT_TRUE(is_readable_as_it_must_be()) << flag;
        expect_heard(many);
        start_again(many);
    }
}

TEST_P(LargeMessageAmongThreads, stays_valid_until_its_callback_returns_though_another_thread_finalizes)
{
    queue(many);
    const cpg_handle_t handle = cpg;
    std::atomic<bool> writes = false;
    std::atomic<bool> enough = false;
    in_message(0, [&](const Cpg::Call& call) {
        memory.hold(call);
        writes = true;
        EXPECT_TRUE(memory.keeps_what_is_written_until([&] { return enough.load(); }));
    });
    Background first([&] { return cpg_dispatch(handle, CS_DISPATCH_BLOCKING); });
    EXPECT_TRUE(eventually([&] { return writes.load(); }));
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_FALSE(first.ended_within(20ms));
    enough = true;
    EXPECT_EQ(CS_ERR_BAD_HANDLE, first.result());
    expect_heard(1);
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// Runs in a child of the test: the handle may stay in use, as in the reference.
class LargeMessageOfAThreadThatEnds : public LargeMessage {
protected:
    // 0 if another thread gets the other messages after `end` has ended this one.
    int others_come_after(void (*end)())
    {
        queue(many);
        in_message(0, [end](const Cpg::Call&) { end(); });
        Background first([this] { return dispatch_one(CS_DISPATCH_ONE); });
        const bool ended = !first.result().has_value();
        if (!ended || told() != 1 || !is_readable_as_it_must_be())
            return 1;
        Background second([this] { return hears(2) && hears_from_a_deeper_frame(many - 1); });
        if (second.result() != true || !hears(many))
            return 2;
        expect_heard(many);
        std::fflush(nullptr);
        return HasFailure() ? 3 : 0;
    }
};

// Decision 11
TEST_P(LargeMessageOfAThreadThatEnds, by_itself_does_not_block_the_others)
{
    EXPECT_EQ(0, in_child([this] { return others_come_after([] { ::pthread_exit(nullptr); }); }));
}

TEST_P(LargeMessageOfAThreadThatEnds, by_cancellation_does_not_block_the_others)
{
    EXPECT_EQ(0, in_child([this] {
                  return others_come_after([] {
                      ::pthread_cancel(::pthread_self());
                      ::pthread_testcancel();
                  });
              }));
}

INSTANTIATE_TEST_SUITE_P(Message, LargeMessageAmongThreads, ::testing::ValuesIn(message_cases()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Message, LargeMessageOfAThreadThatEnds, ::testing::ValuesIn(message_cases()), name_of_case);

} // namespace
