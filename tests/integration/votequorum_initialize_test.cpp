// Opening a connection: what comes out of it, and what is left when it fails.
#include "votequorum_fixture.hpp"
#include "votequorum_from_c.h"

#include <csignal>
#include <cstdlib>

namespace {

using namespace test;

using VotequorumInitialize = VotequorumTest;

TEST_F(VotequorumInitialize, opens_descriptors_that_finalize_closes)
{
    const auto before = open_descriptors();
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&handle, nullptr));
    const auto open = open_descriptors();
    int fd = -1;
    EXPECT_EQ(CS_OK, votequorum_fd_get(handle, &fd));
    EXPECT_TRUE(open.contains(fd) && !before.contains(fd));
    EXPECT_EQ(descriptors_per_handle(), std::ssize(open) - std::ssize(before));
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
    EXPECT_EQ(before, open_descriptors());
}

// Row 2, C15, VQ-D12: the events come, count, and are dropped.
TEST_F(VotequorumInitialize, without_callbacks_drops_events)
{
    votequorum_callbacks_t none{};
    for (auto* const callbacks : {static_cast<votequorum_callbacks_t*>(nullptr), &none}) {
        votequorum_handle_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, votequorum_initialize(&handle, callbacks));
        EXPECT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
        EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ONE));
        EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum_dispatch(handle, CS_DISPATCH_ONE_NONBLOCKING));
        EXPECT_EQ(CS_OK, votequorum_finalize(handle));
    }
}

int quorum_calls;
int node_list_calls;

void count_quorum(votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t, votequorum_node_t[])
{
    ++quorum_calls;
}

void count_node_list(votequorum_handle_t, std::uint64_t, votequorum_ring_id_t, std::uint32_t, std::uint32_t[])
{
    ++node_list_calls;
}

// C15
TEST_F(VotequorumInitialize, takes_any_callback_for_optional)
{
    for (const bool quorum : {false, true}) {
        quorum_calls = node_list_calls = 0;
        votequorum_callbacks_t callbacks{quorum ? count_quorum : nullptr, nullptr, quorum ? nullptr : count_node_list};
        votequorum_handle_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, votequorum_initialize(&handle, &callbacks));
        EXPECT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
        EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
        EXPECT_EQ(quorum ? 1 : 0, quorum_calls);
        EXPECT_EQ(quorum ? 0 : 1, node_list_calls);
        EXPECT_EQ(CS_OK, votequorum_finalize(handle));
    }
}

// 3.2
TEST_F(VotequorumInitialize, copies_the_callbacks)
{
    quorum_calls = 0;
    votequorum_callbacks_t callbacks{count_quorum, nullptr, nullptr};
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&handle, &callbacks));
    callbacks.votequorum_quorum_notify_fn = nullptr;
    EXPECT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(1, quorum_calls);
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

// Section 6: with the newer structure, on a daemon of any age
TEST_F(VotequorumInitialize, with_a_model_calls_back_as_well)
{
    quorum_calls = node_list_calls = 0;
    const votequorum_model_v1_data_t model{VOTEQUORUM_MODEL_V1, count_quorum, nullptr, count_node_list, nullptr};
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_model_initialize(&handle, &model));
    EXPECT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(1, quorum_calls);
    EXPECT_EQ(1, node_list_calls);
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

// Section 6, required of the new library: 5
TEST_F(VotequorumInitialize, with_a_model_knows_one_and_none)
{
    votequorum_handle_t handle = kUntouched;
    for (const int model : {0, 2, 99, -1})
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_model_number(&handle, model)) << model;
    EXPECT_EQ(kUntouched, handle);
    ASSERT_EQ(CS_OK, votequorum_model_initialize(&handle, nullptr));
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

// Row 3, VQ-D9
TEST_F(VotequorumInitialize, refuses_a_null_handle)
{
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_initialize(nullptr, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_model_initialize(nullptr, nullptr));
}

// Row 7, VQ-D20, decision 3
TEST_F(VotequorumInitialize, without_enough_descriptors_fails_and_holds_nothing)
{
    for (const rlim_t left : {0U, 2U}) {
        if (left > 0 && transport() != Transport::socket)
            continue; // it needs one
        votequorum_handle_t handle = kUntouched;
        const FewDescriptors limit(left);
        EXPECT_EQ(CS_ERR_LIBRARY, votequorum_initialize(&handle, nullptr)) << left;
        EXPECT_EQ(kUntouched, handle) << left;
    }
}

// Row 12
TEST_F(VotequorumInitialize, gives_a_handle_whose_context_is_what_was_set)
{
    const Votequorum votequorum;
    auto* const something = reinterpret_cast<void*>(0x1234);
    void* context = something;
    EXPECT_EQ(CS_OK, votequorum_context_get(votequorum, &context));
    EXPECT_EQ(nullptr, context);
    EXPECT_EQ(CS_OK, votequorum_context_set(votequorum, something));
    EXPECT_EQ(CS_OK, votequorum_context_get(votequorum, &context));
    EXPECT_EQ(something, context);
    EXPECT_EQ(CS_OK, votequorum_context_set(votequorum, nullptr));
    EXPECT_EQ(CS_OK, votequorum_context_get(votequorum, &context));
    EXPECT_EQ(nullptr, context);
}

