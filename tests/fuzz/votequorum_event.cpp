// SPDX-License-Identifier: BSD-3-Clause
// votequorum's events, with callbacks and without.
#include "input.hpp"
#include "votequorum/session.hpp"

namespace {

void quorum(votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t count, votequorum_node_t nodes[])
{
    fuzz::look_at(nodes, count * sizeof *nodes);
}

void expected_votes(votequorum_handle_t, std::uint64_t, std::uint32_t votes)
{
    fuzz::look_at(&votes, sizeof votes);
}

void node_list(votequorum_handle_t, std::uint64_t, votequorum_ring_id_t, std::uint32_t count, std::uint32_t nodes[])
{
    fuzz::look_at(nodes, count * sizeof *nodes);
}

void extra_info(votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t size, void* data)
{
    fuzz::look_at(data, size);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    corosync::votequorum::Session with;
    const corosync::votequorum::Session without;
    with.set_callbacks({VOTEQUORUM_MODEL_V1, quorum, expected_votes, node_list, extra_info});
    with.deliver(1, fuzz::event("votequorum", data, size).data(), size);
    without.deliver(1, fuzz::event("votequorum", data, size).data(), size);
    return 0;
}
