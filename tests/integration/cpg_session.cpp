// SPDX-License-Identifier: BSD-3-Clause
// A session with libcpg: a group, a thousand messages, one in parts, membership, iteration, buffers, and finalize.
#include "session.hpp"

#include <corosync/cpg.h>

#include <cstdint>
#include <string>
#include <vector>

namespace {

constexpr int kMessages = 1000;
constexpr std::size_t kLong = 3'000'000;

int messages;
std::uint64_t bytes;
int changes;
int rings;

void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void* data, std::size_t size)
{
    ++messages;
    for (std::size_t i = 0; i < size; ++i) // reads every byte
        bytes += static_cast<const char*>(data)[i] == 'x';
}

void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t members, const cpg_address*,
             std::size_t left, const cpg_address*, std::size_t joined)
{
    changes += members + left + joined > 0;
}

void totem(cpg_handle_t, cpg_ring_id, std::uint32_t, const std::uint32_t*)
{
    ++rings;
}

void send(cpg_handle_t handle, std::string message)
{
    const iovec part{message.data(), message.size()};
    demand("mcast_joined", [&] { return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1); });
}

void dispatch_until(cpg_handle_t handle, const int& count, int expected)
{
    while (count < expected)
        demand("dispatch", [&] { return cpg_dispatch(handle, CS_DISPATCH_ONE); });
}

void look_around(cpg_handle_t handle, cpg_name group)
{
    std::vector<cpg_address> members(CPG_MEMBERS_MAX);
    int count = 0;
    unsigned nodeid = 0;
    demand("membership_get", [&] { return cpg_membership_get(handle, &group, members.data(), &count); });
    demand("local_get", [&] { return cpg_local_get(handle, &nodeid); });
    cpg_iteration_handle_t iteration = 0;
    cpg_iteration_description_t item;
    demand("iteration_initialize",
           [&] { return cpg_iteration_initialize(handle, CPG_ITERATION_ALL, nullptr, &iteration); });
    demand("iteration_next", [&] { return cpg_iteration_next(iteration, &item); });
    demand("iteration_finalize", [&] { return cpg_iteration_finalize(iteration); });
    // Finalize ends this one.
    demand("iteration_initialize",
           [&] { return cpg_iteration_initialize(handle, CPG_ITERATION_ONE_GROUP, &group, &iteration); });
    if (count != 1 || members[0].nodeid != nodeid || item.nodeid != nodeid)
        fail("the answers");
}

void send_buffer(cpg_handle_t handle)
{
    void* buffer = nullptr;
    demand("zcb_alloc", [&] { return cpg_zcb_alloc(handle, 100, &buffer); });
    demand("zcb_mcast_joined", [&] { return cpg_zcb_mcast_joined(handle, CPG_TYPE_AGREED, buffer, 100); });
    demand("zcb_free", [&] { return cpg_zcb_free(handle, buffer); });
}

} // namespace

int main()
{
    cpg_name group{4, "life"};
    cpg_model_v1_data_t model{CPG_MODEL_V1, deliver, confchg, totem, CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF};
    cpg_handle_t handle = 0;
    demand("initialize", [&] {
        return cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model), nullptr);
    });
    demand("join", [&] { return cpg_join(handle, &group); });
    dispatch_until(handle, rings, 1);
    std::uint64_t sent = 0;
    for (int i = 0; i < kMessages; ++i) {
        const std::size_t size = i % 100 == 0 ? 60'000 : static_cast<std::size_t>(i % 10) * 100;
        send(handle, std::string(size, 'x'));
        sent += size;
        if (i % 100 == 0)
            dispatch_until(handle, messages, i);
    }
    send(handle, std::string(kLong, 'x'));
    sent += kLong;
    send_buffer(handle);
    look_around(handle, group);
    dispatch_until(handle, messages, kMessages + 2);
    demand("leave", [&] { return cpg_leave(handle, &group); });
    dispatch_until(handle, changes, 2);
    demand("finalize", [&] { return cpg_finalize(handle); });
    std::printf("%d messages, %llu bytes, %d changes\n", messages, static_cast<unsigned long long>(bytes), changes);
    return bytes == sent ? 0 : 1;
}
