// SPDX-License-Identifier: BSD-3-Clause
// corosync-qdevice: dispatches all events once a second, even if there are none, and votes for the ring id of the
// latest event.
#include "contract.hpp"

namespace {

using namespace test;

using ContractC03 = Contract;
using ContractC19 = Contract;

constexpr int kRounds = 5;

TEST_F(ContractC03, dispatch_all_without_an_event_succeeds_every_time)
{
    for (const auto& service : services) {
        const Handle handle(service);
        const auto rounds = [&](const char* when) {
            for (int round = 0; round < kRounds; ++round) {
                EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ALL)) << service.name << ' ' << when;
                EXPECT_EQ(CS_ERR_TRY_AGAIN, handle.dispatch(CS_DISPATCH_ONE_NONBLOCKING))
                    << service.name << ' ' << when;
            }
        };
        rounds("with nothing to do");
        ASSERT_EQ(CS_OK, handle.provoke());
        ASSERT_TRUE(readable(handle.fd(), kPatience));
        EXPECT_TRUE(
            eventually([&] { return handle.dispatch(CS_DISPATCH_ALL) != CS_OK || !readable(handle.fd(), 20ms); }));
        rounds("after an event");
        const Freeze freeze(daemon());
        rounds("while the daemon stands still");
    }
}

votequorum_ring_id_t ring;

void remember_ring(votequorum_handle_t, std::uint64_t, votequorum_ring_id_t id, std::uint32_t, std::uint32_t*)
{
    ring = id;
}

TEST_F(ContractC19, vote_for_a_stale_ring_is_a_message_error)
{
    votequorum_callbacks_t callbacks{nullptr, nullptr, remember_ring};
    votequorum_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&handle, &callbacks));
    ASSERT_EQ(CS_OK, votequorum_trackstart(handle, 0, CS_TRACK_CURRENT));
    ASSERT_EQ(CS_OK, votequorum_dispatch(handle, CS_DISPATCH_ONE));
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(handle, "QDevice"));
    auto stale = ring;
    stale.seq -= 4;
    EXPECT_EQ(CS_ERR_MESSAGE_ERROR, votequorum_qdevice_poll(handle, "QDevice", 1, stale));
    EXPECT_EQ(CS_OK, votequorum_qdevice_poll(handle, "QDevice", 1, ring));
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(handle, "QDevice"));
    EXPECT_EQ(CS_OK, votequorum_finalize(handle));
}

} // namespace
