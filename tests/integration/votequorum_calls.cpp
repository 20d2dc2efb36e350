// SPDX-License-Identifier: BSD-3-Clause
#include "votequorum_calls.hpp"

#include <corosync/votequorum.h>

namespace test {

const std::vector<HandleCall>& votequorum_calls()
{
    using H = votequorum_handle_t;
    constexpr auto local = HandleCall::local;
    constexpr auto request = HandleCall::request;
    static const std::vector<HandleCall> calls = {
        {"fd_get", local, [](H h) { return votequorum_fd_get(h, output<int>()); }},
        {"context_get", local, [](H h) { return votequorum_context_get(h, output<void*>()); }},
        {"context_set", local, [](H h) { return votequorum_context_set(h, nullptr); }},
        {"getinfo", request, [](H h) { return votequorum_getinfo(h, 0, output<votequorum_info>()); }},
        {"setexpected", request, [](H h) { return votequorum_setexpected(h, 1); }},
        {"setvotes", request, [](H h) { return votequorum_setvotes(h, 1, 1); }},
        {"trackstart", request, [](H h) { return votequorum_trackstart(h, 0, CS_TRACK_CHANGES_ONLY); }},
        {"trackstop", request, [](H h) { return votequorum_trackstop(h); }},
        {"qdevice_register", request, [](H h) { return votequorum_qdevice_register(h, "calls"); }},
        {"qdevice_unregister", request, [](H h) { return votequorum_qdevice_unregister(h, "calls"); }},
        {"qdevice_update", request, [](H h) { return votequorum_qdevice_update(h, "calls", "calls"); }},
        {"qdevice_poll", request, [](H h) { return votequorum_qdevice_poll(h, "calls", 1, {}); }},
        {"qdevice_master_wins", request, [](H h) { return votequorum_qdevice_master_wins(h, "calls", 1); }},
        {"dispatch", HandleCall::dispatch, [](H h) { return votequorum_dispatch(h, CS_DISPATCH_ALL); }},
        {"finalize", HandleCall::finalize, [](H h) { return votequorum_finalize(h); }},
    };
    return calls;
}

} // namespace test
