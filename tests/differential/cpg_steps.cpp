// SPDX-License-Identifier: BSD-3-Clause
// The steps of libcpg. a[0] is the handle, except for iterations; groups are numbers of group().
#include "player.hpp"

#include <algorithm>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace differential {

namespace {

constexpr Service kService = Service::cpg;
constexpr unsigned kDeliver = 1, kConfchg = 2, kTotem = 4;

cpg_iteration_handle_t iterations[kSlots];
bool came_long = false; // whether a long message has come

cpg_name name_of_group(std::int64_t number)
{
    const Name name = group(static_cast<int>(number));
    cpg_name result{};
    result.length = static_cast<std::uint32_t>(name.length);
    std::memcpy(result.value, name.text, std::min<std::size_t>(name.length, CPG_MAX_NAME_LENGTH));
    return result;
}

const char* who(std::uint32_t pid)
{
    return pid == static_cast<std::uint32_t>(::getpid()) || pid == static_cast<std::uint32_t>(::getppid()) ? "self"
                                                                                                           : "other";
}

void group_word(const cpg_name* name)
{
    player->say(" %u", name->length);
    player->bytes(name->value, std::min<std::size_t>(name->length, CPG_MAX_NAME_LENGTH));
}

void list_word(const char* what, const cpg_address* list, std::size_t entries)
{
    player->say(" %s{", what);
    for (std::size_t i = 0; i < entries; ++i)
        player->say("%u:%s/%u ", list[i].nodeid, who(list[i].pid), list[i].reason);
    player->say("}");
}

void deliver(cpg_handle_t handle, const cpg_name* group, std::uint32_t nodeid, std::uint32_t pid, void* message,
             std::size_t size)
{
    player->begin_callback("message");
    player->say(" %s from %u:%s", player->label(kService, handle), nodeid, who(pid));
    group_word(group);
    player->bytes(message, size);
    came_long = came_long || size > kMostInQueue;
    const auto before = checksum(message, size);
    player->end_callback(kService, handle);
    if (checksum(message, size) != before) {
        player->begin_callback("message is no longer what it was\n");
    }
    std::memset(message, 'w', size); // the message may be written to
}

void confchg(cpg_handle_t handle, const cpg_name* group, const cpg_address* members, std::size_t member_count,
             const cpg_address* left, std::size_t left_count, const cpg_address* joined, std::size_t joined_count)
{
    player->begin_callback("confchg");
    player->say(" %s", player->label(kService, handle));
    group_word(group);
    list_word("members", members, member_count);
    list_word("left", left, left_count);
    list_word("joined", joined, joined_count);
    player->end_callback(kService, handle);
}

void totem(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count, const std::uint32_t* members)
{
    player->begin_callback("totem");
    player->say(" %s ring of %u", player->label(kService, handle), ring.nodeid);
    for (std::uint32_t i = 0; i < count; ++i)
        player->say(" %u", members[i]);
    player->end_callback(kService, handle);
}

void initialized(const Step& with, cs_error_t error, cpg_handle_t handle, unsigned callbacks)
{
    Slot& slot = player->slot(kService, with.a[0]);
    player->result(error);
    if (error == CS_OK) {
        slot = Slot{.value = handle, .live = true, .born = player->world(), .callbacks = callbacks};
        const auto result = cpg_fd_get(handle, &slot.fd);
        player->say(" %d %s", result, handle ? "" : "zero");
    } else if (handle != 0x1122334455667788) {
        cpg_finalize(handle);
    }
}

void initialize(const Step& with)
{
    if (player->slot(kService, with.a[0]).live)
        return player->skip("it lives");
    cpg_handle_t handle = 0x1122334455667788;
    if (with.op == Op::cpg_initialize) {
        const auto wanted = static_cast<unsigned>(with.a[1] & 8 ? 0 : with.a[1] & 3);
        cpg_callbacks_t callbacks{wanted & kDeliver ? deliver : nullptr, wanted & kConfchg ? confchg : nullptr};
        const auto error = cpg_initialize(&handle, with.a[1] & 8 ? nullptr : &callbacks);
        return initialized(with, error, handle, wanted);
    }
    const auto wanted = static_cast<unsigned>(with.a[1] & 8 ? 0 : with.a[1] & 7);
    const auto flags = static_cast<unsigned>(with.a[3]);
    if (!(with.a[1] & 8) && flags > 1)
        player->countable = false; // the reference keeps the connection
    cpg_model_v1_data_t model{CPG_MODEL_V1, wanted & kDeliver ? deliver : nullptr,
                              wanted & kConfchg ? confchg : nullptr, wanted & kTotem ? totem : nullptr, flags};
    const auto error = cpg_model_initialize(&handle, static_cast<cpg_model_t>(with.a[2]),
                                            with.a[1] & 8 ? nullptr : reinterpret_cast<cpg_model_data_t*>(&model),
                                            reinterpret_cast<void*>(with.a[4]));
    initialized(with, error, handle, wanted);
}

void leave(Slot& slot)
{
    const auto name = name_of_group(slot.group);
    player->say(" leave %d", cpg_leave(slot.value, &name));
    slot.group = -1;
    slot.left = true;
}

void finalize(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    Slot* const slot = player->slot_of(kService, handle);
    const bool alive = slot && !player->dead(*slot);
    if (alive && slot->group != -1 && (slot->jumped || group(slot->group).length == 0))
        leave(*slot); // the reference would leave a member without a process
    player->result(cpg_finalize(handle));
    if (slot)
        slot->live = false;
    if (alive)
        player->settle(nullptr);
}

void dispatch(std::size_t step, const Step& with)
{
    Slot* const slot = player->slot_of(kService, player->value(kService, with.a[0]));
    if (slot && !player->dead(*slot)) {
        if (with.a[1] == CS_DISPATCH_BLOCKING) {
            if (slot->group == -1 || !(slot->callbacks & kDeliver) || !player->room(*slot, 300))
                return player->begin(step), player->skip("nothing would end it");
            iovec part{const_cast<char*>("nudge"), 5};
            cpg_mcast_joined(slot->value, CPG_TYPE_AGREED, &part, 1);
            player->settle(slot);
        }
        if (with.a[1] == CS_DISPATCH_ONE && !readable(slot->fd))
            return player->begin(step), player->skip("it would wait");
    }
    player->dispatch(step, cpg_dispatch);
}

void join(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    Slot* const slot = player->slot_of(kService, handle);
    const auto name = name_of_group(with.a[1]);
    const bool fits = name.length <= CPG_MAX_NAME_LENGTH;
    if (slot && fits && slot->left && !player->dead(*slot))
        return player->skip("the reference would ask for ever");
    if (slot && !player->room(*slot, 1000))
        return player->skip("queues are full");
    const auto error = cpg_join(handle, &name);
    player->result(error);
    if (slot && error == CS_OK) {
        slot->group = static_cast<int>(with.a[1]);
        player->settle(nullptr);
    }
}

void leave_step(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    Slot* const slot = player->slot_of(kService, handle);
    auto name = name_of_group(with.a[1]);
    if (slot && slot->group != -1 && name.length <= CPG_MAX_NAME_LENGTH)
        name = name_of_group(slot->group); // the reference accepts any name
    const auto error = cpg_leave(handle, &name);
    player->result(error);
    if (slot && error == CS_OK) {
        slot->group = -1;
        slot->left = true;
        player->settle(nullptr);
    }
}

// A message that does not fit into the queue comes in pieces: dispatches until it has come.
void take_out(std::size_t step, const Slot& slot)
{
    player->end();
    for (came_long = false; !came_long && slot.live;) {
        pollfd one{slot.fd, POLLIN, 0};
        ::poll(&one, 1, -1);
        player->pull(step, kService, slot.value, CS_DISPATCH_ALL, cpg_dispatch, false);
    }
    player->begin_callback("taken out");
}

void mcast(std::size_t step, const Step& with)
{
    static iovec parts[64];
    const auto handle = player->value(kService, with.a[0]);
    Slot* const slot = player->slot_of(kService, handle);
    const auto size = static_cast<std::size_t>(with.a[1]);
    const auto count = static_cast<std::size_t>(with.a[2]);
    if (slot && player->dead(*slot) && size > 2000)
        return player->skip("the reference would find the ring full then");
    const bool arrives = slot && slot->group != -1 && !player->dead(*slot);
    if (arrives && size > kMostInQueue && (slot->events || !(slot->callbacks & kDeliver) || player->deep()))
        return player->skip("nothing would take it out");
    if (arrives && size <= kMostInQueue && !player->room(*slot, size + 300))
        return player->skip("queues are full");
    const char* from = pattern(with.a[4]);
    std::size_t left = size;
    for (std::size_t i = 0; i < count; ++i) {
        const auto part = i + 1 == count ? left : std::min(left, i % 3 == 0 ? 0 : size / count);
        parts[i] = {part ? const_cast<char*>(from) : nullptr, part};
        from += part;
        left -= part;
    }
    const auto error = cpg_mcast_joined(handle, static_cast<cpg_guarantee_t>(with.a[3]), count ? parts : nullptr,
                                        static_cast<unsigned>(count));
    player->result(error);
    if (arrives && size > kMostInQueue && error == CS_OK)
        return take_out(step, *slot);
    if (slot && error == CS_OK)
        player->settle(slot);
}

void membership(const Step& with)
{
    static cpg_address list[400];
    auto name = name_of_group(with.a[1]);
    int count = 4711;
    const auto error = cpg_membership_get(player->value(kService, with.a[0]), &name, with.a[2] & 1 ? nullptr : list,
                                          with.a[2] & 2 ? nullptr : &count);
    player->result(error);
    if (error == CS_OK)
        list_word("members", list, static_cast<std::size_t>(count));
}

void iterate(const Step& with)
{
    if (with.op == Op::cpg_iteration_initialize) {
        auto name = name_of_group(with.a[2] < 0 ? 0 : with.a[2]);
        cpg_iteration_handle_t fresh = 0;
        const auto error =
            cpg_iteration_initialize(player->value(kService, with.a[0]), static_cast<cpg_iteration_type_t>(with.a[1]),
                                     with.a[2] < 0 ? nullptr : &name, with.a[4] ? nullptr : &fresh);
        if (error == CS_OK)
            iterations[with.a[3]] = fresh;
        return player->result(error);
    }
    auto& iteration = iterations[with.a[0]];
    if (with.op == Op::cpg_iteration_finalize)
        return player->result(cpg_iteration_finalize(iteration));
    cpg_iteration_description_t item{};
    const auto error = cpg_iteration_next(iteration, with.a[1] ? nullptr : &item);
    player->result(error);
    if (error == CS_OK) {
        group_word(&item.group);
        player->say(" %u:%s", item.nodeid, item.pid ? who(item.pid) : "none");
    }
}

} // namespace

