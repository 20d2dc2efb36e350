// SPDX-License-Identifier: BSD-3-Clause
// Callbacks may call any function: send, query, finalize, dispatch again, use other handles. They may leave without
// returning. callback_test.cpp tests what is the same for every service.
//
// A callback gets a small message as a copy, a larger one in place in the ring (on loan), and one longer than the
// atomic size in memory where its parts were joined. The rules are the same, except for a nested dispatch (decision 9).
#include "cpg_fixture.hpp"

#include <csetjmp>

namespace {

using namespace test;

using CpgCallback = CpgTest;

constexpr std::size_t kSmall = 64;
constexpr std::size_t kLent = 8000;
constexpr std::size_t kAssembled = 3'000'000;

// Waits until everything that was sent is in the queue.
void await_queue(const Cpg& cpg)
{
    ASSERT_TRUE(readable(cpg.fd(), kPatience));
    std::this_thread::sleep_for(50ms);
}

// C7
TEST_F(CpgCallback, may_finalize_its_handle)
{
    for (const auto flag : kAllFlags) {
        for (const std::size_t size :
             {std::size_t{0}, kSmall, kLent, kAssembled}) { // 0: finalizes in the confchg callback
            Cpg cpg;
            const cpg_handle_t handle = cpg;
            const int fd = cpg.fd();
            const auto bytes = pattern(size);
            if (size != 0)
                cpg.enter("callback.finalize");
            int called = 0;
            cpg.on_event = [&](const Cpg::Call& call) {
                ++called;
                EXPECT_EQ(CS_OK, cpg.finalize());
                EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_finalize(handle));
                EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_dispatch(handle, CS_DISPATCH_ALL));
                EXPECT_EQ(CS_ERR_BAD_HANDLE, send_once(handle, "x"));
                EXPECT_EQ(bytes, std::string_view(call.data, call.size)) << "the message must stay valid";
            };
            if (size == 0) {
                ASSERT_EQ(CS_OK, join(cpg, "callback.finalize"));
            }
            ASSERT_EQ(CS_OK, send(cpg, bytes));
            ASSERT_EQ(CS_OK, send(cpg, "not any more"));
            cs_error_t error = CS_OK;
            while (called == 0 && readable(fd, kPatience))
                error = cpg_dispatch(handle, flag);
            EXPECT_EQ(CS_ERR_BAD_HANDLE, error) << "flag " << flag << ", size " << size;
            EXPECT_EQ(1, called);
            EXPECT_FALSE(open_descriptors().contains(fd));
        }
    }
}

// C10
TEST_F(CpgCallback, may_send_and_query_and_use_other_handles)
{
    for (const std::size_t size : {kSmall, kLent, kAssembled}) {
        Cpg cpg;
        cpg.enter("callback.use");
        const auto bytes = pattern(size);
        const auto answer = pattern(kAssembled, 1);
        cpg.on_event = [&](const Cpg::Call& call) {
            if (cpg.count() > 1)
                return;
            unsigned nodeid = 0;
            EXPECT_EQ(CS_OK, cpg_local_get(cpg, &nodeid));
            EXPECT_EQ(Members{self()}, members_of(cpg, "callback.use"));
            EXPECT_EQ(CS_OK, send(cpg, "small"));
            EXPECT_EQ(CS_OK, send(cpg, answer));
            Cpg other;
            other.enter("callback.other");
            EXPECT_EQ(CS_OK, send(other, "elsewhere"));
            EXPECT_TRUE(other.await_messages(1));
            EXPECT_EQ(bytes, std::string_view(call.data, call.size));
        };
        ASSERT_EQ(CS_OK, send(cpg, bytes));
        ASSERT_TRUE(cpg.await_messages(3));
        EXPECT_TRUE((Texts{bytes, "small", answer}) == messages(cpg.take())) << size;
    }
}

// C10
TEST_F(CpgCallback, may_take_long_because_no_lock_is_held)
{
    for (const std::size_t size : {kSmall, kLent, kAssembled}) {
        Cpg cpg;
        cpg.enter("callback.slow");
        cpg.on_event = [&](const Cpg::Call&) {
            if (cpg.count() > 1)
                return;
            Background elsewhere([&] { return members_of(cpg, "callback.slow") == Members{self()}; });
            Background sending([&] { return send(cpg, "meanwhile"); });
            EXPECT_EQ(true, elsewhere.result());
            EXPECT_EQ(CS_OK, sending.result());
            std::this_thread::sleep_for(500ms);
        };
        ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
        EXPECT_TRUE(cpg.await_messages(2)) << size;
    }
}

