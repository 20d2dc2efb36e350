// SPDX-License-Identifier: BSD-3-Clause
// Dispatching: what each type returns, whether the descriptor is readable after it and inside callbacks, and what
// callbacks may do.
#include "cmap_scene.hpp"
#include "support/thread.hpp"

#include <csignal>

namespace {

using namespace conformance;
using test::Background;

constexpr char kKey[] = "dispatch.key";

std::string name_of(cs_dispatch_flags_t type)
{
    for (const auto& known : kDispatchTypes) {
        if (known.type == type)
            return known.name;
    }
    return "type_" + std::to_string(static_cast<int>(type));
}

// Without events. On the reference, types that do not exist waited.
const Group kEmpty("cmap.empty_dispatch", [](Transcript& at, test::Daemon&) {
    std::vector<Transcript::Case> cases;
    for (const int type : {0, 1, 2, 3, 4, 5, 99, -1})
        cases.push_back({name_of(static_cast<cs_dispatch_flags_t>(type)),
                         [=](Line& line) { line << cmap_dispatch(Cmap(), static_cast<cs_dispatch_flags_t>(type)); }});
    at.all_apart(cases);
    at("type_0_of_no_handle") << cmap_dispatch(test::kNoHandle, static_cast<cs_dispatch_flags_t>(0));
});

// Five events, one dispatch after another; whether the descriptor is readable after each and inside each callback.
const Group kReadiness("cmap.readiness", [](Transcript& at, test::Daemon&) {
    for (const auto type : {CS_DISPATCH_ONE, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cmap cmap;
        Watch watch(cmap, kKey, kEverything);
        std::string inside;
        watch.on_event = [&] { inside += " " + readiness(cmap.fd()); };
        at(name_of(type) + ".before") << readiness(cmap.fd());
        change(kKey, 5);
        for (int turn = 1; turn <= (type == CS_DISPATCH_ALL ? 1 : 5); ++turn) {
            inside.clear();
            at(name_of(type) + "." + std::to_string(turn)) << readiness(cmap.fd()) << cmap_dispatch(cmap, type)
                                                           << watch.take() << inside.substr(1) << readiness(cmap.fd());
        }
        at(name_of(type) + ".then") << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING) << readiness(cmap.fd());
        cmap_delete(cmap, kKey);
    }

    // A blocking dispatch, which ends when its callback finalizes.
    Cmap cmap;
    Watch watch(cmap, kKey, kEverything);
    std::string inside;
    watch.on_event = [&] {
        inside += " " + readiness(cmap.fd());
        if (watch.count() == 5)
            cmap.finalize();
    };
    const cmap_handle_t handle = cmap;
    change(kKey, 5);
    at("blocking") << cmap_dispatch(handle, CS_DISPATCH_BLOCKING) << watch.take() << inside.substr(1);
});

// All types, mixed.
const Group kMixed("cmap.mixed_dispatch", [](Transcript& at, test::Daemon&) {
    const Cmap cmap;
    Watch watch(cmap, kKey, kEverything);
    change(kKey, 5);
    int turn = 0;
    for (const auto type :
         {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL, CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING})
        at(std::to_string(++turn) + "." + name_of(type)) << cmap_dispatch(cmap, type) << watch.take();

    // A handle does not get the events of another one.
    const Cmap other;
    at("other") << cmap_dispatch(other, CS_DISPATCH_ONE_NONBLOCKING) << readiness(other.fd());
    // The reply to a request is not an event.
    at("request") << ask(cmap) << readiness(cmap.fd()) << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING);
});

// Finalize in a callback while another event is queued.
const Group kFinalize("cmap.finalize_in_callback", [](Transcript& at, test::Daemon&) {
    for (const auto type : test::kAllFlags) {
        const Since before;
        Cmap cmap;
        const cmap_handle_t handle = cmap;
        Watch watch(cmap, kKey, kEverything);
        std::string inside;
        watch.on_event = [&] {
            inside = std::to_string(cmap.finalize()) + " " + std::to_string(cmap_finalize(handle)) + " " +
                     std::to_string(ask(handle)) + " " + std::to_string(cmap_dispatch(handle, CS_DISPATCH_ALL));
        };
        change(kKey, 2);
        at(name_of(type)) << cmap_dispatch(handle, type) << watch.take() << inside;
        at(name_of(type) + ".then") << cmap_dispatch(handle, CS_DISPATCH_ALL) << before.held();
        cmap_delete(Cmap(), kKey);
    }
});

