// SPDX-License-Identifier: BSD-3-Clause
// Arguments of cpg's callbacks on which bindings rely. CpgName.does_not_include_the_bytes_after_its_length tests that
// names end with zero in callbacks.
#include "faults/fake_cpg.hpp"
#include "integration/service.hpp"

#include <algorithm>

namespace {

using namespace test;

using Binding = ServiceTest;

int called;

void expect_zero_terminated(const cpg_name& name)
{
    EXPECT_TRUE(std::all_of(name.value + name.length, std::end(name.value), [](char c) { return c == 0; }));
}

void expect_empty(const void* list, std::size_t count)
{
    EXPECT_TRUE(list != nullptr && count == 0);
    ++called;
}

// A real daemon sends no empty list of nodes, and no confchg with three empty lists.
TEST(BindingWithEmptyEvents, gets_empty_lists_and_messages_that_are_not_null)
{
    FakeDaemon daemon({.service = "cpg", .answer = cpg_answer});
    cpg_model_v1_data_t model{};
    model.cpg_deliver_fn = [](cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void* message,
                              std::size_t size) { expect_empty(message, size); };
    model.cpg_confchg_fn = [](cpg_handle_t, const cpg_name*, const cpg_address* members, std::size_t member_count,
                              const cpg_address* left, std::size_t left_count, const cpg_address* joined,
                              std::size_t joined_count) {
        expect_empty(members, member_count);
        expect_empty(left, left_count);
        expect_empty(joined, joined_count);
    };
    model.cpg_totem_confchg_fn = [](cpg_handle_t, cpg_ring_id, std::uint32_t count, const std::uint32_t* nodes) {
        expect_empty(nodes, count);
    };
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr));
    called = 0;
    daemon.now({event(Delivery("").bytes()), event(Confchg({}, {}, {}).bytes()), event(totem_event(0, {}))});
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(5, called);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
    remove_what_libqb_leaves();
}

TEST_F(Binding, gets_zero_terminated_names_from_an_iteration)
{
    Cpg cpg;
    cpg.enter("bindings");
    cpg_iteration_handle_t groups = kNoHandle;
    cpg_iteration_description_t description;
    std::memset(&description, 'z', sizeof description);
    ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_NAME_ONLY, nullptr, &groups));
    EXPECT_EQ(CS_OK, cpg_iteration_next(groups, &description));
    EXPECT_STREQ("bindings", description.group.value);
    expect_zero_terminated(description.group);
    EXPECT_EQ(CS_OK, cpg_iteration_finalize(groups));
}

} // namespace
