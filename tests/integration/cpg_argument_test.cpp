// SPDX-License-Identifier: BSD-3-Clause
// Arguments that are refused, and the order of the checks. handle_test.cpp tests what is the same for every service.
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgArgument = CpgTest;

const cpg_name kGroup = name_of("argument");

cpg_name too_long()
{
    auto name = name_of(std::string(CPG_MAX_NAME_LENGTH, 'n'));
    ++name.length;
    return name;
}

// C programs may pass a type that is no enumerator.
cs_error_t iterate(cpg_handle_t handle, int type, const cpg_name* group, cpg_iteration_handle_t* out)
{
    return cpg_iteration_initialize(handle, static_cast<cpg_iteration_type_t>(type), group, out);
}

TEST_F(CpgArgument, that_is_not_a_valid_iteration_or_buffer_handle_is_a_bad_handle)
{
    Cpg cpg;
    const cpg_handle_t stale = cpg;
    EXPECT_EQ(CS_OK, cpg.finalize());
    for (const cpg_handle_t handle : {kNoHandle, cpg_handle_t{1}, cpg_handle_t{0xdeadbeef}, ~cpg_handle_t{0}, stale}) {
        char byte = 'x';
        cpg_iteration_description_t description;
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, &byte, 1));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(handle, &description));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_iteration_next(handle, nullptr));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_finalize(handle));
    }
}

TEST_F(CpgArgument, with_too_long_a_name_fails_before_a_bad_handle)
{
    const Cpg cpg;
    auto name = too_long();
    cpg_address members[CPG_MEMBERS_MAX];
    int count = 0;
    cpg_iteration_handle_t iteration = kUntouched;
    for (const cpg_handle_t handle : {cpg_handle_t{cpg}, kNoHandle}) {
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cpg_join(handle, &name));
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cpg_leave(handle, &name));
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cpg_membership_get(handle, &name, members, &count));
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cpg_membership_get(handle, &name, nullptr, nullptr));
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, iterate(handle, CPG_ITERATION_ONE_GROUP, &name, &iteration));
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, iterate(handle, CPG_ITERATION_ALL, &name, nullptr));
    }
    EXPECT_EQ(kUntouched, iteration);
}

TEST_F(CpgArgument, that_is_invalid_for_iterations_fails_before_a_bad_handle)
{
    const Cpg cpg;
    cpg_iteration_handle_t iteration = kUntouched;
    for (const cpg_handle_t handle : {cpg_handle_t{cpg}, kNoHandle}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, iterate(handle, CPG_ITERATION_ALL, nullptr, nullptr));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, iterate(handle, CPG_ITERATION_ALL, &kGroup, &iteration));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, iterate(handle, CPG_ITERATION_NAME_ONLY, &kGroup, &iteration));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, iterate(handle, CPG_ITERATION_ONE_GROUP, nullptr, &iteration));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, iterate(handle, 0, nullptr, &iteration));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, iterate(handle, 4, nullptr, &iteration));
    }
    EXPECT_EQ(CS_ERR_BAD_HANDLE, iterate(kNoHandle, CPG_ITERATION_ALL, nullptr, &iteration));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, iterate(kNoHandle, CPG_ITERATION_ONE_GROUP, &kGroup, &iteration));
    EXPECT_EQ(kUntouched, iteration);
}

// CPG-D34
TEST_F(CpgArgument, that_is_null_fails_before_a_bad_handle_in_these_functions)
{
    const Cpg cpg;
    auto name = kGroup;
    cpg_address members[CPG_MEMBERS_MAX];
    int count = 0;
    for (const cpg_handle_t handle : {cpg_handle_t{cpg}, kNoHandle}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_membership_get(handle, &name, nullptr, &count));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_membership_get(handle, &name, members, nullptr));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_membership_get(handle, nullptr, members, &count));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_join(handle, nullptr));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_leave(handle, nullptr));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cpg_iteration_next(handle, nullptr));
    }
}

// CPG-D34
TEST_F(CpgArgument, that_is_null_fails_after_a_bad_handle_in_these_functions)
{
    const Cpg cpg;
    const std::function<cs_error_t(cpg_handle_t)> calls[] = {
        [](auto handle) { return cpg_max_atomic_msgsize_get(handle, nullptr); },
        [](auto handle) { return cpg_flow_control_state_get(handle, nullptr); },
        [](auto handle) { return cpg_local_get(handle, nullptr); },
        [](auto handle) { return cpg_zcb_alloc(handle, 8, nullptr); },
        [](auto handle) { return cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, nullptr, 8); },
        [](auto handle) { return cpg_mcast_joined(handle, CPG_TYPE_AGREED, nullptr, 1); },
        [](auto handle) {
            const iovec nowhere{nullptr, 1};
            return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &nowhere, 1);
        },
        [](auto handle) {
            const iovec nowhere{nullptr, 3'000'000};
            return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &nowhere, 1);
        },
    };
    for (const auto& call : calls) {
        EXPECT_EQ(CS_ERR_BAD_HANDLE, call(kNoHandle));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, call(cpg));
    }
}

// CPG-D22
TEST_F(CpgArgument, that_is_a_message_of_four_gigabytes_is_too_big)
{
    const Cpg cpg;
    ASSERT_EQ(CS_OK, join(cpg, "big"));
    char byte = 'x'; // is not read
    const iovec parts[] = {{&byte, 1}, {&byte, 0xffffffff}};
    const iovec huge{&byte, SIZE_MAX};
    EXPECT_EQ(CS_ERR_TOO_BIG, cpg_mcast_joined(cpg, CPG_TYPE_AGREED, parts, 2));
    EXPECT_EQ(CS_ERR_TOO_BIG, cpg_mcast_joined(cpg, CPG_TYPE_AGREED, &huge, 1));
}

} // namespace