const Group kCallbacks("cmap.callback", [](Transcript& at, test::Daemon&) {
    const auto note = [&](const char* name, std::uint32_t events,
                          const std::function<void(Line&, Cmap&, Watch&)>& act) {
        Cmap cmap;
        Watch watch(cmap, kKey, kEverything);
        auto line = at(name);
        watch.on_event = [&] { act(line, cmap, watch); };
        change(kKey, events);
        const cs_error_t error = cmap_dispatch(cmap, CS_DISPATCH_ALL);
        line << "then" << error << watch.take() << readiness(cmap.fd());
        cmap_delete(cmap, kKey);
    };
    note("deletes_its_tracker", 2, [](Line& line, Cmap&, Watch& watch) { line << watch.remove(); });
    note("dispatches_all", 3, [](Line& line, Cmap& cmap, Watch&) {
        line << "(" << cmap_dispatch(cmap, CS_DISPATCH_ALL) << readiness(cmap.fd()) << ")";
    });
    note("dispatches_one", 3, [](Line& line, Cmap& cmap, Watch& watch) {
        line << "(" << (watch.count() < 3 ? cmap_dispatch(cmap, CS_DISPATCH_ONE) : CS_OK) << readiness(cmap.fd())
             << ")";
    });
    note("dispatches_one_nonblocking", 3, [](Line& line, Cmap& cmap, Watch&) {
        line << "(" << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING) << readiness(cmap.fd()) << ")";
    });
    note("dispatches_what_is_none", 1, [](Line& line, Cmap& cmap, Watch&) {
        line << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING) << cmap_dispatch(cmap, CS_DISPATCH_ALL);
    });
    note("changes_the_key", 1, [](Line& line, Cmap& cmap, Watch& watch) {
        if (watch.count() == 1)
            for (std::uint8_t number = 1; number <= 5; ++number)
                line << cmap_set_uint8(cmap, kKey, number);
        line << readiness(cmap.fd());
    });
    note("asks", 2, [](Line& line, Cmap& cmap, Watch&) {
        line << got(cmap, "totem.cluster_name") << keys(cmap, "totem.cluster");
    });
    note("uses_other_handles", 1, [](Line& line, Cmap&, Watch&) {
        Cmap other;
        line << ask(other) << cmap_dispatch(other, CS_DISPATCH_ALL) << other.finalize();
    });
    note("adds_a_tracker", 1, [](Line& line, Cmap& cmap, Watch&) {
        cmap_track_handle_t tracker = 0;
        line << cmap_track_add(cmap, kKey, kEverything, ignore_event, nullptr, &tracker)
             << cmap_track_delete(cmap, tracker);
    });
});

// The reference needs a megabyte of stack for each nested dispatch; then, a thread with less than that.
const Group kStack("cmap.stack", [](Transcript& at, test::Daemon&) {
    at.apart("nested_20_deep", [](Line& line) {
        constexpr std::uint32_t kDepth = 20;
        const Cmap cmap;
        Watch watch(cmap, kKey, kEverything);
        watch.on_event = [&] {
            if (watch.count() < kDepth)
                cmap_dispatch(cmap, CS_DISPATCH_ONE);
        };
        change(kKey, kDepth);
        line << cmap_dispatch(cmap, CS_DISPATCH_ONE) << watch.count();
    });
    at.apart("thread_with_64_KiB", [](Line& line) {
        const Cmap cmap;
        Watch watch(cmap, "stack.key", kEverything);
        change("stack.key", 1);
        cs_error_t error{};
        test::Thread thread([&] { error = cmap_dispatch(cmap, CS_DISPATCH_ALL); }, {.size = 65536, .guard = 4 << 20});
        thread.join();
        line << error << watch.count();
    });
});

// Another thread finalizes the handle.
const Group kWaking("cmap.finalize_while_waiting", [](Transcript& at, test::Daemon&) {
    std::vector<Transcript::Case> cases;
    for (const auto type : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING})
        for (const bool event : {false, true})
            cases.push_back({name_of(type) + (event ? ".then_an_event" : ""), [=](Line& line) {
                                 const Since before;
                                 Cmap cmap;
                                 const cmap_handle_t handle = cmap;
                                 const std::string key = "waiting." + name_of(type) + (event ? ".event" : "");
                                 Watch watch(cmap, key.c_str(), kEverything);
                                 Background waiting([=] { return cmap_dispatch(handle, type); });
                                 waiting.thread().falls_asleep();
                                 line << cmap.finalize() << ask(handle);
                                 if (event)
                                     change(key.c_str(), 1);
                                 line << waiting.result().value() << watch.count() << before.held();
                             }});
    at.all_apart(cases);
});

// Signals do not end a wait.
const Group kSignals("cmap.signal", [](Transcript& at, test::Daemon&) {
    const test::SignalCounter signals;
    const Cmap cmap;
    Watch watch(cmap, kKey, kEverything);
    Background waiting([&] { return cmap_dispatch(cmap, CS_DISPATCH_ONE); });
    waiting.thread().falls_asleep();
    for (int sent = 1; sent <= 3; ++sent) {
        waiting.thread().signal(SIGUSR1);
        test::eventually([&] { return test::SignalCounter::count() == sent; });
    }
    const bool ended = waiting.ended_within(test::kGlance);
    change(kKey, 1);
    at("dispatch") << ended << waiting.result().value() << watch.take();
});

// More events than the ring holds.
const Group kMany("cmap.many_events", [](Transcript& at, test::Daemon&) {
    constexpr std::uint32_t kEvents = 10000;
    const Cmap cmap;
    Watch watch(cmap, kKey, kEverything);
    change(kKey, kEvents);
    at("before") << readiness(cmap.fd());
    bool good = true;
    test::eventually([&] {
        good = good && cmap_dispatch(cmap, CS_DISPATCH_ALL) == CS_OK;
        return watch.count() >= kEvents;
    });
    std::string expected = "add(dispatch.key,6:\"\\x01\\x00\\x00\\x00\",0:\"\")";
    const auto bytes = [](std::uint32_t number) {
        return quoted({reinterpret_cast<const char*>(&number), sizeof number});
    };
    for (std::uint32_t number = 2; number <= kEvents; ++number)
        expected += " modify(dispatch.key,6:" + bytes(number) + ",6:" + bytes(number - 1) + ")";
    at("after") << good << watch.count() << (watch.take() == expected) << readiness(cmap.fd());
    at("then") << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING) << ask(cmap);
});

} // namespace
