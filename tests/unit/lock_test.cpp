// SPDX-License-Identifier: BSD-3-Clause
// Locks among threads and across forks, and the process number that they use.
#include "core/lock.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace test;
using corosync::Condition;
using corosync::Mutex;
using corosync::this_process;

TEST(Process, has_the_same_number_every_time)
{
    const auto number = this_process();
    EXPECT_NE(0U, number);
    EXPECT_EQ(number, this_process());
    Background elsewhere([] { return this_process(); });
    EXPECT_EQ(number, elsewhere.result());
}

TEST(Process, has_a_different_number_than_its_ancestors)
{
    const auto mine = this_process();
    EXPECT_EQ(0, in_child([=] {
                  const auto childs = this_process();
                  if (childs == mine)
                      return 1;
                  return in_child([=] { return this_process() == mine || this_process() == childs ? 1 : 0; });
              }));
    EXPECT_EQ(mine, this_process());
}

TEST(Lock, excludes_other_threads)
{
    constexpr int kTurns = 20000;
    Mutex mutex;
    int count = 0;
    const auto increment = [&] {
        for (int turn = 0; turn < kTurns; ++turn) {
            ASSERT_TRUE(mutex.lock());
            ++count;
            mutex.unlock();
        }
    };
    {
        const Thread first(increment);
        const Thread second(increment);
        const Thread third(increment);
    }
    EXPECT_EQ(3 * kTurns, count);
}

TEST(Lock, is_given_to_each_thread_that_waits)
{
    Mutex mutex;
    ASSERT_TRUE(mutex.lock());
    const auto take = [&] {
        const bool taken = mutex.lock();
        mutex.unlock();
        return taken;
    };
    Background first(take);
    Background second(take);
    EXPECT_TRUE(first.thread().falls_asleep() && second.thread().falls_asleep());
    mutex.unlock();
    EXPECT_EQ(true, first.result());
    EXPECT_EQ(true, second.result());
}

TEST(Lock, that_is_held_makes_try_lock_fail_with_and_without_a_limit)
{
    Mutex mutex;
    ASSERT_TRUE(mutex.lock());
    EXPECT_FALSE(mutex.try_lock());
    EXPECT_FALSE(mutex.try_lock_for(1));
    EXPECT_FALSE(mutex.held_at_fork());
    mutex.unlock();
    EXPECT_TRUE(mutex.try_lock_for(1));
    mutex.unlock();
}

TEST(Lock, that_was_free_at_a_fork_works_in_the_child)
{
    Mutex mutex;
    EXPECT_EQ(0, in_child([&] {
                  if (!mutex.lock() || mutex.try_lock() || mutex.held_at_fork())
                      return 1;
                  mutex.unlock();
                  return mutex.try_lock() ? 0 : 2;
              }));
    EXPECT_TRUE(mutex.try_lock());
    mutex.unlock();
}

TEST(Lock, that_was_held_at_a_fork_always_fails_at_once_in_the_child)
{
    Mutex mutex;
    ASSERT_TRUE(mutex.lock());
    EXPECT_EQ(0, in_child([&] {
                  for (int time = 0; time < 2; ++time)
                      if (mutex.lock() || mutex.try_lock() || mutex.try_lock_for(1) || !mutex.held_at_fork())
                          return 1;
                  return in_child([&] { return mutex.lock() || !mutex.held_at_fork() ? 1 : 0; });
              }));
    EXPECT_FALSE(mutex.held_at_fork());
    mutex.unlock();
}

TEST(Lock, that_threads_waited_for_at_a_fork_fails_in_the_child)
{
    Mutex mutex;
    ASSERT_TRUE(mutex.lock());
    Background waiting([&] {
        const bool taken = mutex.lock();
        mutex.unlock();
        return taken;
    });
    EXPECT_TRUE(waiting.thread().falls_asleep());
    EXPECT_EQ(0, in_child([&] { return mutex.lock() ? 1 : 0; }));
    mutex.unlock();
    EXPECT_EQ(true, waiting.result());
}

TEST(ChangeOf, wakes_a_waiting_thread)
{
    Condition condition;
    const auto seen = condition.epoch();
    Background waiting([&] {
        condition.wait(seen, -1);
        return condition.epoch();
    });
    EXPECT_TRUE(waiting.thread().falls_asleep());
    condition.notify_all();
    EXPECT_EQ(seen + 1, waiting.result());
}

TEST(ChangeOf, that_came_before_the_wait_ends_it_at_once)
{
    Condition condition;
    const auto seen = condition.epoch();
    condition.notify_all();
    condition.wait(seen, -1);
}

TEST(ChangeOf, is_not_waited_for_longer_than_the_limit)
{
    Condition condition;
    condition.wait(condition.epoch(), 1);
}

} // namespace
