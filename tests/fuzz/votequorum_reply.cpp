// SPDX-License-Identifier: BSD-3-Clause
// Replies to votequorum's requests. Input: for each call its number, and the reply to it.
#include "outputs.hpp"
#include "scripted_transport.hpp"

#include <corosync/votequorum.h>

#include <iterator>

namespace {

using fuzz::Outputs;

constexpr char kDevice[] = "device";

void getinfo(votequorum_handle_t handle, Outputs& outputs)
{
    auto info = outputs.blank<votequorum_info>();
    outputs.result(votequorum_getinfo(handle, 1, &info), info);
}

void get_extra_info(votequorum_handle_t handle, Outputs& outputs)
{
    auto size = outputs.blank<std::uint32_t>();
    void* data = malloc(VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE);
    outputs.blank(data, VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE);
    const cs_error_t error = votequorum_get_qdevice_extra_info(handle, 1, &size, data);
    outputs.result(error);
    if (error == CS_OK)
        outputs.see(data, size);
    free(data);
}

constexpr void (*kCalls[])(votequorum_handle_t, Outputs&) = {
    getinfo,
    get_extra_info,
    [](votequorum_handle_t handle, Outputs& outputs) {
        outputs.result(votequorum_set_qdevice_extra_info(handle, sizeof kDevice, kDevice));
    },
    [](votequorum_handle_t handle, Outputs& outputs) { outputs.result(votequorum_setexpected(handle, 1)); },
    [](votequorum_handle_t handle, Outputs& outputs) { outputs.result(votequorum_setvotes(handle, 1, 1)); },
    [](votequorum_handle_t handle, Outputs& outputs) { outputs.result(votequorum_trackstart(handle, 1, 1)); },
    [](votequorum_handle_t handle, Outputs& outputs) { outputs.result(votequorum_trackstop(handle)); },
    [](votequorum_handle_t handle, Outputs& outputs) { outputs.result(votequorum_qdevice_register(handle, kDevice)); },
    [](votequorum_handle_t handle, Outputs& outputs) {
        outputs.result(votequorum_qdevice_unregister(handle, kDevice));
    },
    [](votequorum_handle_t handle, Outputs& outputs) {
        outputs.result(votequorum_qdevice_update(handle, kDevice, kDevice));
    },
    [](votequorum_handle_t handle, Outputs& outputs) {
        outputs.result(votequorum_qdevice_poll(handle, kDevice, 1, {1, 1}));
    },
    [](votequorum_handle_t handle, Outputs& outputs) {
        outputs.result(votequorum_qdevice_master_wins(handle, kDevice, 1));
    },
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::run_twice(data, size, [](fuzz::Input& input, Outputs& outputs) {
        fuzz::script = &input;
        votequorum_handle_t handle = 0;
        votequorum_initialize(&handle, nullptr);
        while (!input.empty())
            kCalls[input.byte() % std::size(kCalls)](handle, outputs);
        votequorum_finalize(handle);
    });
    return 0;
}
