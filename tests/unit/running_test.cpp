// SPDX-License-Identifier: BSD-3-Clause
// A later call of the same thread can prove that a recorded dispatch has ended (a jump left it): which dispatches these
// are.
#include "core/running.hpp"
#include "support/thread.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using corosync::Caller;
using corosync::DispatchRecord;
using corosync::RunningDispatches;

// Frames at chosen depths of the running thread's stack, or of other memory.
class Frames {
public:
    explicit Frames(char* memory) : memory_(memory) {}
    Caller outer() const { return at(3); }
    Caller middle() const { return at(2); }
    Caller inner() const { return at(1); }
    Caller innermost() const { return at(0); }

    static constexpr std::size_t kSize = 64;

private:
    Caller at(std::size_t height) const { return Caller::at(memory_ + height * 16); }
    char* memory_;
};

class RunningDispatchesTest : public ::testing::Test {
protected:
    unsigned reap(const Caller& caller)
    {
        return running.reap(caller, [this](DispatchRecord& record) { ended.push_back(&record); });
    }

    RunningDispatches running;
    std::vector<const DispatchRecord*> ended;
};

using Running = RunningDispatchesTest;

TEST_F(Running, dispatch_does_not_end_with_a_nested_call)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    running.enter(frames.outer());
    EXPECT_EQ(0U, reap(frames.inner()));
    EXPECT_TRUE(ended.empty());
}

TEST_F(Running, dispatch_has_ended_when_its_thread_calls_from_the_same_frame)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    const DispatchRecord* record = running.enter(frames.inner());
    EXPECT_EQ(1U, reap(frames.inner()));
    EXPECT_EQ(std::vector{record}, ended);
    EXPECT_EQ(0U, reap(frames.inner()));
}

TEST_F(Running, dispatch_has_ended_when_its_thread_calls_from_an_outer_frame)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    const DispatchRecord* record = running.enter(frames.inner());
    EXPECT_EQ(1U, reap(frames.outer()));
    EXPECT_EQ(std::vector{record}, ended);
}

TEST_F(Running, dispatches_that_a_jump_skipped_have_ended_and_others_have_not)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    const DispatchRecord* outer = running.enter(frames.outer());
    running.enter(frames.inner());
    running.enter(frames.innermost());
    EXPECT_EQ(2U, reap(frames.middle()));
    EXPECT_EQ(1U, reap(frames.outer()));
    EXPECT_EQ(outer, ended.back());
}

TEST_F(Running, dispatch_of_another_thread_does_not_end)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    Caller other = frames.inner();
    test::Thread thread([&] {
        other.thread = pthread_self();
        running.enter(other);
    });
    thread.join();
    EXPECT_EQ(0U, reap(frames.outer()));
}

TEST_F(Running, dispatch_on_another_stack_does_not_end)
{
    char stack[Frames::kSize];
    std::vector<char> fibre(Frames::kSize);
    running.enter(Frames(fibre.data()).inner());
    running.enter(Frames(stack).inner());
    EXPECT_EQ(0U, reap(Frames(fibre.data()).outer()));
    EXPECT_EQ(1U, reap(Frames(stack).outer()));
}

TEST_F(Running, dispatch_that_has_returned_is_not_counted)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    RunningDispatches::leave(*running.enter(frames.inner()));
    EXPECT_EQ(0U, reap(frames.outer()));
}

TEST_F(Running, dispatches_of_other_threads_are_known_as_such)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    EXPECT_FALSE(running.any_of_others(frames.outer()));
    running.enter(frames.inner());
    EXPECT_FALSE(running.any_of_others(frames.outer()));
    Caller other = frames.inner();
    test::Thread thread([&] {
        other.thread = pthread_self();
        EXPECT_TRUE(running.any_of_others(other));
        RunningDispatches::leave(*running.enter(other));
    });
    thread.join();
    EXPECT_FALSE(running.any_of_others(frames.outer()));
}

TEST_F(Running, dispatches_have_one_buffer_for_each_depth)
{
    char stack[Frames::kSize];
    const Frames frames(stack);
    DispatchRecord* outer = running.enter(frames.outer());
    DispatchRecord* inner = running.enter(frames.inner());
    ASSERT_TRUE(outer->buffer.reserve(1) && inner->buffer.reserve(1));
    const std::byte* memory = inner->buffer.data();
    EXPECT_NE(outer->buffer.data(), memory);
    RunningDispatches::leave(*inner);
    EXPECT_EQ(memory, running.enter(frames.inner())->buffer.data());
}

TEST_F(Running, dispatches_free_the_memory_of_a_long_message)
{
    char stack[Frames::kSize];
    DispatchRecord* record = running.enter(Frames(stack).inner());
    ASSERT_TRUE(record->buffer.reserve(2 * 1024 * 1024));
    RunningDispatches::leave(*record);
    EXPECT_EQ(nullptr, record->buffer.data());
}

} // namespace
