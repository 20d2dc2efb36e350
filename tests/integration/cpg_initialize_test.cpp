// Opening a connection: what comes out of it, and what is left when it fails.
#include "cpg_fixture.hpp"
#include "support/full_shared_memory.hpp"

#include <cstdlib>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;

using CpgInitialize = CpgTest;

// Values that are no enumerators, as C programs may pass them.
cpg_model_t model_number(int number)
{
    return static_cast<cpg_model_t>(number);
}

cs_error_t initialize_with_flags(cpg_handle_t* handle, unsigned flags)
{
    cpg_model_v1_data_t model{CPG_MODEL_V1, nullptr, nullptr, nullptr, flags};
    return cpg_model_initialize(handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr);
}

// Row 1, C9, C15
TEST_F(CpgInitialize, takes_callbacks_or_none)
{
    cpg_handle_t handle = kNoHandle;
    cpg_callbacks_t callbacks{};
    EXPECT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    EXPECT_NE(kNoHandle, handle);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
    EXPECT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    EXPECT_NE(kNoHandle, handle);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

// Row 2
TEST_F(CpgInitialize, refuses_an_unknown_model_before_all_else)
{
    cpg_handle_t handle = kUntouched;
    for (const int number : {0, 2}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_model_initialize(&handle, model_number(number), nullptr, nullptr));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_model_initialize(nullptr, model_number(number), nullptr, nullptr));
    }
    EXPECT_EQ(kUntouched, handle);
}

// CPG-D34
TEST_F(CpgInitialize, refuses_a_null_handle)
{
    cpg_callbacks_t callbacks{};
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_initialize(nullptr, &callbacks));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_model_initialize(nullptr, CPG_MODEL_V1, nullptr, nullptr));
}

// Row 3, CPG-D33, CPG-D49. The guard sees that nothing stays open.
TEST_F(CpgInitialize, with_unknown_flags_fails_and_holds_nothing)
{
    const auto before = open_descriptors();
    for (const unsigned flags : {2U, 3U, 0x80000000U}) {
        cpg_handle_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, initialize_with_flags(&handle, flags));
        EXPECT_EQ(kUntouched, handle);
        EXPECT_EQ(before, open_descriptors());
    }
}

// Row 5
TEST_F(CpgInitialize, without_model_data_joins_and_calls_nobody)
{
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, nullptr, nullptr));
    EXPECT_EQ(CS_OK, join(handle, "silent"));
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

// Row 6
TEST_F(CpgInitialize, does_not_look_at_the_model_in_the_data)
{
    static int called;
    called = 0;
    cpg_model_v1_data_t model{};
    model.model = model_number(99);
    model.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF;
    model.cpg_confchg_fn = [](auto...) { ++called; };
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr));
    EXPECT_EQ(CS_OK, join(handle, "model"));
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_EQ(1, called);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

// Row 9
TEST_F(CpgInitialize, lets_in_root_only)
{
    if (!can_change_user())
        GTEST_SKIP() << "there is only one user here (a user namespace)";
    const auto initialize = [] {
        cpg_handle_t handle = kNoHandle;
        return cpg_initialize(&handle, nullptr);
    };
    EXPECT_EQ(CS_ERR_ACCESS, as_user(65534, 65534, initialize));
    EXPECT_EQ(CS_OK, as_user(65534, 0, initialize));
}

// Row 10, decision 3
TEST_F(CpgInitialize, when_shared_memory_is_full_tells_so_and_holds_nothing)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "sockets need next to none";
    cpg_handle_t handle = kUntouched;
    {
        const FullSharedMemory full;
        EXPECT_EQ(CS_ERR_NO_SPACE, cpg_initialize(&handle, nullptr));
    }
    EXPECT_EQ(kUntouched, handle);
}

// Row 11, decision 3
TEST_F(CpgInitialize, without_a_descriptor_left_fails_and_holds_nothing)
{
    cpg_handle_t handle = kUntouched;
    for (rlim_t more = 0; more < static_cast<rlim_t>(descriptors_per_handle()); ++more) {
        const FewDescriptors limit(more);
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_initialize(&handle, nullptr)) << more;
    }
    EXPECT_EQ(kUntouched, handle);
}

