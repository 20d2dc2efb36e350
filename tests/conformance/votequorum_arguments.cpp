// SPDX-License-Identifier: BSD-3-Clause
// Handles, pointers and names that are not valid, and which of several wrong arguments is noticed first.
#include "integration/votequorum_calls.hpp"
#include "votequorum_scene.hpp"

namespace {

using namespace conformance;
using test::kNoHandle;

const Group kHandles("votequorum.handle", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const votequorum_handle_t stale = stale_handle<Votequorum>();
    const Votequorum votequorum;
    const votequorum_handle_t live = votequorum;
    const votequorum_handle_t reused = stale; // a handle that has the slot of the stale one
    for (const auto& [name, kind, call] : test::votequorum_calls()) {
        auto line = at(name);
        for (const votequorum_handle_t handle :
             {kNoHandle, votequorum_handle_t{1}, live & 0xffffffff, live ^ (votequorum_handle_t{1} << 40), live + 1,
              live | 0x7fffffff, live | 0x80000000, ~votequorum_handle_t{0}, reused})
            line << call(handle);
    }
    at("live") << flags_of(votequorum);
});

const Group kSlots("votequorum.slots", [](Transcript& at, test::Daemon&) {
    await_quorate();
    Votequorum a;
    const votequorum_handle_t was = a;
    const Votequorum b;
    at("finalize") << a.finalize();
    const Votequorum c;
    at("stale") << flags_of(was);
    at("slot_is_reused") << ((was & 0xffffffff) == (c & 0xffffffff)) << (was != c);
    at("others") << flags_of(b) << flags_of(c);
    at("zero") << (b == 0) << (c == 0);
});

// The reference took any check word of all ones for the right one.
const Group kWildcard("votequorum.wildcard", [](Transcript& at, test::Daemon&) {
    await_quorate();
    Votequorum votequorum;
    const votequorum_handle_t wildcard = votequorum | (~votequorum_handle_t{0} << 32);
    int fd = -1;
    at("fd_get") << votequorum_fd_get(wildcard, &fd);
    at("dispatch") << votequorum_dispatch(wildcard, CS_DISPATCH_ALL);
    at("finalize") << votequorum_finalize(wildcard);
    at("then_finalize") << votequorum.finalize();
});

const Group kNull("votequorum.null", [](Transcript& at, test::Daemon&) {
    await_quorate();
    at.all_apart({
        {"initialize.handle", [](Line& line) { line << votequorum_initialize(nullptr, &kAllCallbacks); }},
        {"getinfo.info", [](Line& line) { line << votequorum_getinfo(Votequorum(), 0, nullptr); }},
        {"fd_get.fd", [](Line& line) { line << votequorum_fd_get(Votequorum(), nullptr); }},
        {"context_get.context", [](Line& line) { line << votequorum_context_get(Votequorum(), nullptr); }},
        {"register.name", [](Line& line) { line << votequorum_qdevice_register(Votequorum(), nullptr); }},
        {"unregister.name", [](Line& line) { line << votequorum_qdevice_unregister(Votequorum(), nullptr); }},
        {"update.old_name", [](Line& line) { line << votequorum_qdevice_update(Votequorum(), nullptr, "x"); }},
        {"update.new_name", [](Line& line) { line << votequorum_qdevice_update(Votequorum(), "x", nullptr); }},
        {"poll.name", [](Line& line) { line << votequorum_qdevice_poll(Votequorum(), nullptr, 1, {}); }},
        {"master_wins.name", [](Line& line) { line << votequorum_qdevice_master_wins(Votequorum(), nullptr, 1); }},
        {"register.name_and_stale_handle",
         [](Line& line) { line << votequorum_qdevice_register(stale_handle<Votequorum>(), nullptr); }},
    });
});

const Group kHarmlessNull("votequorum.harmless_null", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum none(nullptr);
    at("no_callbacks.trackstart") << votequorum_trackstart(none, 1, CS_TRACK_CURRENT);
    at("no_callbacks.one") << votequorum_dispatch(none, CS_DISPATCH_ONE);
    at("no_callbacks.all") << votequorum_dispatch(none, CS_DISPATCH_ALL);
    at("no_callbacks.one_nonblocking") << votequorum_dispatch(none, CS_DISPATCH_ONE_NONBLOCKING);
    votequorum_callbacks_t only_quorum{votequorum::quorum, nullptr, nullptr};
    const Votequorum some(&only_quorum);
    only_quorum.votequorum_quorum_notify_fn = nullptr; // the library must have copied the callbacks
    at("some_callbacks.trackstart") << votequorum_trackstart(some, 2, CS_TRACK_CURRENT);
    at("some_callbacks.all") << votequorum_dispatch(some, CS_DISPATCH_ALL) << take_told();
    void* context = &context;
    at("context.at_first") << votequorum_context_get(some, &context) << (context == nullptr);
    at("context.set") << votequorum_context_set(some, &context);
    void* again = nullptr;
    at("context.get") << votequorum_context_get(some, &again) << (again == &context);
    at("context.set_null") << votequorum_context_set(some, nullptr);
    at("context.get_null") << votequorum_context_get(some, &again) << (again == nullptr);
});

const Group kOrder("votequorum.order", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const votequorum_handle_t stale = stale_handle<Votequorum>();
    const Votequorum votequorum;
    const auto type = [](int value) { return static_cast<cs_dispatch_flags_t>(value); };
    for (const int value : {0, 5, 99, -1}) {
        const auto name = std::to_string(value);
        at("dispatch." + name) << votequorum_dispatch(votequorum, type(value));
        at("dispatch_stale." + name) << votequorum_dispatch(stale, type(value));
    }
    at("register_stale.empty_name") << votequorum_qdevice_register(stale, "");
    at("register_stale") << votequorum_qdevice_register(stale, "x");
    at("unregister_stale.empty_name") << votequorum_qdevice_unregister(stale, "");
    at("update_stale.empty_old_name") << votequorum_qdevice_update(stale, "", "x");
    at("update_stale.empty_new_name") << votequorum_qdevice_update(stale, "x", "");
    at("poll_stale.empty_name") << votequorum_qdevice_poll(stale, "", 1, {});
    at("master_wins_stale.empty_name") << votequorum_qdevice_master_wins(stale, "", 1);
    at("getinfo_stale.node") << [&] {
        votequorum_info info;
        return votequorum_getinfo(stale, 99, &info);
    }();
    at("trackstart_stale.flags") << votequorum_trackstart(stale, 0, 0xffffffff);
});

} // namespace