void cpg_step(std::size_t step, const Step& with)
{
    const auto handle = [&] { return player->value(kService, with.a[0]); };
    switch (with.op) {
    case Op::cpg_initialize:
    case Op::cpg_model_initialize:
        return initialize(with);
    case Op::cpg_finalize:
        return finalize(with);
    case Op::cpg_dispatch:
        return dispatch(step, with);
    case Op::cpg_join:
        return join(with);
    case Op::cpg_leave:
        return leave_step(with);
    case Op::cpg_mcast_joined:
        return mcast(step, with);
    case Op::cpg_membership_get:
        return membership(with);
    case Op::cpg_zcb_alloc:
    case Op::cpg_zcb_free:
    case Op::cpg_zcb_mcast_joined:
        return cpg_zero_copy_step(with);
    case Op::cpg_context_set:
        return player->result(cpg_context_set(handle(), reinterpret_cast<void*>(with.a[1])));
    case Op::cpg_context_get: {
        void* context = nullptr;
        player->result(cpg_context_get(handle(), &context));
        return player->say(" %p", context);
    }
    case Op::cpg_fd_get: {
        int fd = -1;
        player->result(cpg_fd_get(handle(), &fd));
        return player->descriptor(fd, kService, with.a[0]);
    }
    case Op::cpg_max_atomic_msgsize_get: {
        std::uint32_t size = 0;
        player->result(cpg_max_atomic_msgsize_get(handle(), &size));
        return player->say(" %u", size);
    }
    case Op::cpg_local_get: {
        unsigned nodeid = 0;
        player->result(cpg_local_get(handle(), &nodeid));
        return player->say(" %u", nodeid);
    }
    case Op::cpg_flow_control_state_get: {
        auto state = CPG_FLOW_CONTROL_ENABLED;
        player->result(cpg_flow_control_state_get(handle(), &state));
        return player->say(" %d", state);
    }
    default:
        return iterate(with);
    }
}

} // namespace differential
