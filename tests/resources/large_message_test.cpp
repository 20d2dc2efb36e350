// SPDX-License-Identifier: BSD-3-Clause
// What the callback of a message may do on its own thread, for every size: dispatch, leave by a jump, switch to another
// stack, finalize. Its message stays where it is, and the messages after it are delivered once and in order.
#include "large_message.hpp"

#include "support/process.hpp"
#include "support/sanitizers.hpp"

#include <csetjmp>

#include <sys/mman.h>
#include <ucontext.h>

namespace {

using namespace test;

// C10, decision 9
TEST_P(LargeMessage, lets_its_callback_dispatch_the_next_messages)
{
    queue(many);
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        in_message(0, [&](const Cpg::Call& call) {
            memory.hold(call);
            EXPECT_TRUE(is_readable_as_it_must_be()) << "in the callback";
            for (int next = flag == CS_DISPATCH_ALL ? many : 2; next <= many; ++next) {
                EXPECT_TRUE(hears_from_a_deeper_frame(next, flag));
                EXPECT_TRUE(memory.kept()) << "after message " << next;
            }
            EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
            EXPECT_TRUE(memory.kept());
        });
        EXPECT_EQ(CS_OK, dispatch_one(CS_DISPATCH_ONE)) << flag;
        EXPECT_TRUE(is_readable_as_it_must_be()) << flag;
        expect_heard(many);
        start_again(many);
    }
    EXPECT_TRUE(hears(many));
    expect_heard(many);
}

// Each dispatches in the callback of the one before it.
TEST_P(LargeMessage, whose_callback_dispatches_keeps_its_contents_at_every_depth)
{
    queue(many);
    std::vector<MessageMemory> memories(static_cast<std::size_t>(many));
    cpg.on_event = [&](const Cpg::Call& call) {
        const int number = number_of(call);
        memories[static_cast<std::size_t>(number)].hold(call);
        if (number + 1 < many) {
            EXPECT_EQ(CS_OK, dispatch_one(CS_DISPATCH_ONE));
        }
        for (int outer = 0; outer <= number; ++outer)
            EXPECT_TRUE(memories[static_cast<std::size_t>(outer)].kept()) << outer << " in the callback of " << number;
    };
    EXPECT_EQ(CS_OK, dispatch_one(CS_DISPATCH_ONE));
    EXPECT_TRUE(is_readable_as_it_must_be());
    expect_heard(many);
}

TEST_P(LargeMessage, lets_its_callback_dispatch_all_messages_until_finalize)
{
    queue(many);
    const cpg_handle_t handle = cpg;
    cs_error_t inner = CS_OK;
    cpg.on_event = [&](const Cpg::Call& call) {
        if (number_of(call) == 0) {
            memory.hold(call);
            inner = cpg_dispatch(handle, CS_DISPATCH_BLOCKING);
            EXPECT_TRUE(memory.kept());
        } else if (number_of(call) == many - 1) {
            EXPECT_TRUE(memory.kept());
            EXPECT_EQ(CS_OK, cpg.finalize());
        }
    };
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatch_one(CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, inner);
    expect_heard(many);
    EXPECT_FALSE(open_descriptors().contains(fd));
}

TEST_P(LargeMessage, whose_callback_finalizes_stays_valid_until_it_returns)
{
    queue(many);
    in_message(0, [&](const Cpg::Call& call) {
        memory.hold(call);
        EXPECT_EQ(CS_OK, cpg.finalize());
        EXPECT_TRUE(memory.kept());
    });
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatch_one(CS_DISPATCH_ALL));
    expect_heard(1);
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// No frame between a jump and its target has anything to destroy.
std::jmp_buf target;
bool has_target = false;

void jump()
{
    if (std::exchange(has_target, false)) // otherwise the frame has gone, and the test has failed already
        std::longjmp(target, 1);
}

__attribute__((noinline)) void dispatch_until_jump(const std::function<cs_error_t()>& dispatch)
{
    if (setjmp(target) != 0)
        return;
    has_target = true;
    dispatch();
    has_target = false;
    ADD_FAILURE() << "the callback returned";
}