// Row 12
TEST_F(CpgInitialize, gives_a_handle_with_these_properties)
{
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    std::uint32_t size = 0;
    EXPECT_EQ(CS_OK, cpg_max_atomic_msgsize_get(handle, &size)); // C16
    EXPECT_EQ(1047552U, size);
    int something = 0;
    void* context = &something;
    EXPECT_EQ(CS_OK, cpg_context_get(handle, &context));
    EXPECT_EQ(nullptr, context);
    EXPECT_EQ(CS_OK, cpg_context_set(handle, &something));
    EXPECT_EQ(CS_OK, cpg_context_get(handle, &context));
    EXPECT_EQ(&something, context);
    EXPECT_EQ(CS_OK, cpg_context_set(handle, nullptr));
    EXPECT_EQ(CS_OK, cpg_context_get(handle, &context));
    EXPECT_EQ(nullptr, context);
    cpg_flow_control_state_t state = CPG_FLOW_CONTROL_ENABLED;
    EXPECT_EQ(CS_OK, cpg_flow_control_state_get(handle, &state));
    EXPECT_EQ(CPG_FLOW_CONTROL_DISABLED, state);
    unsigned nodeid = 0;
    EXPECT_EQ(CS_OK, cpg_local_get(handle, &nodeid));
    EXPECT_EQ(1U, nodeid);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

TEST_F(CpgInitialize, puts_the_context_of_a_model_by)
{
    int something = 0;
    void* context = nullptr;
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, nullptr, &something));
    EXPECT_EQ(CS_OK, cpg_context_get(handle, &context));
    EXPECT_EQ(&something, context);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

// Row 13, row 91
TEST_F(CpgInitialize, opens_descriptors_that_do_not_block_and_close_on_exec)
{
    const auto before = open_descriptors();
    const Cpg cpg;
    const auto after = open_descriptors();
    EXPECT_EQ(descriptors_per_handle(), std::ssize(after) - std::ssize(before));
    EXPECT_TRUE(after.contains(cpg.fd()) && !before.contains(cpg.fd()));
    for (const auto& [fd, target] : after) {
        if (before.contains(fd))
            continue;
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK) << target;
        EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC) << target;
    }
}

// C1
TEST_F(CpgInitialize, gives_the_stream_socket_that_names_the_daemon)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the descriptor to poll is the event socket, which has no peer";
    const Cpg cpg;
    ucred peer{};
    socklen_t size = sizeof peer;
    ASSERT_EQ(0, ::getsockopt(cpg.fd(), SOL_SOCKET, SO_PEERCRED, &peer, &size));
    EXPECT_EQ(daemon().pid(), peer.pid);
    EXPECT_EQ(0U, peer.uid);
}

// C22
TEST_F(CpgInitialize, over_a_handle_that_was_never_finalized_disturbs_nothing)
{
    EXPECT_EQ(0, in_child([] {
                  cpg_handle_t handle = kNoHandle;
                  if (cpg_initialize(&handle, nullptr) != CS_OK || join(handle, "abandoned") != CS_OK)
                      return 1;
                  if (cpg_initialize(&handle, nullptr) != CS_OK || join(handle, "kept") != CS_OK)
                      return 2;
                  return send(handle, "x") == CS_OK && await_members("abandoned", 1) ? 0 : 3;
              }));
    EXPECT_TRUE(await_members("abandoned", 0));
    EXPECT_TRUE(await_members("kept", 0));
}

// Row 90
TEST_F(CpgInitialize, and_join_and_finalize_three_hundred_times)
{
    for (int round = 0; round < 300; ++round) {
        Cpg cpg;
        ASSERT_EQ(CS_OK, join(cpg, "rounds")) << round;
        ASSERT_EQ(CS_OK, cpg.finalize()) << round;
    }
}

// Without a daemon, or with one that is just starting.
class CpgInitializeEarly : public ::testing::Test {
protected:
    cpg_handle_t handle = kUntouched;
};

// Row 7, decision 3
TEST_F(CpgInitializeEarly, without_a_daemon_fails_and_holds_nothing)
{
    const auto before = open_descriptors();
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_initialize(&handle, nullptr));
    EXPECT_EQ(before, open_descriptors());
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_finalize(handle));
}

// Row 4
TEST_F(CpgInitializeEarly, without_a_daemon_does_not_come_to_looking_at_the_flags)
{
    EXPECT_EQ(CS_ERR_LIBRARY, initialize_with_flags(&handle, 2));
    EXPECT_EQ(kUntouched, handle);
}

// Row 8, C18
TEST_F(CpgInitializeEarly, while_the_daemon_starts_tells_to_try_again_and_then_succeeds)
{
    const Daemon daemon{{.wait = false}};
    std::vector<cs_error_t> answers; // without repetitions
    ASSERT_TRUE(eventually([&] {
        const auto error = cpg_initialize(&handle, nullptr);
        if (answers.empty() || answers.back() != error)
            answers.push_back(error);
        return error == CS_OK;
    }));
    EXPECT_EQ(CS_OK, cpg_finalize(handle));

    // The time of "try again" is a few milliseconds and may be missed.
    using Answers = std::vector<cs_error_t>;
    EXPECT_TRUE(answers == (Answers{CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_OK}) ||
                answers == (Answers{CS_ERR_LIBRARY, CS_OK}))
        << ::testing::PrintToString(answers);
}

} // namespace
