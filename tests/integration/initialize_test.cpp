// SPDX-License-Identifier: BSD-3-Clause
// Opening a connection: its results, and that nothing is left open if it fails. The same for every service.
#include "listener.hpp"

#include "support/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <sys/socket.h>

namespace {

using namespace test;

using Initialize = ServiceTest;

const auto kInitializers = {service().initialize, service().initialize_otherwise};

TEST_F(Initialize, opens_descriptors_that_finalize_closes)
{
    for (const auto initialize : kInitializers) {
        const auto before = open_descriptors();
        std::uint64_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, initialize(&handle));
        const auto open = open_descriptors();
        int fd = -1;
        EXPECT_EQ(CS_OK, service().fd_get(handle, &fd));
        EXPECT_TRUE(open.contains(fd) && !before.contains(fd));
        EXPECT_EQ(descriptors_per_handle(), std::ssize(open) - std::ssize(before));
        EXPECT_EQ(CS_OK, service().finalize(handle));
        EXPECT_EQ(before, open_descriptors());
    }
}

TEST_F(Initialize, opens_descriptors_that_do_not_block_and_close_on_exec)
{
    const auto before = open_descriptors();
    const Handle handle;
    for (const auto& [fd, target] : open_descriptors()) {
        if (before.contains(fd))
            continue;
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK) << target;
        EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC) << target;
    }
}

// C1
TEST_F(Initialize, gives_the_connected_stream_socket_of_the_daemon)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the descriptor to poll is the event socket, which has no peer";
    const Handle handle;
    int type = 0;
    socklen_t size = sizeof type;
    ASSERT_EQ(0, ::getsockopt(handle.fd(), SOL_SOCKET, SO_TYPE, &type, &size));
    EXPECT_EQ(SOCK_STREAM, type);
    ucred peer{};
    size = sizeof peer;
    ASSERT_EQ(0, ::getsockopt(handle.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size));
    EXPECT_EQ(daemon().pid(), peer.pid);
    EXPECT_EQ(0U, peer.uid);
}

// C1
TEST_F(Initialize, gives_the_same_descriptor_until_finalize)
{
    const Handle handle;
    const int fd = handle.fd();
    EXPECT_EQ(CS_OK, handle.ask());
    EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(fd, handle.fd());
}

TEST_F(Initialize, refuses_a_null_handle)
{
    for (const auto initialize : kInitializers)
        EXPECT_EQ(CS_ERR_INVALID_PARAM, initialize(nullptr));
}

// Decision 3
TEST_F(Initialize, without_enough_descriptors_fails_and_leaves_nothing_open)
{
    constexpr rlim_t kMost = 10;
    const auto before = open_descriptors();
    for (rlim_t more = 0; more < kMost; ++more) {
        std::uint64_t handle = kUntouched;
        const auto error = [&] {
            const FewDescriptors limit(more);
            return service().initialize(&handle);
        }();
        if (error == CS_OK) {
            EXPECT_LT(static_cast<rlim_t>(descriptors_per_handle()) - 1, more);
            EXPECT_EQ(CS_OK, service().finalize(handle));
            return;
        }
        EXPECT_EQ(CS_ERR_LIBRARY, error) << more;
        EXPECT_EQ(kUntouched, handle) << more;
        EXPECT_EQ(before, open_descriptors()) << more;
    }
    ADD_FAILURE() << "initialize fails with any number of descriptors";
}

TEST_F(Initialize, gives_a_handle_whose_context_can_be_set_and_read)
{
    const Handle handle;
    int something = 0;
    void* context = &something;
    EXPECT_EQ(CS_OK, service().context_get(handle, &context));
    EXPECT_EQ(nullptr, context);
    EXPECT_EQ(CS_OK, service().context_set(handle, &something));
    EXPECT_EQ(CS_OK, service().context_get(handle, &context));
    EXPECT_EQ(&something, context);
    EXPECT_EQ(CS_OK, service().context_set(handle, nullptr));
    EXPECT_EQ(CS_OK, service().context_get(handle, &context));
    EXPECT_EQ(nullptr, context);
}

// C22
TEST_F(Initialize, works_beside_a_handle_that_was_never_finalized)
{
    EXPECT_EQ(0, in_child([] {
                  std::uint64_t handle = kNoHandle;
                  if (service().initialize(&handle) != CS_OK || service().initialize(&handle) != CS_OK)
                      return 1;
                  return service().ask(handle) == CS_OK ? 0 : 2;
              }));
    EXPECT_TRUE(Listener().works());
}

