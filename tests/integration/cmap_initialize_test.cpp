// Opening a connection: what comes out of it, and what is left when it fails.
#include "cmap_fixture.hpp"
#include "cmap_from_c.h"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;

using CmapInitialize = CmapTest;

// T1
TEST_F(CmapInitialize, opens_descriptors_that_finalize_closes)
{
    const auto before = open_descriptors();
    cmap_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cmap_initialize(&handle));
    const auto open = open_descriptors();
    int fd = -1;
    EXPECT_EQ(CS_OK, cmap_fd_get(handle, &fd));
    EXPECT_TRUE(open.contains(fd) && !before.contains(fd));
    EXPECT_EQ(descriptors_per_handle(), std::ssize(open) - std::ssize(before));
    EXPECT_EQ(CS_OK, cmap_finalize(handle));
    EXPECT_EQ(before, open_descriptors());
}

// T1
TEST_F(CmapInitialize, opens_descriptors_that_do_not_block_and_close_on_exec)
{
    const auto before = open_descriptors();
    const Cmap cmap;
    for (const auto& [fd, target] : open_descriptors()) {
        if (before.contains(fd))
            continue;
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK) << target;
        EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC) << target;
    }
}

// C1
TEST_F(CmapInitialize, gives_the_stream_socket_that_names_the_daemon)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the descriptor to poll is the event socket, which has no peer";
    const Cmap cmap;
    int type = 0;
    socklen_t size = sizeof type;
    ASSERT_EQ(0, ::getsockopt(cmap.fd(), SOL_SOCKET, SO_TYPE, &type, &size));
    EXPECT_EQ(SOCK_STREAM, type);
    ucred peer{};
    size = sizeof peer;
    ASSERT_EQ(0, ::getsockopt(cmap.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size));
    EXPECT_EQ(daemon().pid(), peer.pid);
    EXPECT_EQ(0U, peer.uid);
}

// C1
TEST_F(CmapInitialize, gives_the_same_descriptor_until_finalize)
{
    const Cmap cmap;
    const int fd = cmap.fd();
    EXPECT_EQ(CS_OK, cmap.set("initialize.same", u8(1)));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(fd, cmap.fd());
}

// T5, CMAP-D16
TEST_F(CmapInitialize, refuses_a_null_handle)
{
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_initialize(nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_initialize_map(nullptr, CMAP_MAP_STATS));
}

// T9
TEST_F(CmapInitialize, opens_the_map_that_was_asked_for)
{
    const Cmap configuration(CMAP_MAP_ICMAP);
    const Cmap statistics(CMAP_MAP_STATS);
    EXPECT_NE(kNoValue, configuration.get("totem.version"));
    EXPECT_EQ(kNoValue, configuration.get("stats.srp.mcast_tx"));
    EXPECT_EQ(kNoValue, statistics.get("totem.version"));
    EXPECT_NE(kNoValue, statistics.get("stats.srp.mcast_tx"));
}

// T9
TEST_F(CmapInitialize, opens_the_configuration_unless_told_otherwise)
{
    cmap_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cmap_initialize(&handle));
    EXPECT_EQ(CS_OK, cmap_get(handle, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_OK, cmap_finalize(handle));
}

// T10, CMAP-D6, decision 3
TEST_F(CmapInitialize, of_an_unknown_map_fails_and_holds_nothing)
{
    const auto before = open_descriptors();
    for (const int map : {2, 99, -1}) {
        cmap_handle_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_NOT_EXIST, initialize_map_number(&handle, map)) << map;
        EXPECT_EQ(kUntouched, handle) << map;
        EXPECT_EQ(before, open_descriptors()) << map;
    }
}

// T11, decision 3
TEST_F(CmapInitialize, without_enough_descriptors_fails_and_holds_nothing)
{
    constexpr rlim_t kMost = 10;
    const auto before = open_descriptors();
    for (rlim_t more = 0; more < kMost; ++more) {
        cmap_handle_t handle = kUntouched;
        const auto error = [&] {
            const FewDescriptors limit(more);
            return cmap_initialize(&handle);
        }();
        if (error == CS_OK) {
            EXPECT_LT(static_cast<rlim_t>(descriptors_per_handle()) - 1, more);
            EXPECT_EQ(CS_OK, cmap_finalize(handle));
            return;
        }
        EXPECT_EQ(CS_ERR_LIBRARY, error) << more;
        EXPECT_EQ(kUntouched, handle) << more;
        EXPECT_EQ(before, open_descriptors()) << more;
    }
    ADD_FAILURE() << "however many there are";
}

