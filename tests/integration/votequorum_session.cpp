// SPDX-License-Identifier: BSD-3-Clause
// A session with libvotequorum: a thousand settings and their events, a device, and finalize.
#include "session.hpp"

#include <corosync/votequorum.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace {

constexpr int kSettings = 1000;

int settings;
int memberships;
votequorum_ring_id_t ring;

void on_quorum(votequorum_handle_t, std::uint64_t context, std::uint32_t quorate, std::uint32_t count,
               votequorum_node_t nodes[])
{
    ++memberships;
    if (context != 7 || quorate != 1 || nodes[0].nodeid != 1 || nodes[0].state != VOTEQUORUM_NODESTATE_MEMBER ||
        (count == 2 && nodes[1].nodeid != VOTEQUORUM_QDEVICE_NODEID))
        fail("the quorum");
}

void on_expected_votes(votequorum_handle_t, std::uint64_t context, std::uint32_t votes)
{
    ++settings;
    if (context != 7 || votes != 1)
        fail("the expected votes");
}

void on_node_list(votequorum_handle_t, std::uint64_t context, votequorum_ring_id_t id, std::uint32_t count,
                  std::uint32_t nodes[])
{
    ring = id;
    if (context != 7 || id.nodeid != 1 || count != 1 || nodes[0] != 1)
        fail("the list of nodes");
}

void dispatch_until(votequorum_handle_t handle, const int& count, int expected)
{
    while (count < expected)
        demand("dispatch", [&] { return votequorum_dispatch(handle, CS_DISPATCH_ONE); });
}

void expect_device(votequorum_handle_t handle, const char* name)
{
    votequorum_info info;
    // The daemon replies to most requests about a device before they have an effect.
    demand("getinfo", [&] {
        const cs_error_t error = votequorum_getinfo(handle, VOTEQUORUM_QDEVICE_NODEID, &info);
        return error == CS_OK && std::strcmp(info.qdevice_name, name) != 0 ? CS_ERR_TRY_AGAIN : error;
    });
    if (info.node_id != 1 || info.node_state != VOTEQUORUM_NODESTATE_MEMBER || info.node_votes != 1)
        fail("the answer");
}

void play_device(votequorum_handle_t handle)
{
    const std::string longest(VOTEQUORUM_QDEVICE_MAX_NAME_LEN - 1, 'x');
    const char* const name = longest.c_str();
    demand("register", [&] { return votequorum_qdevice_register(handle, "device"); });
    expect_device(handle, "device");
    demand("update", [&] { return votequorum_qdevice_update(handle, "device", name); });
    expect_device(handle, name);
    demand("poll", [&] { return votequorum_qdevice_poll(handle, name, 1, ring); });
    demand("master_wins", [&] { return votequorum_qdevice_master_wins(handle, name, 1); });
    demand("unregister", [&] { return votequorum_qdevice_unregister(handle, name); });
    expect_device(handle, "");
}

} // namespace

int main()
{
    votequorum_callbacks_t callbacks{on_quorum, on_expected_votes, on_node_list};
    votequorum_handle_t handle = 0;
    demand("initialize", [&] { return votequorum_initialize(&handle, &callbacks); });
    demand("trackstart", [&] { return votequorum_trackstart(handle, 7, CS_TRACK_CURRENT | CS_TRACK_CHANGES); });
    dispatch_until(handle, memberships, 1);
    for (int i = 1; i <= kSettings; ++i) {
        demand("setvotes", [&] { return votequorum_setvotes(handle, 1, 1); });
        demand("setexpected", [&] { return votequorum_setexpected(handle, 1); });
        dispatch_until(handle, settings, i);
    }
    play_device(handle);
    demand("trackstop", [&] { return votequorum_trackstop(handle); });
    demand("finalize", [&] { return votequorum_finalize(handle); });
    std::printf("%d settings, %d memberships\n", settings, memberships);
    return 0;
}
