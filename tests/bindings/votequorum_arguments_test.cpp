// SPDX-License-Identifier: BSD-3-Clause
// Arguments of votequorum's callbacks on which bindings rely. VotequorumReply's tests in tests/faults test that the
// name of a device ends with zero.
#include "faults/fake_votequorum.hpp"

namespace {

using namespace test;

int called;

void expect_list(const void* list, std::uint32_t count)
{
    EXPECT_TRUE(list != nullptr && count == 0);
    ++called;
}

// A real daemon sends no empty lists. The model's memory is overwritten before the callbacks.
TEST(BindingWithEmptyEvents, gets_empty_lists_that_are_not_null)
{
    FakeDaemon daemon({.service = "votequorum", .answer = VotequorumAnswers{}});
    votequorum_model_v1_data_t model{};
    model.model = VOTEQUORUM_MODEL_V1;
    model.votequorum_quorum_notify_fn = [](votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t count,
                                           votequorum_node_t* nodes) { expect_list(nodes, count); };
    model.votequorum_nodelist_notify_fn = [](votequorum_handle_t, std::uint64_t, votequorum_ring_id_t,
                                             std::uint32_t count, std::uint32_t* nodes) { expect_list(nodes, count); };
    model.votequorum_qdevice_extra_info_fn = [](votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t size,
                                                void* extra) { expect_list(extra, size); };
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_model_initialize(&handle, &model));
    std::memset(&model, 0x5a, sizeof model);
    called = 0;
    daemon.now({event(quorum_event(1, 0, 48)), event(node_list_event(0, 56)), event(extra_info_event(1, ""))});
    EXPECT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ALL));
    EXPECT_EQ(3, called);
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
    remove_what_libqb_leaves();
}

} // namespace
