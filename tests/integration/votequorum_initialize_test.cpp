// SPDX-License-Identifier: BSD-3-Clause
// Opening a connection, with or without callbacks and a model. initialize_test.cpp tests what is the same for every
// service.
#include "votequorum_fixture.hpp"
#include "votequorum_from_c.h"

namespace {

using namespace test;

using VotequorumInitialize = VotequorumTest;

// C15, VQ-D12: the events count as dispatched.
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
TEST_F(VotequorumInitialize, treats_every_callback_as_optional)
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

// The newer structure works with daemons of any version.
TEST_F(VotequorumInitialize, with_a_model_gives_callbacks_as_well)
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

TEST_F(VotequorumInitialize, with_a_model_accepts_version_1_or_null)
{
    votequorum_handle_t handle = kUntouched;
    for (const int model : {0, 2, 99, -1})
        EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_model_number(&handle, model)) << model;
    EXPECT_EQ(kUntouched, handle);
    ASSERT_EQ(CS_OK, votequorum_model_initialize(&handle, nullptr));
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

TEST(VotequorumInitializeElsewhere, succeeds_for_users_in_the_configuration_file)
{
    if (!can_change_user())
        GTEST_SKIP() << "there is only one user here (a user namespace)";
    const Daemon daemon({.sections = "uidgid {\n  uid: 65534\n}\n"});
    EXPECT_EQ(CS_OK, as_user(65534, 65534, [] {
                  votequorum_handle_t handle = kNoHandle;
                  return votequorum_initialize(&handle, nullptr);
              }));
}

// VQ-D20: the daemon has the service, but another quorum provider.
TEST(VotequorumInitializeElsewhere, without_votequorum_as_the_provider_fails_and_does_not_change_the_handle)
{
    const Daemon daemon({.votequorum = false});
    votequorum_handle_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_LIBRARY, votequorum_initialize(&handle, nullptr));
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_finalize(handle));
}

} // namespace
