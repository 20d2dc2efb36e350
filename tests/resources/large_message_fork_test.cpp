// SPDX-License-Identifier: BSD-3-Clause
// A fork while the callback of a message runs, for every size: neither process loses anything to the other.
#include "large_message.hpp"

#include "support/process.hpp"
#include "support/turns.hpp"

#include <cstdio>
#include <numeric>

#include <unistd.h>

namespace {

using namespace test;

class LargeMessageAtFork : public LargeMessage {
protected:
    // The callback of message 0 forks. This is what the child does. Parent and child do not use the handle at the same
    // time.
    enum Child {
        leaves,               // at once
        returns,              // and exits after the dispatch that ends with this callback
        finalizes,            // and exits
        finalizes_and_returns // and exits after the dispatch, which ends with this callback
    };
    using Fork = pid_t (*)();

    // With each of these types of dispatch. The child exits before the parent goes on, or after it.
    void expect_the_parent_gets_all(Child child, const std::vector<cs_dispatch_flags_t>& flags, Fork fork = ::fork);
    void expect_the_parent_gets_all(Child child, cs_dispatch_flags_t flag, Fork fork, bool child_first);

    // Without fork handlers both processes share the memory of a lent message, as the manual says.
    static bool shares_memory(Fork fork) { return fork == ::_Fork; }

    // The callback of message 0 forks. The child does what `child` says.
    void fork_in_the_callback(Child child, Fork fork);
    bool is_child() const { return child_ == 0; }
    void expect_the_child_left() { EXPECT_EQ(0, status_of_child(std::exchange(child_, -1))); }
    // Exits with success only if there were no failures before, either.
    [[noreturn]] static void end_child(bool success)
    {
        std::fflush(nullptr);
        ::_exit(success && !HasFailure() ? 0 : 10);
    }

