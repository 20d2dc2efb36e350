// SPDX-License-Identifier: BSD-3-Clause
// The number of a process where the kernel lacks what it needs, or several threads ask first. Only children ask: their
// parent has none yet.
#include "core/process.hpp"
#include "support/answers.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <barrier>
#include <cerrno>
#include <csignal>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using namespace test;
using corosync::is_dead;
using corosync::this_process;

bool is_its_id()
{
    return this_process() == static_cast<std::uint32_t>(::getpid());
}

int in_child_of_child()
{
    return in_child([] { return is_its_id() ? 0 : 1; });
}

TEST(ProcessNumber, is_the_process_id_if_there_is_no_memory)
{
    EXPECT_EQ(0, in_child([] {
                  const Answer none("mmap", Answer::failure(ENOMEM));
                  return is_its_id() && none.calls() == 1 && is_its_id() ? in_child_of_child() : 2;
              }));
}

TEST(ProcessNumber, is_the_process_id_if_the_kernel_cannot_clear_a_page_at_a_fork)
{
    EXPECT_EQ(0, in_child([] {
                  const Answer old("madvise", Answer::failure(EINVAL));
                  return is_its_id() && old.calls() == 1 && is_its_id() ? in_child_of_child() : 2;
              }));
}

TEST(ProcessNumber, is_that_of_the_thread_that_was_first)
{
    EXPECT_EQ(0, in_child([] {
                  std::uint32_t of_first = 0;
                  const Answer meanwhile("madvise", once([&] { of_first = this_process(); }));
                  return this_process() == of_first && of_first != 0 && this_process() == of_first ? 0 : 1;
              }));
}

TEST(ProcessNumber, is_the_same_for_threads_that_ask_at_the_same_time)
{
    constexpr int kThreads = 4;
    const auto all_get_the_same = [] {
        std::vector<std::uint32_t> numbers(kThreads);
        std::barrier start(kThreads);
        std::vector<std::unique_ptr<Thread>> threads;
        for (auto& number : numbers)
            threads.push_back(std::make_unique<Thread>([&] {
                start.arrive_and_wait();
                number = this_process();
            }));
        threads.clear();
        EXPECT_EQ(std::vector<std::uint32_t>(kThreads, numbers[0]), numbers);
        return ::testing::Test::HasFailure() ? 1 : 0;
    };
    for (int times = 0; times < 50; ++times)
        ASSERT_EQ(0, in_child([&] { return all_get_the_same() == 0 ? in_child(all_get_the_same) : 2; }));
}

// An id that no process has. It is not taken soon again.
pid_t dead()
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    status_of_child(pid);
    return pid;
}

TEST(DeadProcess, is_known_as_such)
{
    EXPECT_TRUE(is_dead(dead()));
    EXPECT_FALSE(is_dead(::getpid()));
}

TEST(DeadProcess, is_known_as_such_to_kernels_without_descriptors_of_processes)
{
    const Answer old("syscall", Answer::failure(ENOSYS));
    EXPECT_TRUE(is_dead(dead()));
    EXPECT_FALSE(is_dead(::getpid()));
    const Answer others("kill", Answer::failure(EPERM));
    EXPECT_FALSE(is_dead(1));
}

TEST(DeadProcess, is_not_one_that_could_not_be_looked_at)
{
    const Answer none_free("syscall", Answer::failure(EMFILE));
    EXPECT_FALSE(is_dead(::getpid()));
}

} // namespace
