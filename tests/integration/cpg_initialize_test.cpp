// SPDX-License-Identifier: BSD-3-Clause
// Opening a connection, with a model and without. initialize_test.cpp tests what is the same for every service.
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgInitialize = CpgTest;

// C programs may pass values that are no enumerators.
cpg_model_t model_number(int number)
{
    return static_cast<cpg_model_t>(number);
}

cs_error_t initialize_with_flags(cpg_handle_t* handle, unsigned flags)
{
    cpg_model_v1_data_t model{CPG_MODEL_V1, nullptr, nullptr, nullptr, flags};
    return cpg_model_initialize(handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr);
}

// C9, C15
TEST_F(CpgInitialize, accepts_callbacks_or_null)
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

TEST_F(CpgInitialize, checks_for_an_unknown_model_first)
{
    cpg_handle_t handle = kUntouched;
    for (const int number : {0, 2}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_model_initialize(&handle, model_number(number), nullptr, nullptr));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_model_initialize(nullptr, model_number(number), nullptr, nullptr));
    }
    EXPECT_EQ(kUntouched, handle);
}

// CPG-D33, CPG-D49. The test guard checks that nothing stays open.
TEST_F(CpgInitialize, with_unknown_flags_fails_and_leaves_nothing_open)
{
    const auto before = open_descriptors();
    for (const unsigned flags : {2U, 3U, 0x80000000U}) {
        cpg_handle_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, initialize_with_flags(&handle, flags));
        EXPECT_EQ(kUntouched, handle);
        EXPECT_EQ(before, open_descriptors());
    }
}

TEST_F(CpgInitialize, without_model_data_gives_a_handle_without_callbacks)
{
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, nullptr, nullptr));
    EXPECT_EQ(CS_OK, join(handle, "silent"));
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

TEST_F(CpgInitialize, ignores_the_model_field_in_the_data)
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

TEST_F(CpgInitialize, gives_a_handle_with_these_properties)
{
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    std::uint32_t size = 0;
    EXPECT_EQ(CS_OK, cpg_max_atomic_msgsize_get(handle, &size)); // C16
    EXPECT_EQ(1047552U, size);
    cpg_flow_control_state_t state = CPG_FLOW_CONTROL_ENABLED;
    EXPECT_EQ(CS_OK, cpg_flow_control_state_get(handle, &state));
    EXPECT_EQ(CPG_FLOW_CONTROL_DISABLED, state);
    unsigned nodeid = 0;
    EXPECT_EQ(CS_OK, cpg_local_get(handle, &nodeid));
    EXPECT_EQ(1U, nodeid);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

TEST_F(CpgInitialize, stores_the_context_of_a_model)
{
    int something = 0;
    void* context = nullptr;
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, nullptr, &something));
    EXPECT_EQ(CS_OK, cpg_context_get(handle, &context));
    EXPECT_EQ(&something, context);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

// C22
TEST_F(CpgInitialize, works_beside_a_handle_that_was_never_finalized)
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

TEST_F(CpgInitialize, can_be_repeated_three_hundred_times_with_join_and_finalize)
{
    for (int round = 0; round < 300; ++round) {
        Cpg cpg;
        ASSERT_EQ(CS_OK, join(cpg, "rounds")) << round;
        ASSERT_EQ(CS_OK, cpg.finalize()) << round;
    }
}

TEST(CpgInitializeEarly, without_a_daemon_fails_before_the_flags_are_checked)
{
    cpg_handle_t handle = kUntouched;
    EXPECT_EQ(CS_ERR_LIBRARY, initialize_with_flags(&handle, 2));
    EXPECT_EQ(kUntouched, handle);
}

} // namespace