// The library's own descriptors then have their numbers.
TEST_F(Initialize, works_without_standard_descriptors)
{
    EXPECT_EQ(0, in_child([] {
                  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
                      ::close(fd);
                  const auto before = open_descriptors();
                  {
                      const Listener listener;
                      if (!listener.works())
                          return 1;
                      if (listener.fd() > STDERR_FILENO)
                          return 2;
                  }
                  return open_descriptors() == before ? 0 : 3;
              }));
}

TEST_F(Initialize, makes_rings_of_the_size_that_the_variable_has)
{
    const auto largest_file = [] {
        std::uintmax_t largest = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator("/dev/shm"))
            if (entry.is_regular_file() && entry.path().string().ends_with(std::string("-") + service().name + "-data"))
                largest = std::max(largest, entry.file_size());
        return largest;
    };
    for (const std::uintmax_t kib : {1024U, 4096U, 65536U}) {
        const Variable variable{"COROSYNC_CLIENT_RING_KIB", std::to_string(kib)};
        const Listener listener;
        EXPECT_TRUE(listener.works()) << kib;
        if (transport() == Transport::socket)
            continue;
        EXPECT_LT(kib * 1024, largest_file());
        EXPECT_GT(kib * 1024 + 65537, largest_file()) << "a page more, of 64 KiB at most";
    }
}

TEST_F(Initialize, does_not_change_the_programs_random_numbers)
{
    ::srandom(1);
    const long undisturbed = ::random();
    ::srandom(1);
    const Handle handle;
    EXPECT_EQ(undisturbed, ::random());
}

// Decision 2
TEST_F(Initialize, without_libqbs_client_refuses_a_daemon_with_sockets)
{
    if (transport() != Transport::socket)
        GTEST_SKIP() << "the daemon offers rings";
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, in_child([] {
                  ::setenv("COROSYNC_CLIENT_TRANSPORT", "ring", 1);
                  std::uint64_t handle = kNoHandle;
                  return static_cast<int>(service().initialize(&handle));
              }));
}

TEST_F(Initialize, succeeds_for_root_and_users_in_the_configuration_map)
{
    constexpr uid_t kUser = 65534;
    constexpr gid_t kGroup = 65533;
    if (!can_change_user())
        GTEST_SKIP() << "there is only one user here (a user namespace)";
    const auto initialize = [] {
        std::uint64_t handle = kNoHandle;
        return service().initialize(&handle);
    };
    EXPECT_EQ(CS_ERR_ACCESS, as_user(kUser, kGroup, initialize));
    EXPECT_EQ(CS_OK, as_user(kUser, 0, initialize));
    run("corosync-cmapctl -s uidgid.uid.65534 u8 1");
    EXPECT_EQ(CS_OK, as_user(kUser, kGroup, initialize));
    run("corosync-cmapctl -s uidgid.uid.65534 u8 2");
    EXPECT_EQ(CS_ERR_ACCESS, as_user(kUser, kGroup, initialize));
    run("corosync-cmapctl -s uidgid.gid.65533 u8 1");
    EXPECT_EQ(CS_OK, as_user(kUser, kGroup, initialize));
}

// Without a daemon, or with one that is just starting. tests/resources tests one that is stopped.
class InitializeEarly : public ::testing::Test {
protected:
    std::uint64_t handle = kUntouched;
};

// Decision 3
TEST_F(InitializeEarly, without_a_daemon_fails_and_leaves_nothing_open)
{
    const auto before = open_descriptors();
    for (int times = 0; times < 50; ++times)
        for (const auto initialize : kInitializers)
            EXPECT_EQ(CS_ERR_LIBRARY, initialize(&handle));
    EXPECT_EQ(before, open_descriptors());
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().finalize(handle));
}

// C18
TEST_F(InitializeEarly, while_the_daemon_starts_returns_try_again_and_then_succeeds)
{
    const Daemon daemon{{.wait = false}};
    std::vector<cs_error_t> answers; // without repetitions
    ASSERT_TRUE(eventually([&] {
        const auto error = service().initialize(&handle);
        if (answers.empty() || answers.back() != error)
            answers.push_back(error);
        return error == CS_OK;
    }));
    EXPECT_EQ(CS_OK, service().finalize(handle));

    // The daemon replies "try again" for a few milliseconds only, so the test may miss that.
    using Answers = std::vector<cs_error_t>;
    EXPECT_TRUE(answers == (Answers{CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_OK}) ||
                answers == (Answers{CS_ERR_LIBRARY, CS_OK}))
        << ::testing::PrintToString(answers);
}

} // namespace
