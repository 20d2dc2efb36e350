// SPDX-License-Identifier: BSD-3-Clause
// The daemon is dead, stopped, or started again; and handles across fork.
#include "cmap_scene.hpp"
#include "integration/cmap_calls.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <list>
#include <memory>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace conformance;
using test::Background;

constexpr char kKey[] = "daemon.key";

// All calls on handles whose daemon has died.
const Group kDead("cmap.dead", [](Transcript& at, test::Daemon& daemon) {
    const Since before;
    Cmap cmap;
    Watch watch(cmap, kKey, kEverything);
    std::list<Cmap> with_events(4);
    std::list<Watch> watches;
    for (const auto& one : with_events)
        watches.emplace_back(one, kKey, kEverything);
    Cmap other;
    for (std::uint32_t number = 1; number <= 2; ++number)
        cmap_set_uint32(other, kKey, number);
    cmap_dispatch(cmap, CS_DISPATCH_ALL);
    at("alive") << readiness(cmap.fd()) << readiness(with_events.front().fd());
    daemon.kill();

    at("descriptor") << readiness(cmap.fd());
    for (const auto& [name, kind, call] : test::cmap_calls())
        if (kind != test::HandleCall::finalize)
            at(std::string("call.") + name) << call(cmap);
    for (const auto type : test::kAllFlags)
        at("dispatch." + std::to_string(type))
            << cmap_dispatch(cmap, type) << cmap_dispatch(cmap, type) << readiness(cmap.fd());

    // The events that were sent before.
    auto one = with_events.begin();
    auto its = watches.begin();
    for (const auto type : {CS_DISPATCH_ALL, CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING, CS_DISPATCH_ONE_NONBLOCKING}) {
        const std::string name = "history." + std::to_string(type);
        at(name) << readiness(one->fd()) << cmap_dispatch(*one, type) << its->count() << cmap_dispatch(*one, type)
                 << its->count() << cmap_dispatch(*one, type) << its->count() << readiness(one->fd());
        at(name + ".request") << ask(*one);
        ++one;
        ++its;
    }

    at("initialize") << [] {
        cmap_handle_t handle = test::kUntouched;
        return cmap_initialize(&handle);
    }();
    at("finalize") << cmap.finalize() << other.finalize();
    for (auto& each : with_events)
        each.finalize();
    at("finalized") << before.held();
});

// A handle stays dead when the daemon is started again.
const Group kRestarted("cmap.restarted", [](Transcript& at, test::Daemon& daemon) {
    Cmap old;
    daemon.restart();
    at("old") << ask(old) << cmap_dispatch(old, CS_DISPATCH_ALL) << readiness(old.fd());
    const Cmap fresh;
    at("new") << ask(fresh) << cmap_dispatch(fresh, CS_DISPATCH_ALL) << readiness(fresh.fd());
    at("old.finalize") << old.finalize() << ask(fresh);
});

// Threads wait in a dispatch when `end` ends the daemon.
void note_waiting(Transcript& at, const std::string& how, test::Daemon& daemon,
                  const std::function<void(test::Daemon&)>& end)
{
    Cmap one;
    Cmap blocking;
    const cmap_handle_t handles[] = {one, blocking};
    Background waits_for_one([&] { return cmap_dispatch(handles[0], CS_DISPATCH_ONE); });
    Background waits_for_all([&] { return cmap_dispatch(handles[1], CS_DISPATCH_BLOCKING); });
    waits_for_one.thread().falls_asleep();
    waits_for_all.thread().falls_asleep();
    end(daemon);
    at(how + ".one") << waits_for_one.result().value();
    at(how + ".blocking") << waits_for_all.result().value();
}

const Group kKilled("cmap.killed", [](Transcript& at, test::Daemon& daemon) {
    note_waiting(at, "kill", daemon, [](test::Daemon& target) { target.kill(); });
});

const Group kTerminated("cmap.terminated", [](Transcript& at, test::Daemon& daemon) {
    note_waiting(at, "terminate", daemon, [](test::Daemon& target) { target.terminate(); });
});

const Group kInFlight("cmap.in_flight", [](Transcript& at, test::Daemon& daemon) {
    Cmap cmap;
    Cmap setting;
    daemon.stop();
    Background getting([&] { return ask(cmap); });
    Background changing([&] { return cmap_set_uint8(setting, kKey, 1); });
    getting.thread().falls_asleep();
    changing.thread().falls_asleep();
    daemon.kill();
    at("get") << getting.result().value() << ask(cmap);
    at("set") << changing.result().value() << ask(setting);
});