// CPG-D15: nested dispatches deliver the next two messages of the same sender during the callback of the first.
TEST_F(CpgCallback, of_a_long_message_may_dispatch_the_next_one)
{
    Cpg cpg;
    cpg.enter("callback.long");
    const Texts sent{pattern(kAssembled, 1), pattern(kAssembled, 2), pattern(kAssembled, 3)};
    Texts finished;
    cpg.on_event = [&](const Cpg::Call& call) {
        const auto before = cpg.count();
        if (before < sent.size()) {
            EXPECT_TRUE(cpg.await_messages(before + 1));
        }
        finished.emplace_back(call.data, call.size);
    };
    for (const auto& bytes : sent)
        ASSERT_EQ(CS_OK, send(cpg, bytes));
    ASSERT_TRUE(cpg.await_messages(sent.size()));
    EXPECT_TRUE(sent == messages(cpg.take()));
    EXPECT_TRUE((Texts{sent[2], sent[1], sent[0]}) == finished);
}

// Dispatches; the callback of message `number` leaves with longjmp() to this function, which then returns CS_OK. The
// stack frames in between hold no objects with destructors.
cs_error_t dispatch_until_jump(Cpg& cpg, cs_dispatch_flags_t flag, std::size_t number)
{
    static std::jmp_buf target;
    cpg.on_event = [&cpg, number](const Cpg::Call&) {
        if (cpg.count() == number)
            std::longjmp(target, 1);
    };
    if (setjmp(target) == 0)
        return cpg_dispatch(cpg, flag);
    return CS_OK;
}

void jump_out_of(Cpg& cpg, cs_dispatch_flags_t flag, std::size_t number)
{
    while (cpg.count() < number) {
        ASSERT_TRUE(readable(cpg.fd(), kPatience)) << "behind event " << cpg.count();
        ASSERT_EQ(CS_OK, dispatch_until_jump(cpg, flag, number));
    }
    EXPECT_EQ(number, cpg.count());
}

// C10, decisions 8 and 9
TEST_F(CpgCallback, may_leave_with_longjmp_and_later_events_are_delivered_once)
{
    for (const auto flag : kAllFlags) {
        for (const std::size_t size : {kSmall, kLent, kAssembled}) {
            Cpg cpg;
            cpg.enter("callback.jump");
            const Texts sent{pattern(kSmall, 1), pattern(size, 2), pattern(size, 3), "4", "5"};
            for (const auto& bytes : sent)
                ASSERT_EQ(CS_OK, send(cpg, bytes));
            await_queue(cpg);
            jump_out_of(cpg, flag, 2);
            EXPECT_TRUE(readable(cpg.fd(), kPatience)) << "flag " << flag << ", size " << size;
            // The new dispatch is no deeper on the stack than the one that was left. So the library knows that that
            // ended.
            while (cpg.count() < sent.size()) {
                ASSERT_TRUE(readable(cpg.fd(), kPatience)) << "flag " << flag << ", size " << size;
                ASSERT_EQ(CS_OK, dispatch_until_jump(cpg, CS_DISPATCH_ALL, 0));
            }
            EXPECT_TRUE(sent == messages(cpg.take())) << "flag " << flag << ", size " << size;
            EXPECT_FALSE(readable(cpg.fd(), kGlance)) << "flag " << flag << ", size " << size;
            EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
        }
    }
}

// C10: requests get their replies, and another thread may dispatch.
TEST_F(CpgCallback, may_leave_with_longjmp_and_the_handle_still_works)
{
    for (const std::size_t size : {kSmall, kLent, kAssembled}) {
        Cpg cpg;
        cpg.enter("callback.after");
        ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
        ASSERT_EQ(CS_OK, send(cpg, "behind"));
        await_queue(cpg);
        jump_out_of(cpg, CS_DISPATCH_ONE, 1);
        EXPECT_EQ(Members{self()}, members_of(cpg, "callback.after"));
        EXPECT_EQ(CS_OK, send(cpg, pattern(size, 1)));
        EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL)); // ends the loan
        Background elsewhere([&] { return cpg.await_messages(3); });
        EXPECT_EQ(true, elsewhere.result());
        EXPECT_TRUE((Texts{pattern(size), "behind", pattern(size, 1)}) == messages(cpg.take())) << size;
    }
}

// C10, decision 11: finalize closes the connection at once.
TEST_F(CpgCallback, may_leave_with_longjmp_and_finalize_frees_everything)
{
    for (const auto flag : kAllFlags) {
        for (const std::size_t size : {kSmall, kLent, kAssembled}) {
            Cpg cpg;
            cpg.enter("callback.release");
            const int fd = cpg.fd();
            ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
            ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
            await_queue(cpg);
            jump_out_of(cpg, flag, 1);
            EXPECT_EQ(CS_OK, cpg.finalize());
            EXPECT_FALSE(open_descriptors().contains(fd)) << "flag " << flag << ", size " << size;
        }
    }
}

} // namespace
