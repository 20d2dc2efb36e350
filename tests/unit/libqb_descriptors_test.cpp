// SPDX-License-Identifier: BSD-3-Clause
// What libqb's client may do to the program's descriptors. Each scene runs in a child, with and without a standard
// input: without one, the next file gets the number 0.
#include "core/libqb_descriptors.hpp"
#include "support/process.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;
using corosync::check_descriptors;
using corosync::DescriptorToClose;
using corosync::FileIdentity;
using corosync::ProgramDescriptors;

constexpr int kFirst = STDERR_FILENO + 1;
constexpr int kNumber = 40;
constexpr pid_t kDaemon = 123;

class LibqbDescriptors : public ::testing::TestWithParam<bool> {
protected:
    // Runs `scene`, which returns 0, or which of its steps failed. It must leave nothing open.
    template <class Scene> static int play(Scene scene)
    {
        return in_child([scene] {
            for (int fd = kFirst; fd < kNumber; ++fd)
                ::close(fd);
            if (!GetParam())
                ::close(STDIN_FILENO);
            const auto before = open_descriptors();
            const int failed = scene();
            return failed != 0 ? failed : open_descriptors() == before ? 0 : 99;
        });
    }

    // With this limit, three more files can be opened.
    static int three_free() { return kFirst + (GetParam() ? 3 : 2); }

    static int lowest_free()
    {
        const int lowest = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
        ::close(lowest);
        return lowest;
    }
};

// The number of descriptors that may be open, until the end of the scope.
class Limit {
public:
    explicit Limit(int numbers)
    {
        ::getrlimit(RLIMIT_NOFILE, &usual_);
        const rlimit limit{static_cast<rlim_t>(numbers), usual_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ~Limit() { ::setrlimit(RLIMIT_NOFILE, &usual_); }

private:
    rlimit usual_{};
};

TEST_P(LibqbDescriptors, are_counted_before_a_connect)
{
    EXPECT_EQ(0, play([] {
                  const Limit limit(three_free());
                  if (lowest_free() != (GetParam() ? kFirst : STDIN_FILENO))
                      return 1;
                  for (int count = 0; count <= 3; ++count)
                      if (check_descriptors(count) != 0)
                          return 2;
                  return check_descriptors(4) == -EMFILE ? 0 : 3;
              }));
}

TEST_P(LibqbDescriptors, do_not_include_a_standard_input_that_libqb_closed)
{
    EXPECT_EQ(0, play([] {
                  for (const int flags : {0, FD_CLOEXEC}) {
                      ::fcntl(STDIN_FILENO, F_SETFD, flags);
                      const auto before = open_descriptors();
                      {
                          const ProgramDescriptors programs;
                          ::close(STDIN_FILENO);
                          programs.restore(kDaemon);
                      }
                      if (open_descriptors() != before || (GetParam() && ::fcntl(STDIN_FILENO, F_GETFD) != flags))
                          return 1;
                  }
                  return 0;
              }));
}

TEST_P(LibqbDescriptors, are_all_for_libqb_if_there_are_only_as_many_as_it_needs)
{
    EXPECT_EQ(0, play([] {
                  const Limit limit(three_free());
                  const ProgramDescriptors programs;
                  return check_descriptors(3);
              }));
}

TEST_P(LibqbDescriptors, that_it_forgot_are_closed_if_their_file_was_removed)
{
    for (const bool removed : {true, false}) {
        EXPECT_EQ(0, play([removed] {
                      const std::string path =
                          "/dev/shm/qb-" + std::to_string(kDaemon) + "-" + std::to_string(::getpid()) + "-test";
                      const ProgramDescriptors programs;
                      const int before = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
                      const int leaked = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
                      if (removed)
                          ::unlink(path.c_str());
                      programs.restore(kDaemon + 1);
                      if (::fcntl(leaked, F_GETFD) < 0)
                          return 1;
                      programs.restore(kDaemon);
                      if (!removed)
                          ::unlink(path.c_str());
                      const bool closed = ::fcntl(leaked, F_GETFD) < 0;
                      if (!closed)
                          ::close(leaked);
                      return closed != removed ? 2 : ::close(before);
                  }))
            << removed;
    }
}

class DescriptorOfLibqb : public LibqbDescriptors {
protected:
    // The scene gets a file of ours, which has kNumber, and must close it.
    static int play(int (*scene)(const FileIdentity& ours))
    {
        return LibqbDescriptors::play([scene] {
            put_file(O_CLOEXEC);
            return scene(FileIdentity(kNumber));
        });
    }

    static void put_file(int flags)
    {
        const int file = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ::dup3(file, kNumber, flags);
        ::close(file);
    }
};

TEST_P(DescriptorOfLibqb, stays_as_it_is_while_it_is_ours)
{
    EXPECT_EQ(0, play([](const FileIdentity& ours) {
                  const auto before = open_descriptors();
                  {
                      const DescriptorToClose closing(kNumber, ours);
                      if (!closing || open_descriptors() != before)
                          return 1;
                  }
                  return open_descriptors() == before ? ::close(kNumber) : 2;
              }));
}

TEST_P(DescriptorOfLibqb, is_the_programs_again_after_libqb_has_closed_it)
{
    EXPECT_EQ(0, play([](const FileIdentity& ours) {
                  for (const int flags : {0, O_CLOEXEC}) {
                      put_file(flags);
                      const FileIdentity theirs(kNumber);
                      const auto before = open_descriptors();
                      {
                          const DescriptorToClose closing(kNumber, ours);
                          if (!closing || theirs.matches(kNumber) || ::close(kNumber) != 0)
                              return 1;
                      }
                      if (open_descriptors() != before || ::fcntl(kNumber, F_GETFD) != (flags != 0 ? FD_CLOEXEC : 0))
                          return 2;
                  }
                  return ::close(kNumber);
              }));
}

TEST_P(DescriptorOfLibqb, is_free_again_whether_libqb_has_closed_it_or_not)
{
    EXPECT_EQ(0, play([](const FileIdentity& ours) {
                  ::close(kNumber);
                  for (const bool closes : {true, false}) {
                      const DescriptorToClose closing(kNumber, ours);
                      if (!closing || ::fcntl(kNumber, F_GETFD) != FD_CLOEXEC)
                          return 1;
                      if (closes)
                          ::close(kNumber);
                  }
                  return 0;
              }));
}

// The lowest number that is free is then that of the placeholder itself.
TEST_P(DescriptorOfLibqb, may_have_the_lowest_number_that_is_free)
{
    EXPECT_EQ(0, play([](const FileIdentity& ours) {
                  ::close(kNumber);
                  const int lowest = lowest_free();
                  const DescriptorToClose closing(lowest, ours);
                  return closing && ::fcntl(lowest, F_GETFD) == FD_CLOEXEC ? 0 : 1;
              }));
}

TEST_P(DescriptorOfLibqb, stays_open_if_no_other_is_free)
{
    EXPECT_EQ(0, play([](const FileIdentity& ours) {
                  put_file(0);
                  const FileIdentity theirs(kNumber);
                  const auto before = open_descriptors();
                  {
                      const Limit limit(0);
                      if (DescriptorToClose(kNumber, ours))
                          return 1;
                  }
                  return theirs.matches(kNumber) && open_descriptors() == before ? ::close(kNumber) : 2;
              }));
}

INSTANTIATE_TEST_SUITE_P(StandardInput, LibqbDescriptors, ::testing::Bool());
INSTANTIATE_TEST_SUITE_P(StandardInput, DescriptorOfLibqb, ::testing::Bool());

} // namespace
