// SPDX-License-Identifier: BSD-3-Clause
// Parts of the core where a system call returns what it rarely returns, or another thread acts in the middle of it.
#include "core/handle_table.hpp"
#include "core/lifecycle.hpp"
#include "core/lock.hpp"
#include "core/reason.hpp"
#include "core/reasons.hpp"
#include "core/running.hpp"
#include "core/spin.hpp"
#include "support/answers.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <cerrno>
#include <cstdio>
#include <deque>
#include <thread>

#include <corosync/client.h>
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <unistd.h>

namespace {

using namespace test;
using namespace corosync;

TEST(LockOfTwoThreads, is_taken_if_the_other_one_leaves_before_the_wait_or_as_it_begins)
{
    for (const int others : {0, 1}) {
        Mutex mutex;
        ASSERT_TRUE(mutex.lock());
        const Answer leaves("clock_gettime", once([&] { mutex.unlock(); }), others);
        EXPECT_TRUE(mutex.try_lock_for(1000)) << others;
        EXPECT_FALSE(mutex.try_lock()) << others;
        mutex.unlock();
    }
}

TEST(LockThatIsFree, was_not_held_at_a_fork)
{
    Mutex mutex;
    EXPECT_FALSE(mutex.held_at_fork());
}

TEST(SpinOnManyCpus, is_off_if_the_kernel_has_more_than_the_set_has_room_for)
{
    Spin spin;
    const Answer too_many("sched_getaffinity", Answer::failure(EINVAL));
    spin.configure(100);
    int looks = 0;
    spin.until([&] { return ++looks; });
    EXPECT_EQ(0, looks);
}

// An unlock has woken only the thread that gives up. Meanwhile a third thread has taken the lock and knows of no other.
TEST(LockWithALimit, wakes_the_next_thread_when_its_time_is_over)
{
    Mutex mutex;
    ASSERT_TRUE(mutex.lock());
    const Answer meanwhile("syscall", once([&] {
                               mutex.unlock();
                               EXPECT_TRUE(mutex.try_lock());
                               std::this_thread::sleep_for(20ms);
                           }));
    EXPECT_FALSE(mutex.try_lock_for(10));
    EXPECT_EQ(2, meanwhile.calls()); // one to sleep, and one to wake
    mutex.unlock();
}

// While a thread makes the descriptor, the others look from time to time.
TEST(WakeupOfAChild, does_not_exist_while_another_thread_makes_it)
{
    EXPECT_EQ(0, in_child([] {
                  Lifecycle lifecycle;
                  lifecycle.begin();
                  int second = 0;
                  int made = -1;
                  {
                      const Answer meanwhile("fstat", once([&] { second = lifecycle.child_wakeup_fd(); }));
                      made = lifecycle.child_wakeup_fd();
                  }
                  return made >= 0 && second == -1 && lifecycle.child_wakeup_fd() == made ? 0 : 1;
              }));
}

TEST(WakeupOfAChild, is_that_of_the_thread_that_was_first)
{
    EXPECT_EQ(0, in_child([] {
                  Lifecycle lifecycle;
                  lifecycle.begin();
                  const auto before = open_descriptors().size();
                  int first = -1;
                  const Answer meanwhile("socket", once([&] { first = lifecycle.child_wakeup_fd(); }));
                  const int second = lifecycle.child_wakeup_fd();
                  return first >= 0 && second == first && open_descriptors().size() == before + 1 ? 0 : 1;
              }));
}

TEST(WakeupOfAChild, does_not_exist_without_a_free_descriptor)
{
    EXPECT_EQ(0, in_child([] {
                  Lifecycle lifecycle;
                  lifecycle.begin();
                  const Answer none("socket", Answer::failure(EMFILE));
                  const int alarm = lifecycle.child_wakeup_fd();
                  lifecycle.close();
                  return alarm == -1 ? 0 : 1;
              }));
}

class EndOf : public ::testing::Test {
protected:
    EndOf() { lifecycle.begin(); }
    const Reason* reason_of(int rc, pid_t daemon = 0)
    {
        lifecycle.set_daemon(daemon);
        forget_reason();
        EXPECT_EQ(rc, lifecycle.explain_end(rc, 0));
        return take_reason().reason;
    }
    Lifecycle lifecycle;
};

TEST_F(EndOf, a_connection_has_the_reason_of_its_error)
{
    EXPECT_EQ(nullptr, reason_of(0));
    EXPECT_EQ(&reasons::finalized_meanwhile, reason_of(-EBADF));
    EXPECT_EQ(&reasons::damaged, reason_of(-EPROTO));
    EXPECT_EQ(&reasons::no_memory, reason_of(-ENOMEM));
    EXPECT_EQ(&reasons::daemon_gone, reason_of(-ENOTCONN));
    EXPECT_EQ(&reasons::daemon_hung_up, reason_of(-ENOTCONN, ::getpid()));
}

TEST_F(EndOf, a_connection_has_the_first_reason_that_was_found)
{
    explain(reasons::descriptor_closed);
    lifecycle.explain_end(-ENOTCONN, 0);
    EXPECT_EQ(&reasons::descriptor_closed, take_reason().reason);
}

TEST_F(EndOf, a_connection_that_a_child_has_closed_is_the_childs_own_doing)
{
    EXPECT_EQ(0, in_child([this] {
                  lifecycle.close();
                  return reason_of(-ENOTCONN) == &reasons::used_in_child ? 0 : 1;
              }));
}

// A dispatch of a thread; `inner` is the frame of a call that it would have to contain.
class RunningInThread : public ::testing::Test {
protected:
    // Whether a call with this outer frame proves that the dispatch with the inner one has ended.
    static bool ended(char* inner, char* outer)
    {
        RunningDispatches running;
        running.enter(Caller::at(inner));
        return running.reap(Caller::at(outer), [](DispatchRecord&) {}) == 1;
    }
    template <class Body> static void in_thread(Body body)
    {
        const Thread thread([&] {
            char here[64];
            body(here);
        });
    }
};

TEST_F(RunningInThread, ends_if_a_call_comes_from_an_outer_frame_of_its_stack)
{
    in_thread([](char* here) { EXPECT_TRUE(ended(here, here + 16)); });
}

TEST_F(RunningInThread, goes_on_if_the_bounds_of_the_stack_are_not_known)
{
    in_thread([](char* here) {
        const Answer none("pthread_getattr_np", Answer::failure(ENOMEM));
        EXPECT_FALSE(ended(here, here + 16));
    });
    in_thread([](char* here) {
        const Answer none("pthread_attr_getstack", Answer::failure(EINVAL));
        EXPECT_FALSE(ended(here, here + 16));
    });
}

TEST_F(RunningInThread, goes_on_if_one_frame_is_on_another_stack)
{
    char mains[64];
    in_thread([&](char* here) {
        EXPECT_FALSE(ended(here, mains));
        // Memory of the C library is above the stacks of threads, and the program's own memory below them.
        static char low[64];
        EXPECT_FALSE(ended(low, here));
        EXPECT_FALSE(ended(reinterpret_cast<char*>(stdout), mains));
        char* const above_all =
            reinterpret_cast<char*>(::getauxval(AT_RANDOM)) + 16; // NOLINT(performance-no-int-to-ptr)
        EXPECT_FALSE(ended(above_all, above_all + 16));
    });
}

TEST(RunningWithoutMemory, is_not_nested)
{
    RunningDispatches running;
    char frame[64];
    ASSERT_NE(nullptr, running.enter(Caller::at(frame)));
    const Answer none("malloc", Answer::failure(ENOMEM));
    EXPECT_EQ(nullptr, running.enter(Caller::at(frame)));
}

struct Object {};
using Table = HandleTable<Object>;
constinit Table table;

TEST(HandleWithoutRandomNumber, has_a_check_of_the_clock)
{
    const Answer none("getrandom", Answer::failure(EAGAIN));
    const auto handle = table.add(make<Object>());
    EXPECT_NE(0U, handle >> 32);
    EXPECT_EQ(1, none.calls());
    EXPECT_NE(nullptr, table.close(handle));
    table.unpin(handle);
}

// The random number is then 0, which no handle has.
TEST(HandleWithTheSameRandomNumber, differs_from_the_one_before)
{
    const Answer same("getrandom", [] { return sizeof(std::uint32_t); });
    const auto one = table.add(make<Object>());
    EXPECT_EQ(1U, one >> 32);
    EXPECT_NE(nullptr, table.close(one));
    table.unpin(one);
    const auto other = table.add(make<Object>());
    EXPECT_EQ(2U, other >> 32);
    EXPECT_EQ(nullptr, table.close(one));
    EXPECT_NE(nullptr, table.close(other));
    table.unpin(other);
}

TEST(HandleThatIsBeingAdded, is_not_there_for_a_fork)
{
    int seen = 0;
    const Answer forks("getrandom", once([&] { table.for_each([&](Object&) { ++seen; }); }));
    const auto handle = table.add(make<Object>());
    EXPECT_EQ(0, seen);
    table.for_each([&](Object&) { ++seen; });
    EXPECT_EQ(1, seen);
    EXPECT_NE(nullptr, table.close(handle));
    table.unpin(handle);
}

class ManyHandles : public ::testing::Test {
protected:
    ~ManyHandles() override
    {
        for (const auto handle : handles) {
            EXPECT_NE(nullptr, table.close(handle));
            table.unpin(handle);
        }
    }
    std::uint64_t add()
    {
        Object* const object = make<Object>();
        const auto handle = table.add(object);
        if (handle != 0)
            handles.push_back(handle);
        else
            destroy(object);
        return handle;
    }
    std::deque<std::uint64_t> handles;
};

TEST_F(ManyHandles, are_not_possible_without_memory)
{
    const Answer none("calloc", Answer::failure(ENOMEM));
    while (none.calls() == 0)
        ASSERT_TRUE(add() != 0 || none.calls() == 1);
    EXPECT_EQ(64U, handles.size());
    EXPECT_EQ(0U, add());
}

TEST_F(ManyHandles, have_one_block_though_two_threads_make_it)
{
    const Answer meanwhile("calloc", once([this] { EXPECT_NE(0U, add()); }));
    while (handles.size() < 66)
        ASSERT_NE(0U, add());
    EXPECT_LE(1, meanwhile.calls());
    for (const auto handle : handles) {
        EXPECT_NE(nullptr, table.pin(handle));
        table.unpin(handle);
    }
}

std::string reported(cs_error_t error)
{
    report({"cpg", 1, "cpg_join"}, error);
    return cs_client_reason();
}

TEST(ReasonOfALimit, says_so_if_the_limit_is_not_known)
{
    const Answer none("getrlimit", Answer::failure(EPERM));
    explain_errno(-EMFILE);
    EXPECT_NE(std::string::npos, reported(CS_ERR_LIBRARY).find("the limit of the process is -1"));
}

TEST(ReasonOfARefusal, is_the_number_if_the_room_is_not_known)
{
    const Answer none("statvfs", Answer::failure(ENOENT));
    EXPECT_EQ(-ENOSPC, explain_refusal(-ENOSPC));
    EXPECT_EQ(&reasons::daemon_refused, take_reason().reason);
}

} // namespace