// Row 32, VQ-D19
TEST_F(VotequorumInitialize, leaves_the_random_numbers_to_the_program)
{
    ::srandom(1);
    ::random();
    const long undisturbed = ::random();
    ::srandom(1);
    ::random();
    const Votequorum votequorum;
    EXPECT_EQ(undisturbed, ::random());
}

// What initialize says to a process with these ids.
int initialize_as(uid_t user, gid_t group)
{
    return as_user(user, group, [] {
        votequorum_handle_t handle = kNoHandle;
        return votequorum_initialize(&handle, nullptr);
    });
}

constexpr uid_t kUser = 65534;

// Row 6
TEST_F(VotequorumInitialize, lets_in_whom_the_configuration_map_names)
{
    if (!can_change_user())
        GTEST_SKIP() << "there is only one user here (a user namespace)";
    EXPECT_EQ(CS_ERR_ACCESS, initialize_as(kUser, kUser));
    EXPECT_EQ(CS_OK, initialize_as(kUser, 0));
    run("corosync-cmapctl -s uidgid.uid.65534 u8 1");
    EXPECT_EQ(CS_OK, initialize_as(kUser, kUser));
    run("corosync-cmapctl -s uidgid.uid.65534 u8 2");
    EXPECT_EQ(CS_ERR_ACCESS, initialize_as(kUser, kUser));
}

// Row 6
TEST(VotequorumInitializeElsewhere, lets_in_whom_the_configuration_file_names)
{
    if (!can_change_user())
        GTEST_SKIP() << "there is only one user here (a user namespace)";
    const Daemon daemon({.sections = "uidgid {\n  uid: 65534\n}\n"});
    EXPECT_EQ(CS_OK, initialize_as(kUser, kUser));
}

// Row 4, VQ-D20: the service is there, but not in charge.
TEST(VotequorumInitializeElsewhere, without_votequorum_as_the_provider_fails_and_leaves_the_handle_alone)
{
    const Daemon daemon({.votequorum = false});
    votequorum_handle_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_initialize(&handle, nullptr));
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_finalize(handle));
}

// Row 4, VQ-D20
TEST(VotequorumInitializeEarly, without_a_daemon_fails_and_leaves_the_handle_alone)
{
    votequorum_handle_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_initialize(&handle, nullptr));
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_model_initialize(&handle, nullptr));
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_finalize(handle));
}

// Row 5, C18
TEST(VotequorumInitializeEarly, while_the_daemon_starts_tells_to_try_again_and_then_succeeds)
{
    const Daemon daemon{{.wait = false}};
    votequorum_handle_t handle = kNoHandle;
    std::vector<cs_error_t> answers; // without repetitions
    ASSERT_TRUE(eventually([&] {
        const auto error = votequorum_initialize(&handle, nullptr);
        if (answers.empty() || answers.back() != error)
            answers.push_back(error);
        return error == CS_OK;
    }));
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));

    // The time of "try again" is a few milliseconds and may be missed.
    using Answers = std::vector<cs_error_t>;
    EXPECT_TRUE(answers == (Answers{CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_OK}) ||
                answers == (Answers{CS_ERR_LIBRARY, CS_OK}))
        << ::testing::PrintToString(answers);
}

// Row 54, VQ-D22, decision 3
TEST(VotequorumInitializeEarly, waits_for_a_daemon_that_is_stopped_through_signals)
{
    Daemon daemon;
    const SignalCounter signals;
    votequorum_handle_t handle = kUntouched;
    Freeze freeze(daemon);
    Background initializing([&] { return votequorum_initialize(&handle, nullptr); });
    ASSERT_TRUE(initializing.thread().falls_asleep());

    for (int sent = 1; sent <= 5; ++sent) {
        initializing.thread().signal(SIGUSR1);
        EXPECT_TRUE(eventually([&] { return SignalCounter::count() == sent; }));
        EXPECT_FALSE(initializing.ended_within(20ms));
    }
    freeze.thaw();

    EXPECT_EQ(CS_OK, initializing.result());
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

// Row 54
TEST(VotequorumInitializeEarly, is_told_when_a_daemon_that_is_stopped_dies)
{
    Daemon daemon;
    votequorum_handle_t handle = kUntouched;
    daemon.stop();
    Background initializing([&] { return votequorum_initialize(&handle, nullptr); });
    ASSERT_TRUE(initializing.thread().falls_asleep());
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, initializing.result());
    EXPECT_EQ(kUntouched, handle);
    remove_what_libqb_leaves();
}

} // namespace
