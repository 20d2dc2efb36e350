// SPDX-License-Identifier: BSD-3-Clause
// The steps of libvotequorum. a[0] is the handle; names of devices are numbers of device().
#include "player.hpp"

#include <cstring>

#include <dlfcn.h>

namespace differential {

namespace {

constexpr Service kService = Service::votequorum;
constexpr unsigned kQuorum = 1, kExpected = 2, kNodeList = 4;

votequorum_ring_id_t last_ring{};

void quorum(votequorum_handle_t handle, std::uint64_t context, std::uint32_t quorate, std::uint32_t count,
            votequorum_node_t nodes[])
{
    player->begin_callback("quorum");
    player->say(" %s context %llx quorate %u", player->label(kService, handle),
                static_cast<unsigned long long>(context), quorate);
    for (std::uint32_t i = 0; i < count; ++i) {
        player->say(" %u:%u", nodes[i].nodeid, nodes[i].state);
        nodes[i] = {}; // it may be written to
    }
    player->end_callback(kService, handle);
}

void expected_votes(votequorum_handle_t handle, std::uint64_t context, std::uint32_t votes)
{
    player->begin_callback("expected");
    player->say(" %s context %llx votes %u", player->label(kService, handle), static_cast<unsigned long long>(context),
                votes);
    player->end_callback(kService, handle);
}

void node_list(votequorum_handle_t handle, std::uint64_t context, votequorum_ring_id_t ring, std::uint32_t count,
               std::uint32_t nodes[])
{
    last_ring = ring;
    player->begin_callback("nodelist");
    player->say(" %s context %llx ring of %u:", player->label(kService, handle),
                static_cast<unsigned long long>(context), ring.nodeid);
    for (std::uint32_t i = 0; i < count; ++i) {
        player->say(" %u", nodes[i]);
        nodes[i] = 0;
    }
    player->end_callback(kService, handle);
}

votequorum_callbacks_t callbacks_of(unsigned wanted)
{
    return {wanted & kQuorum ? quorum : nullptr, wanted & kExpected ? expected_votes : nullptr,
            wanted & kNodeList ? node_list : nullptr};
}

// Functions that the reference of 3.1 does not have; this writes the result that it would return.
template <class Function> Function* newer(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

cs_error_t model_initialize(votequorum_handle_t* handle, const votequorum_model_v1_data_t* model)
{
    if (auto* const call = newer<decltype(votequorum_model_initialize)>("votequorum_model_initialize"))
        return call(handle, model);
    if (model && model->model != VOTEQUORUM_MODEL_V1)
        return CS_ERR_INVALID_PARAM;
    votequorum_callbacks_t callbacks{};
    if (model)
        callbacks = {model->votequorum_quorum_notify_fn, model->votequorum_expectedvotes_notify_fn,
                     model->votequorum_nodelist_notify_fn};
    return votequorum_initialize(handle, &callbacks);
}

void initialize(const Step& with)
{
    Slot& slot = player->slot(kService, with.a[0]);
    if (slot.live)
        return player->skip("it lives");
    votequorum_handle_t handle = 0x1122334455667788;
    const auto wanted = static_cast<unsigned>(with.a[1] & 8 ? 0 : with.a[1] & 7);
    auto callbacks = callbacks_of(wanted);
    cs_error_t error{};
    if (with.op == Op::votequorum_initialize) {
        error = votequorum_initialize(&handle, with.a[1] & 8 ? nullptr : &callbacks);
    } else {
        const votequorum_model_v1_data_t model{
            static_cast<votequorum_model_t>(with.a[2]), callbacks.votequorum_quorum_notify_fn,
            callbacks.votequorum_expectedvotes_notify_fn, callbacks.votequorum_nodelist_notify_fn, nullptr};
        error = model_initialize(&handle, with.a[1] & 8 ? nullptr : &model);
    }
    player->result(error);
    if (error != CS_OK)
        return;
    slot = Slot{.value = handle, .live = true, .born = player->world(), .callbacks = wanted};
    const auto result = votequorum_fd_get(handle, &slot.fd);
    player->say(" %d %s", result, handle ? "" : "zero");
}

void finalize(const Step& with)
{
    const auto error = votequorum_finalize(player->value(kService, with.a[0]));
    if (with.a[0] < kSlots)
        player->slot(kService, with.a[0]).live = false;
    player->result(error);
}

void dispatch(std::size_t step, const Step& with)
{
    Slot* const slot = player->slot_of(kService, player->value(kService, with.a[0]));
    if (slot && !player->dead(*slot) && with.a[1] == CS_DISPATCH_BLOCKING) {
        if (!(slot->callbacks & kQuorum) || !player->room(*slot, 200))
            return player->begin(step), player->skip("nothing would end it");
        votequorum_trackstart(slot->value, 5, CS_TRACK_CURRENT);
    }
    if (slot && !player->dead(*slot) && with.a[1] == CS_DISPATCH_ONE && !readable(slot->fd))
        return player->begin(step), player->skip("it would wait");
    player->dispatch(step, votequorum_dispatch);
}

void getinfo(const Step& with)
{
    votequorum_info info{};
    const auto error = votequorum_getinfo(player->value(kService, with.a[0]), static_cast<unsigned>(with.a[1]), &info);
    player->result(error);
    if (error == CS_OK)
        player->say(" node %u state %u votes %u expected %u highest %u total %u quorum %u flags %x device %u %s",
                    info.node_id, info.node_state, info.node_votes, info.node_expected_votes, info.highest_expected,
                    info.total_votes, info.quorum, info.flags, info.qdevice_votes, info.qdevice_name);
}

// Room for the event of each handle that tracks.
bool room_for_events(int count)
{
    for (int selector = 0; selector < kSlots; ++selector)
        for (int i = 0; i < count; ++i)
            if (Slot& slot = player->slot(kService, selector); slot.live && !player->room(slot, 200))
                return false;
    return true;
}

cs_error_t device_call(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    const char* const name = device(static_cast<int>(with.a[1])).text;
    switch (with.op) {
    case Op::votequorum_qdevice_register:
        return votequorum_qdevice_register(handle, name);
    case Op::votequorum_qdevice_unregister:
        return votequorum_qdevice_unregister(handle, name);
    case Op::votequorum_qdevice_update:
        return votequorum_qdevice_update(handle, name, device(static_cast<int>(with.a[2])).text);
    case Op::votequorum_qdevice_master_wins:
        return votequorum_qdevice_master_wins(handle, name, static_cast<unsigned>(with.a[2]));
    default: {
        votequorum_ring_id_t ring = last_ring;
        if (with.a[3])
            ring.seq += static_cast<std::uint64_t>(with.a[3]);
        return votequorum_qdevice_poll(handle, name, static_cast<unsigned>(with.a[2]), ring);
    }
    }
}

cs_error_t set_votes(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    if (with.op == Op::votequorum_setexpected)
        return votequorum_setexpected(handle, static_cast<unsigned>(with.a[1]));
    return votequorum_setvotes(handle, static_cast<unsigned>(with.a[1]), static_cast<unsigned>(with.a[2]));
}

void change(const Step& with)
{
    if (!room_for_events(4))
        return player->skip("queues are full");
    const bool votes = with.op == Op::votequorum_setexpected || with.op == Op::votequorum_setvotes;
    player->result(votes ? set_votes(with) : device_call(with));
    const Slot* const slot = player->slot_of(kService, player->value(kService, with.a[0]));
    if (slot && !player->dead(*slot))
        player->settle(nullptr);
}

void track(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    Slot* const slot = player->slot_of(kService, handle);
    if (with.op == Op::votequorum_trackstop)
        return player->result(votequorum_trackstop(handle));
    if (slot && (!player->room(*slot, 200) || !player->room(*slot, 200)))
        return player->skip("queues are full");
    player->result(
        votequorum_trackstart(handle, static_cast<std::uint64_t>(with.a[1]), static_cast<unsigned>(with.a[2])));
}

// The result of a library that has these functions, on a daemon that does not.
cs_error_t not_supported(std::uint64_t handle)
{
    const Slot* const slot = player->slot_of(kService, handle);
    return !slot ? CS_ERR_BAD_HANDLE : player->dead(*slot) ? CS_ERR_LIBRARY : CS_ERR_NOT_SUPPORTED;
}

void extra_info(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    if (with.op == Op::votequorum_set_qdevice_extra_info) {
        const auto size = static_cast<std::uint32_t>(with.a[1]);
        auto* const call = newer<decltype(votequorum_set_qdevice_extra_info)>("votequorum_set_qdevice_extra_info");
        auto expected = not_supported(handle);
        if (expected != CS_ERR_BAD_HANDLE && size > VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE)
            expected = CS_ERR_INVALID_PARAM;
        return player->result(call ? call(handle, size, pattern(0)) : expected);
    }
    static char info[VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE];
    std::uint32_t size = 0;
    auto* const call = newer<decltype(votequorum_get_qdevice_extra_info)>("votequorum_get_qdevice_extra_info");
    player->result(call ? call(handle, static_cast<unsigned>(with.a[1]), &size, info) : not_supported(handle));
}

} // namespace

void votequorum_step(std::size_t step, const Step& with)
{
    const auto handle = [&] { return player->value(kService, with.a[0]); };
    switch (with.op) {
    case Op::votequorum_initialize:
    case Op::votequorum_model_initialize:
        return initialize(with);
    case Op::votequorum_finalize:
        return finalize(with);
    case Op::votequorum_dispatch:
        return dispatch(step, with);
    case Op::votequorum_fd_get: {
        int fd = -1;
        player->result(votequorum_fd_get(handle(), &fd));
        return player->descriptor(fd, kService, with.a[0]);
    }
    case Op::votequorum_getinfo:
        return getinfo(with);
    case Op::votequorum_trackstart:
    case Op::votequorum_trackstop:
        return track(with);
    case Op::votequorum_context_set:
        return player->result(votequorum_context_set(handle(), reinterpret_cast<void*>(with.a[1])));
    case Op::votequorum_context_get: {
        void* context = nullptr;
        player->result(votequorum_context_get(handle(), &context));
        return player->say(" %p", context);
    }
    case Op::votequorum_get_qdevice_extra_info:
    case Op::votequorum_set_qdevice_extra_info:
        return extra_info(with);
    default:
        return change(with);
    }
}

} // namespace differential