// All calls on a daemon that is stopped.
const Group kFrozen("cmap.frozen", [](Transcript& at, test::Daemon& daemon) {
    std::list<Cmap> handles(test::cmap_calls().size());
    Cmap idle;
    Cmap cmap;
    Watch watch(cmap, kKey, kEverything);
    change(kKey, 2);
    test::Freeze freeze(daemon);

    std::vector<Transcript::Case> cases{
        {"initialize",
         [](Line& line) {
             cmap_handle_t handle = 0;
             line << cmap_initialize(&handle);
         }},
        {"initialize_map",
         [](Line& line) {
             cmap_handle_t handle = 0;
             line << cmap_initialize_map(&handle, CMAP_MAP_STATS);
         }},
    };
    // Each call has a handle of its own. The finalize of a child has its own scene.
    auto handle = handles.begin();
    for (const auto& [name, kind, call] : test::cmap_calls()) {
        if (kind == test::HandleCall::finalize)
            continue;
        cases.push_back({std::string("call.") + name,
                         [&call = call, own = cmap_handle_t(*handle++)](Line& line) { line << call(own); }});
    }
    at.all_apart(cases);

    // Events that were sent before are delivered, and a dispatch that finds no event does not wait.
    at("event") << readiness(cmap.fd()) << cmap_dispatch(cmap, CS_DISPATCH_ONE) << watch.take() << readiness(cmap.fd());
    at("event.last") << cmap_dispatch(cmap, CS_DISPATCH_ALL) << watch.take() << readiness(cmap.fd());
    at("no_event") << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING) << cmap_dispatch(cmap, CS_DISPATCH_ALL);
    const Since before;
    at("finalize") << idle.finalize() << before.held_now().substr(0, before.held_now().find(" shm"));
    freeze.thaw();
    at("thawed") << ask(cmap) << cmap_dispatch(cmap, CS_DISPATCH_ALL);
});

// The program shuts down or closes its own descriptor.
const Group kBroken("cmap.broken_descriptor", [](Transcript& at, test::Daemon&) {
    at.all_apart({
        {"shut_down",
         [](Line& line) {
             Cmap cmap;
             ::shutdown(cmap.fd(), SHUT_RDWR);
             line << cmap_dispatch(cmap, CS_DISPATCH_ALL) << ask(cmap) << cmap.finalize();
         }},
        {"closed.dispatch",
         [](Line& line) {
             Cmap cmap;
             ::close(cmap.fd());
             line << cmap_dispatch(cmap, CS_DISPATCH_ALL);
             line << cmap_dispatch(cmap, CS_DISPATCH_ONE_NONBLOCKING);
             line << cmap.finalize();
         }},
        {"closed.request",
         [](Line& line) {
             Cmap cmap;
             ::close(cmap.fd());
             line << ask(cmap);
         }},
    });
});

// What a child does with its parent's handle.
const Group kFork("cmap.fork", [](Transcript& at, test::Daemon&) {
    const auto note = [&](const char* name, const std::function<void(Line&, Cmap&)>& act) {
        const Since before;
        Cmap cmap;
        Watch watch(cmap, kKey, kEverything);
        at.apart(name, [&](Line& line) { act(line, cmap); });
        change(kKey, 1);
        at(std::string(name) + ".parent") << ask(cmap) << cmap_dispatch(cmap, CS_DISPATCH_ALL) << watch.take();
        at(std::string(name) + ".parent.finalize") << cmap.finalize() << before.held();
        cmap_delete(Cmap(), kKey);
    };
    note("child_does_nothing", [](Line&, Cmap&) {});
    note("child_asks", [](Line& line, Cmap& cmap) { line << ask(cmap); });
    note("child_finalizes", [](Line& line, Cmap& cmap) {
        const Since before;
        line << cmap.finalize() << before.held_now();
    });
    note("child_asks_and_finalizes", [](Line& line, Cmap& cmap) { line << ask(cmap) << cmap.finalize(); });
    note("child_closes_everything", [](Line&, Cmap& cmap) { ::close(cmap.fd()); });
    note("child_initializes", [](Line& line, Cmap&) {
        Cmap own;
        line << ask(own) << own.finalize();
    });

    // Only the child uses the handle, as in a program that becomes a daemon.
    at.apart("child_goes_on", [](Line& line) {
        Cmap cmap;
        Watch watch(cmap, kKey, kEverything);
        change(kKey, 1);
        const pid_t child = ::fork();
        if (child > 0) {
            ::waitpid(child, nullptr, 0);
            return;
        }
        line << ask(cmap) << cmap_dispatch(cmap, CS_DISPATCH_ALL) << watch.take() << cmap_set_uint32(cmap, kKey, 2)
             << cmap_dispatch(cmap, CS_DISPATCH_ONE) << watch.take() << cmap.finalize();
        ::_exit(0);
    });
});

} // namespace
