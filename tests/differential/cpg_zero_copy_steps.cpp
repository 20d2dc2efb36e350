// SPDX-License-Identifier: BSD-3-Clause
// The steps of libcpg with buffers that the library allocates.
#include "player.hpp"

#include <algorithm>
#include <cstring>

namespace differential {

namespace {

constexpr Service kService = Service::cpg;

void* buffers[kSlots];
std::size_t buffer_sizes[kSlots];
cpg_handle_t buffer_owners[kSlots]; // the reference's daemon dies of a message in a buffer of another handle

} // namespace

void cpg_zero_copy_step(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    void*& buffer = buffers[with.a[1]];
    Slot* const slot = player->slot_of(kService, handle);
    if (with.op == Op::cpg_zcb_alloc) {
        if (buffer)
            return player->skip("it would be lost");
        void* fresh = nullptr;
        const auto error = cpg_zcb_alloc(handle, static_cast<std::size_t>(with.a[2]), &fresh);
        player->result(error);
        if (error == CS_OK && player->dead(*slot)) // the reference returns no buffer
            cpg_zcb_free(handle, fresh);
        else if (error == CS_OK)
            buffer = fresh;
        if (!buffer)
            return;
        buffer_owners[with.a[1]] = handle;
        buffer_sizes[with.a[1]] = static_cast<std::size_t>(with.a[2]);
        std::memcpy(buffer, pattern(with.a[3]), buffer_sizes[with.a[1]]);
        player->say(reinterpret_cast<std::uintptr_t>(buffer) % 8 ? " unaligned" : "");
        return;
    }
    if (!buffer)
        return player->skip("there is none");
    const bool own = buffer_owners[with.a[1]] == handle;
    if (slot && !own && (with.op == Op::cpg_zcb_mcast_joined || !player->slot_of(kService, buffer_owners[with.a[1]])))
        return player->skip("the buffer belongs to another handle");
    if (with.op == Op::cpg_zcb_free) {
        const auto error = cpg_zcb_free(handle, buffer);
        buffer = nullptr;
        if (error != CS_OK || player->dead(*slot))
            player->countable = false; // the reference keeps the buffer's memory
        return player->result(error);
    }
    const auto size = std::min(static_cast<std::size_t>(with.a[2]), buffer_sizes[with.a[1]]);
    if (slot && slot->group != -1 && (size > kMostInQueue || !player->room(*slot, size + 300)))
        return player->skip("queues are full");
    const auto error = cpg_zcb_mcast_joined(handle, static_cast<cpg_guarantee_t>(with.a[3]), buffer, size);
    player->result(error);
    if (slot && error == CS_OK)
        player->settle(slot);
}

} // namespace differential
