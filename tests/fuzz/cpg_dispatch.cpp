// SPDX-License-Identifier: BSD-3-Clause
// Sequences of cpg's events through the dispatch loop, so that parts of long messages from several senders are mixed,
// in the ring's memory and in copies; callbacks dispatch again, or finalize. Each delivered message must be the one
// that a model has put together.
//
// Input: which callbacks there are, then a dispatch type for each call and an event for each dispatch that takes one; a
// callback reads a byte that says what it does.
#include "cpg_callbacks.hpp"
#include "cpg_model.hpp"
#include "scripted_transport.hpp"

#include <corosync/cpg.h>

#include <iterator>

namespace {

fuzz::CpgModel* model;

void nested(cpg_handle_t handle)
{
    switch (fuzz::script->byte()) {
    case 1:
        cpg_dispatch(handle, CS_DISPATCH_ALL);
        break;
    case 2:
        cpg_dispatch(handle, CS_DISPATCH_ONE);
        break;
    case 3:
        cpg_finalize(handle);
        break;
    default:
        break;
    }
}

void deliver(cpg_handle_t handle, const cpg_name* group, std::uint32_t nodeid, std::uint32_t pid, void* message,
             std::size_t length)
{
    model->is_delivered(message, length);
    nested(handle);
    fuzz::deliver(handle, group, nodeid, pid, message, length);
}

void confchg(cpg_handle_t handle, const cpg_name* group, const cpg_address* members, std::size_t member_count,
             const cpg_address* left, std::size_t left_count, const cpg_address* joined, std::size_t joined_count)
{
    nested(handle);
    fuzz::confchg(handle, group, members, member_count, left, left_count, joined, joined_count);
}

void totem(cpg_handle_t handle, cpg_ring_id ring, std::uint32_t count, const std::uint32_t* members)
{
    nested(handle);
    fuzz::totem(handle, ring, count, members);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr cs_dispatch_flags_t kTypes[] = {CS_DISPATCH_ALL, CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING,
                                              CS_DISPATCH_ONE_NONBLOCKING};
    fuzz::Input input(data, size);
    fuzz::script = &input;
    const unsigned missing = input.byte();
    cpg_model_v1_data_t callbacks{CPG_MODEL_V1, deliver, confchg, totem, 0};
    if ((missing & 1U) != 0)
        callbacks.cpg_deliver_fn = nullptr;
    if ((missing & 2U) != 0)
        callbacks.cpg_confchg_fn = nullptr;
    if ((missing & 4U) != 0)
        callbacks.cpg_totem_confchg_fn = nullptr;
    fuzz::CpgModel expected;
    model = &expected;
    fuzz::on_event = nullptr;
    if (callbacks.cpg_deliver_fn != nullptr)
        fuzz::on_event = [](fuzz::Bytes event) { model->arrives(event); };
    cpg_handle_t handle = 0;
    cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&callbacks), nullptr);
    while (!input.empty())
        cpg_dispatch(handle, kTypes[input.byte() % std::size(kTypes)]);
    expected.ends();
    cpg_finalize(handle);
    return 0;
}