// T13
TEST_F(CmapInitialize, gives_a_handle_whose_context_is_what_was_set)
{
    const Cmap cmap;
    int something = 0;
    const void* context = &something;
    EXPECT_EQ(CS_OK, cmap_context_get(cmap, &context));
    EXPECT_EQ(nullptr, context);
    EXPECT_EQ(CS_OK, cmap_context_set(cmap, &something));
    EXPECT_EQ(CS_OK, cmap_context_get(cmap, &context));
    EXPECT_EQ(&something, context);
    EXPECT_EQ(CS_OK, cmap_context_set(cmap, nullptr));
    EXPECT_EQ(CS_OK, cmap_context_get(cmap, &context));
    EXPECT_EQ(nullptr, context);
}

// C22
TEST_F(CmapInitialize, over_a_handle_that_was_never_finalized_disturbs_nothing)
{
    EXPECT_EQ(0, in_child([] {
                  cmap_handle_t handle = kNoHandle;
                  if (cmap_initialize(&handle) != CS_OK || cmap_initialize(&handle) != CS_OK)
                      return 1;
                  return cmap_set_uint8(handle, "initialize.abandoned", 1) == CS_OK ? 0 : 2;
              }));
    EXPECT_EQ(u8(1), Cmap().get("initialize.abandoned"));
}

// Decision 2
TEST_F(CmapInitialize, without_a_fall_back_says_that_sockets_are_not_supported)
{
    if (transport() != Transport::socket)
        GTEST_SKIP() << "the daemon offers rings";
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, in_child([] {
                  ::setenv("COROSYNC_CLIENT_TRANSPORT", "ring", 1);
                  cmap_handle_t handle = kNoHandle;
                  return static_cast<int>(cmap_initialize(&handle));
              }));
}

// T8
TEST_F(CmapInitialize, lets_in_whom_the_configuration_names)
{
    constexpr uid_t kUser = 65534;
    constexpr gid_t kGroup = 65533;
    if (!can_change_user())
        GTEST_SKIP() << "there is only one user here (a user namespace)";
    const auto initialize = [] {
        cmap_handle_t handle = kNoHandle;
        return cmap_initialize(&handle);
    };
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_ACCESS, as_user(kUser, kGroup, initialize));
    EXPECT_EQ(CS_OK, as_user(kUser, 0, initialize));

    ASSERT_EQ(CS_OK, cmap.set("uidgid.uid.65534", u8(1)));
    EXPECT_EQ(CS_OK, as_user(kUser, kGroup, initialize));
    ASSERT_EQ(CS_OK, cmap.set("uidgid.uid.65534", u8(2)));
    EXPECT_EQ(CS_ERR_ACCESS, as_user(kUser, kGroup, initialize));

    ASSERT_EQ(CS_OK, cmap.set("uidgid.gid.65533", u8(1)));
    EXPECT_EQ(CS_OK, as_user(kUser, kGroup, initialize));
}

// Without a daemon, or with one that is just starting.
class CmapInitializeEarly : public ::testing::Test {
protected:
    cmap_handle_t handle = kUntouched;
};

// T6, decision 3
TEST_F(CmapInitializeEarly, without_a_daemon_fails_and_leaves_the_handle_alone)
{
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_initialize(&handle));
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_initialize_map(&handle, CMAP_MAP_STATS));
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_finalize(handle));
}

// T7, C18
TEST_F(CmapInitializeEarly, while_the_daemon_starts_tells_to_try_again_and_then_succeeds)
{
    const Daemon daemon{{.wait = false}};
    std::vector<cs_error_t> answers; // without repetitions
    ASSERT_TRUE(eventually([&] {
        const auto error = cmap_initialize(&handle);
        if (answers.empty() || answers.back() != error)
            answers.push_back(error);
        return error == CS_OK;
    }));
    EXPECT_EQ(CS_OK, cmap_finalize(handle));

    // The time of "try again" is a few milliseconds and may be missed.
    using Answers = std::vector<cs_error_t>;
    EXPECT_TRUE(answers == (Answers{CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_OK}) ||
                answers == (Answers{CS_ERR_LIBRARY, CS_OK}))
        << ::testing::PrintToString(answers);
}

// Decision 3
TEST_F(CmapInitializeEarly, waits_for_a_daemon_that_is_stopped_through_signals)
{
    const SignalCounter signals;
    Daemon daemon;
    Freeze freeze(daemon);
    Background initializing([&] { return cmap_initialize(&handle); });
    ASSERT_TRUE(initializing.thread().falls_asleep());

    for (int i = 0; i < 5; ++i) {
        initializing.thread().signal(SIGUSR1);
        EXPECT_FALSE(initializing.ended_within(20ms));
    }
    freeze.thaw();

    EXPECT_EQ(CS_OK, initializing.result());
    EXPECT_EQ(CS_OK, cmap_finalize(handle));
}

} // namespace