// C10, decision 9: the next dispatch may have the same frame or another one, so the frame does not tell whether the
// first dispatch is over.
TEST_P(LargeMessage, that_is_left_by_a_jump_does_not_block_the_others)
{
    queue(many);
    for (const auto flag : kAllFlags) {
        for (const auto next : {CS_DISPATCH_ONE, CS_DISPATCH_ALL}) {
            SCOPED_TRACE(std::to_string(flag) + ", then " + std::to_string(next));
            in_message(0, [](const Cpg::Call&) { jump(); });
            dispatch_until_jump([&] {
                cs_error_t error = CS_OK;
                while ((error = cpg_dispatch(cpg, flag)) == CS_OK && told() == 0 && readable(fd, kPatience)) {
                }
                return error;
            });
            EXPECT_EQ(1, told());
            EXPECT_TRUE(is_readable_as_it_must_be());
            for (int count = next == CS_DISPATCH_ALL ? many : 2; count <= many; ++count)
                ASSERT_TRUE(hears_from_a_deeper_frame(count, next));
            EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
            expect_heard(many);
            start_again(many);
        }
    }
}

TEST_P(LargeMessage, that_is_left_by_a_jump_does_not_keep_finalize_from_closing)
{
    queue(many);
    in_message(0, [](const Cpg::Call&) { jump(); });
    dispatch_until_jump([&] { return dispatch_one(CS_DISPATCH_ONE); });
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

TEST_P(LargeMessage, that_is_left_by_a_jump_out_of_two_dispatches_does_not_block_the_others)
{
    queue(many);
    cpg.on_event = [&](const Cpg::Call& call) {
        if (number_of(call) == 0)
            dispatch_one(CS_DISPATCH_ONE);
        else if (number_of(call) == 1)
            jump();
    };
    dispatch_until_jump([&] { return dispatch_one(CS_DISPATCH_ONE); });
    EXPECT_EQ(2, told());
    EXPECT_TRUE(is_readable_as_it_must_be());
    for (int count = 3; count <= many; ++count)
        ASSERT_TRUE(hears_from_a_deeper_frame(count));
    expect_heard(many);
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// The jump leaves the inner callback only: the outer one goes on.
TEST_P(LargeMessage, whose_callback_catches_a_jump_out_of_the_next_callback_keeps_its_contents)
{
    queue(many);
    cpg.on_event = [&](const Cpg::Call& call) {
        if (number_of(call) == 0) {
            memory.hold(call);
            dispatch_until_jump([&] { return dispatch_one(CS_DISPATCH_ONE); });
            EXPECT_TRUE(memory.kept());
            EXPECT_TRUE(is_readable_as_it_must_be());
            EXPECT_TRUE(hears_from_a_deeper_frame(many - 1));
            EXPECT_TRUE(memory.kept());
        } else if (number_of(call) == 1) {
            jump();
        }
    };
    EXPECT_EQ(CS_OK, dispatch_one(CS_DISPATCH_ONE));
    EXPECT_TRUE(hears(many));
    expect_heard(many);
}

// Runs a function on a stack of its own. The function can switch back to its caller's stack, and be resumed.
class Fibre {
public:
    explicit Fibre(std::function<void()> body) : body_(std::move(body))
    {
        ::getcontext(&inside_);
        inside_.uc_stack.ss_sp = stack_;
        inside_.uc_stack.ss_size = kSize;
        inside_.uc_link = &outside_;
        running_ = this;
        ::makecontext(
            &inside_, [] { running_->body_(); }, 0);
    }
    ~Fibre() { ::munmap(stack_, kSize); }
    Fibre(const Fibre&) = delete;
    Fibre& operator=(const Fibre&) = delete;

    void resume() { ::swapcontext(&outside_, &inside_); }
    void leave() { ::swapcontext(&inside_, &outside_); }

private:
    static constexpr std::size_t kSize = 4 << 20;
    static inline Fibre* running_ = nullptr;
    void* const stack_ = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    std::function<void()> body_;
    ucontext_t inside_;
    ucontext_t outside_;
};

// Decision 9
TEST_P(LargeMessage, whose_callback_switches_to_another_stack_does_not_block_the_others)
{
    if (kSanitized)
        GTEST_SKIP() << "sanitizers do not know of other stacks";
    cs_error_t error = CS_ERR_TIMEOUT;
    Fibre fibre([&] { error = dispatch_one(CS_DISPATCH_ONE); });
    queue(many);
    in_message(0, [&](const Cpg::Call& call) {
        memory.hold(call);
        fibre.leave();
        EXPECT_TRUE(memory.kept());
    });
    fibre.resume();
    EXPECT_EQ(1, told());
    EXPECT_TRUE(is_readable_as_it_must_be());
    for (int count = 2; count <= many; ++count) {
        EXPECT_TRUE(hears(count));
        EXPECT_TRUE(memory.kept());
    }
    fibre.resume();
    EXPECT_EQ(CS_OK, error);
    EXPECT_TRUE(is_readable_as_it_must_be());
    expect_heard(many);
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
}

INSTANTIATE_TEST_SUITE_P(Message, LargeMessage, ::testing::ValuesIn(message_cases()), name_of_case);

} // namespace
