// SPDX-License-Identifier: BSD-3-Clause
// The states of a connection, and what a forked child sees when the connection is closed.
#include "core/lifecycle.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace test;
using corosync::Lifecycle;

class LifecycleTest : public ::testing::Test {
protected:
    LifecycleTest() { lifecycle.begin(); }
    Lifecycle lifecycle;
};

bool rings(int alarm, int limit_ms)
{
    pollfd entry{alarm, POLLIN, 0};
    return poll(&entry, 1, limit_ms) == 1;
}

TEST_F(LifecycleTest, begins_open_in_the_process_of_its_creator)
{
    EXPECT_FALSE(lifecycle.closing());
    EXPECT_TRUE(lifecycle.in_creator());
    EXPECT_FALSE(lifecycle.closed_in_child());
}

struct Row {
    bool closing;
    bool hangup_expected;
    int result;
    int explained;
};

class LifecycleReports : public ::testing::TestWithParam<Row> {};

TEST_P(LifecycleReports, a_hang_up_as_a_bad_handle_if_finalize_caused_it)
{
    const Row& row = GetParam();
    Lifecycle lifecycle;
    lifecycle.begin();
    if (row.closing)
        lifecycle.close();
    if (row.hangup_expected)
        lifecycle.expect_hangup();
    EXPECT_EQ(row.closing, lifecycle.closing());
    EXPECT_EQ(row.explained, lifecycle.request_result(row.result));
}

INSTANTIATE_TEST_SUITE_P(Case, LifecycleReports,
                         ::testing::Values(Row{false, false, -ENOTCONN, -ENOTCONN}, Row{false, false, 1, 1},
                                           Row{true, true, -ENOTCONN, -EBADF}, Row{true, false, -ENOTCONN, -ENOTCONN},
                                           Row{true, true, -EAGAIN, -EAGAIN}, Row{true, true, 1, 1},
                                           Row{true, true, -EPROTO, -EPROTO}));

TEST_F(LifecycleTest, that_is_closed_in_a_child_stays_open_in_the_parent)
{
    EXPECT_EQ(0, in_child([this] {
                  if (lifecycle.in_creator() || lifecycle.closed_in_child())
                      return 1;
                  lifecycle.close();
                  return lifecycle.closed_in_child() ? 0 : 2;
              }));
    EXPECT_FALSE(lifecycle.closing());
}

TEST_F(LifecycleTest, wakes_a_child_that_waits)
{
    EXPECT_EQ(0, in_child([this] {
                  const int alarm = lifecycle.child_wakeup_fd();
                  if (alarm < 0 || rings(alarm, 0) || lifecycle.child_wakeup_fd() != alarm)
                      return 1;
                  Background waiting([=] { return rings(alarm, -1); });
                  if (!waiting.thread().falls_asleep())
                      return 2;
                  lifecycle.close();
                  return waiting.result() == true ? 0 : 3;
              }));
}

TEST_F(LifecycleTest, wakes_a_child_that_begins_to_wait_after_the_close)
{
    EXPECT_EQ(0, in_child([this] {
                  lifecycle.close();
                  return rings(lifecycle.child_wakeup_fd(), 0) ? 0 : 1;
              }));
}

// The wakeup descriptor then has the number 0.
TEST_F(LifecycleTest, wakes_a_child_without_standard_input)
{
    EXPECT_EQ(0, in_child([] {
                  ::close(STDIN_FILENO);
                  {
                      Lifecycle own;
                      own.begin();
                      const int alarm = own.child_wakeup_fd();
                      if (alarm != STDIN_FILENO || own.child_wakeup_fd() != alarm)
                          return 1;
                      own.close();
                      if (!rings(alarm, 0))
                          return 2;
                  }
                  return ::close(STDIN_FILENO) != 0 ? 0 : 3; // it is closed already
              }));
}

TEST_F(LifecycleTest, leaves_a_file_alone_that_has_got_the_number_of_its_wakeup_descriptor)
{
    EXPECT_EQ(0, in_child([] {
                  const int file = ::memfd_create("file", 0);
                  int alarm = -1;
                  {
                      Lifecycle own;
                      own.begin();
                      alarm = own.child_wakeup_fd();
                      ::close(alarm);
                      if (own.child_wakeup_fd() != -1 || ::dup2(file, alarm) != alarm || own.child_wakeup_fd() != -1)
                          return 1;
                      own.close();
                  }
                  struct stat status {};
                  return ::fstat(alarm, &status) == 0 && status.st_size == 0 ? 0 : 2;
              }));
}

TEST_F(LifecycleTest, gives_a_grandchild_its_own_wakeup_descriptor)
{
    EXPECT_EQ(0, in_child([this] {
                  const int alarm = lifecycle.child_wakeup_fd();
                  const int status = in_child([this, alarm] {
                      const int own = lifecycle.child_wakeup_fd();
                      lifecycle.close();
                      return own != alarm && rings(own, 0) ? 0 : 1;
                  });
                  return status == 0 && !rings(alarm, 0) ? 0 : 2;
              }));
}

} // namespace
