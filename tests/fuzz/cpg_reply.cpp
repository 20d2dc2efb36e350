// SPDX-License-Identifier: BSD-3-Clause
// Replies to cpg's requests. Input: for each call its number, and a reply to each request that it sends.
#include "outputs.hpp"
#include "scripted_transport.hpp"

#include <corosync/cpg.h>

#include <time.h>

#include <iterator>

// The pauses before a request is repeated take no time here.
extern "C" int __wrap_clock_nanosleep(clockid_t, int, const timespec*, timespec*);
int __wrap_clock_nanosleep(clockid_t, int, const timespec*, timespec*)
{
    return 0;
}

namespace {

using fuzz::Outputs;

const cpg_name kGroup{5, "group"};
const cpg_name kUnnamed{};
char long_message[1 << 20]; // is sent in two parts

struct Client {
    cpg_handle_t handle = 0;
    cpg_iteration_handle_t iteration = 0;
};

template <std::size_t kSize> void mcast(Client& client, Outputs& outputs)
{
    const iovec whole{long_message, kSize};
    outputs.result(cpg_mcast_joined(client.handle, CPG_TYPE_AGREED, &whole, 1));
}

void mcast_zero_copy(Client& client, Outputs& outputs)
{
    void* message = nullptr;
    if (cpg_zcb_alloc(client.handle, 1, &message) == CS_OK)
        outputs.result(cpg_zcb_mcast_joined(client.handle, CPG_TYPE_AGREED, message, 1));
    cpg_zcb_free(client.handle, message);
}

void membership(Client& client, Outputs& outputs)
{
    cpg_name group = kGroup;
    auto* members = static_cast<cpg_address*>(malloc(CPG_MEMBERS_MAX * sizeof(cpg_address)));
    outputs.blank(members, CPG_MEMBERS_MAX * sizeof *members);
    auto count = outputs.blank<int>();
    const cs_error_t error = cpg_membership_get(client.handle, &group, members, &count);
    outputs.result(error);
    if (error == CS_OK)
        outputs.see(members, static_cast<std::size_t>(count) * sizeof *members);
    free(members);
}

void local_nodeid(Client& client, Outputs& outputs)
{
    auto nodeid = outputs.blank<unsigned>();
    outputs.result(cpg_local_get(client.handle, &nodeid), nodeid);
}

void iteration_next(Client& client, Outputs& outputs)
{
    auto description = outputs.blank<cpg_iteration_description_t>();
    const cs_error_t error = cpg_iteration_next(client.iteration, &description);
    outputs.result(error, description);
    if (error == CS_OK && description.group.length > CPG_MAX_NAME_LENGTH)
        abort();
}

void iterate(Client& client, Outputs& outputs)
{
    outputs.result(cpg_iteration_initialize(client.handle, CPG_ITERATION_ALL, nullptr, &client.iteration));
}

void iterate_group(Client& client, Outputs& outputs)
{
    outputs.result(cpg_iteration_initialize(client.handle, CPG_ITERATION_ONE_GROUP, &kGroup, &client.iteration));
}

constexpr void (*kCalls[])(Client&, Outputs&) = {
    [](Client& client, Outputs& outputs) { outputs.result(cpg_join(client.handle, &kGroup)); },
    [](Client& client, Outputs& outputs) { outputs.result(cpg_join(client.handle, &kUnnamed)); },
    [](Client& client, Outputs& outputs) { outputs.result(cpg_leave(client.handle, &kGroup)); },
    [](Client& client, Outputs& outputs) { outputs.result(cpg_finalize(client.handle)); },
    mcast<1>,
    mcast<sizeof long_message>,
    mcast_zero_copy,
    membership,
    local_nodeid,
    iterate,
    iterate_group,
    iteration_next,
    [](Client& client, Outputs& outputs) { outputs.result(cpg_iteration_finalize(client.iteration)); },
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::run_twice(data, size, [](fuzz::Input& input, Outputs& outputs) {
        fuzz::script = &input;
        Client client;
        cpg_initialize(&client.handle, nullptr);
        while (!input.empty())
            kCalls[input.byte() % std::size(kCalls)](client, outputs);
        cpg_finalize(client.handle);
    });
    return 0;
}