    pid_t child_ = -1;
};

void LargeMessageAtFork::fork_in_the_callback(Child child, Fork fork)
{
    child_ = fork();
    ASSERT_NE(-1, child_);
    const bool kept = shares_memory(fork) || memory.kept();
    if (!is_child()) {
        EXPECT_TRUE(kept);
        return;
    }
    if (!kept)
        ::_exit(1);
    if ((child == finalizes || child == finalizes_and_returns) && cpg.finalize() != CS_OK)
        ::_exit(2);
    if (!shares_memory(fork) && !memory.kept())
        ::_exit(3);
    if (child == leaves || child == finalizes)
        ::_exit(0);
}

void LargeMessageAtFork::expect_the_parent_gets_all(Child child, cs_dispatch_flags_t flag, Fork fork, bool child_first)
{
    cpg.on_event = [&](const Cpg::Call& call) {
        if (number_of(call) == 0) {
            memory.hold(call);
            fork_in_the_callback(child, fork);
            if (!is_child() && child_first)
                expect_the_child_left();
            if (!shares_memory(fork) && !memory.kept())
                ADD_FAILURE() << (is_child() ? "in the child" : "in the parent");
        } else if (number_of(call) == many - 1 && flag == CS_DISPATCH_BLOCKING) {
            EXPECT_EQ(CS_OK, cpg.finalize());
        }
    };
    const auto first = dispatch_one(flag);
    if (is_child())
        end_child(first == (child == finalizes_and_returns ? CS_ERR_BAD_HANDLE : CS_OK));
    EXPECT_EQ(flag == CS_DISPATCH_BLOCKING ? CS_ERR_BAD_HANDLE : CS_OK, first);
    if (flag != CS_DISPATCH_BLOCKING) {
        bool more = true;
        for (int count = flag == CS_DISPATCH_ALL ? many : 2; more && count <= many; ++count)
            more = hears(count, flag);
    }
    if (!child_first)
        expect_the_child_left();
    expect_heard(many);
}

void LargeMessageAtFork::expect_the_parent_gets_all(Child child, const std::vector<cs_dispatch_flags_t>& flags,
                                                    Fork fork)
{
    for (const auto flag : flags) {
        for (const bool child_first : {true, false}) {
            SCOPED_TRACE("type " + std::to_string(flag) + (child_first ? ", the child first" : ""));
            expect_the_parent_gets_all(child, flag, fork, child_first);
            if (HasFailure() || flag == CS_DISPATCH_BLOCKING) // blocking dispatch ended with the handle
                return;
            start_again(many);
        }
    }
    EXPECT_TRUE(hears(many)); // and the handle still works
    expect_heard(many);
}

TEST_P(LargeMessageAtFork, whose_child_returns_and_exits_leaves_the_parent_all_later_messages)
{
    queue(many);
    expect_the_parent_gets_all(returns, {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING});
}

// As in programs that call clone() themselves.
TEST_P(LargeMessageAtFork, without_handlers_leaves_the_parent_all_later_messages)
{
    queue(many);
    expect_the_parent_gets_all(returns, {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}, ::_Fork);
}

const std::vector<cs_dispatch_flags_t> all_flags = {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL,
                                                    CS_DISPATCH_BLOCKING};

TEST_P(LargeMessageAtFork, whose_child_exits_at_once_leaves_the_parent_all_later_messages)
{
    queue(many);
    expect_the_parent_gets_all(leaves, all_flags);
}

// The reference's child breaks the connection.
TEST_P(LargeMessageAtFork, whose_child_finalizes_leaves_the_parent_all_later_messages)
{
    queue(many);
    expect_the_parent_gets_all(finalizes, all_flags);
}

TEST_P(LargeMessageAtFork, whose_child_finalizes_and_returns_leaves_the_parent_all_later_messages)
{
    queue(many);
    expect_the_parent_gets_all(finalizes_and_returns, all_flags);
}

// The child is the process that goes on, as in a program that becomes a daemon.
TEST_P(LargeMessageAtFork, is_complete_in_a_child_that_goes_on_alone)
{
    queue(many);
    in_message(0, [&](const Cpg::Call& call) {
        memory.hold(call);
        fork_in_the_callback(returns, ::fork);
        if (!is_child())
            expect_the_child_left(); // without using the handle before
        EXPECT_TRUE(memory.kept());
    });
    const auto first = dispatch_one(CS_DISPATCH_ONE);
    if (is_child()) {
        const bool all = first == CS_OK && hears(many / 2) && hears(many, CS_DISPATCH_ALL);
        expect_heard(many);
        end_child(all);
    }
    EXPECT_EQ(CS_OK, first);
    expect_heard(1);
    start_again(2); // the parent gets the messages that are sent now
    EXPECT_TRUE(hears(2));
    expect_heard(2);
}

// The same, and the child dispatches in the callback.
TEST_P(LargeMessageAtFork, is_complete_in_a_child_that_dispatches_in_the_callback)
{
    queue(many);
    in_message(0, [&](const Cpg::Call& call) {
        memory.hold(call);
        fork_in_the_callback(returns, ::fork);
        if (is_child())
            end_child(hears(many / 2) && memory.kept() && hears(many) && memory.kept());
        expect_the_child_left();
        EXPECT_TRUE(memory.kept());
    });
    EXPECT_EQ(CS_OK, dispatch_one(CS_DISPATCH_ONE));
    expect_heard(1);
    start_again(2);
    EXPECT_TRUE(hears(2));
    expect_heard(2);
}

// The child is forked before any callback; it uses the handle, and exits in the callback of message 0. The parent uses
// the handle after that.
TEST_P(LargeMessageAtFork, before_any_callback_leaves_the_parent_the_messages_that_the_child_has_not_taken)
{
    queue(many);
    EXPECT_EQ(0, in_child([&] {
                  in_message(0, [](const Cpg::Call&) { ::_exit(0); });
                  hears(1, CS_DISPATCH_ALL);
                  return 1;
              }));
    std::vector<int> numbers;
    cpg.on_event = [&](const Cpg::Call& call) { numbers.push_back(number_of(call)); };
    std::vector<int> others(static_cast<std::size_t>(many) - 1);
    std::iota(others.begin(), others.end(), 1);
    while (numbers.size() < others.size() && readable(fd, kPatience))
        ASSERT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
    EXPECT_EQ(others, numbers);
    EXPECT_FALSE(readable(fd, kGlance));
}

TEST_P(LargeMessageAtFork, is_in_memory_that_parent_and_child_do_not_share)
{
    const Turns for_child;
    const Turns for_parent;
    queue(2);
    in_message(0, [&](const Cpg::Call& call) {
        memory.hold(call);
        child_ = ::fork();
        ASSERT_NE(-1, child_);
        if (is_child()) {
            const bool kept = for_child.take() && memory.kept(); // the parent has written
            for_parent.give();
            ::_exit(kept && for_child.take() && memory.kept() ? 0 : 1); // and has dispatched
        }
        EXPECT_TRUE(memory.kept());
        for_child.give();
        EXPECT_TRUE(for_parent.take());
        EXPECT_TRUE(memory.kept()) << "though the child has written";
        EXPECT_TRUE(hears(2));
        EXPECT_TRUE(memory.kept());
        for_child.give();
        expect_the_child_left();
        EXPECT_TRUE(memory.kept());
    });
    EXPECT_EQ(CS_OK, dispatch_one(CS_DISPATCH_ONE));
    expect_heard(2);
}

INSTANTIATE_TEST_SUITE_P(Message, LargeMessageAtFork, ::testing::ValuesIn(message_cases()), name_of_case);

} // namespace
