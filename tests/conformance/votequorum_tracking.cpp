// SPDX-License-Identifier: BSD-3-Clause
// Tracking, the four dispatch types, callbacks, and the descriptor.
#include "support/thread.hpp"
#include "votequorum_scene.hpp"

#include <atomic>
#include <csetjmp>
#include <csignal>

namespace {

using namespace conformance;

const Group kFlags("votequorum.track_flags", [](Transcript& at, test::Daemon&) {
    await_quorate();
    Witness witness;
    for (const unsigned flags : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 0xffffffffU}) {
        const auto name = std::to_string(flags);
        const Votequorum votequorum;
        constexpr std::uint64_t kContext = 0xfedcba9876543210;
        at(name) << votequorum_trackstart(votequorum, kContext, flags);
        at(name + ".readiness") << readiness(votequorum.fd());
        const auto first = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
        at(name + ".told") << first << take_told();
        at(name + ".setexpected") << votequorum_setexpected(votequorum, 1);
        witness.await_change();
        const auto second = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
        at(name + ".told_then") << second << take_told();
        at(name + ".trackstop") << votequorum_trackstop(votequorum);
        at(name + ".trackstop_again") << votequorum_trackstop(votequorum);
    }
});

const Group kAgain("votequorum.track_again", [](Transcript& at, test::Daemon&) {
    await_quorate();
    Witness witness;
    const Votequorum votequorum;
    at("changes") << votequorum_trackstart(votequorum, 1, CS_TRACK_CHANGES);
    at("changes_again") << votequorum_trackstart(votequorum, 2, CS_TRACK_CHANGES);
    at("current") << votequorum_trackstart(votequorum, 3, CS_TRACK_CURRENT);
    at("changes_only") << votequorum_trackstart(votequorum, 4, CS_TRACK_CHANGES_ONLY);
    at("nothing") << votequorum_trackstart(votequorum, 5, 0);
    const auto first = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("told") << first << take_told();
    at("setexpected") << votequorum_setexpected(votequorum, 1);
    witness.await_change();
    const auto second = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("told_then") << second << take_told();
    at("setexpected_again") << votequorum_setexpected(votequorum, 1);
    witness.await_change();
    at("trackstop") << votequorum_trackstop(votequorum);
    const auto third = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("told_at_last") << third << take_told();
    at("restart") << votequorum_trackstart(votequorum, 6, CS_TRACK_CHANGES_ONLY);
});

const Group kReadiness("votequorum.readiness", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    const int fd = votequorum.fd();
    at("empty") << readiness(fd);
    at("empty.all") << votequorum_dispatch(votequorum, CS_DISPATCH_ALL) << readiness(fd);
    at("empty.one_nonblocking") << votequorum_dispatch(votequorum, CS_DISPATCH_ONE_NONBLOCKING);
    std::string inside;
    in_callback = [&](votequorum_handle_t) { inside += (inside.empty() ? "" : ",") + readiness(fd); };
    for (const auto& [name, type] : kDispatchTypes) {
        if (type == CS_DISPATCH_BLOCKING)
            continue;
        const std::string with = name;
        at(with + ".trackstart") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT);
        at(with + ".before") << readiness(fd);
        const auto first = votequorum_dispatch(votequorum, type);
        at(with + ".first") << first << take_told();
        at(with + ".inside") << std::exchange(inside, {});
        at(with + ".between") << readiness(fd);
        const auto second = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
        at(with + ".second") << second << take_told();
        at(with + ".second_inside") << std::exchange(inside, {});
        at(with + ".after") << readiness(fd);
    }
    at("two_batches") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT)
                      << votequorum_trackstart(votequorum, 2, CS_TRACK_CURRENT);
    const auto error = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("two_batches.all") << error << take_told();
    at("two_batches.inside") << inside;
    at("two_batches.after") << readiness(fd);
});

const Group kFinalizeInside("votequorum.finalize_inside", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Since before;
    for (const auto& [name, type] : kDispatchTypes) {
        Votequorum votequorum;
        const votequorum_handle_t handle = votequorum;
        at(std::string(name) + ".trackstart") << votequorum_trackstart(handle, 1, CS_TRACK_CURRENT);
        std::string inside;
        in_callback = [&](votequorum_handle_t) {
            int fd = -1;
            inside = std::to_string(votequorum.finalize());
            inside += "," + std::to_string(votequorum_finalize(handle));
            inside += "," + std::to_string(votequorum_fd_get(handle, &fd));
        };
        const auto error = votequorum_dispatch(handle, type);
        at(std::string(name) + ".dispatch") << error << take_told();
        at(std::string(name) + ".inside") << inside;
        at(std::string(name) + ".then") << votequorum_dispatch(handle, type);
    }
    at("holds") << before.held();
});

const Group kNested("votequorum.nested", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    at("trackstart") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT)
                     << votequorum_trackstart(votequorum, 2, CS_TRACK_CURRENT);
    std::string inside;
    bool nested = false;
    in_callback = [&](votequorum_handle_t handle) {
        if (std::exchange(nested, true))
            return;
        inside = "getinfo " + flags_of(handle);
        inside += " all " + std::to_string(votequorum_dispatch(handle, CS_DISPATCH_ALL));
        inside += " one_nonblocking " + std::to_string(votequorum_dispatch(handle, CS_DISPATCH_ONE_NONBLOCKING));
        inside += " trackstart " + std::to_string(votequorum_trackstart(handle, 3, CS_TRACK_CURRENT));
    };
    const auto error = votequorum_dispatch(votequorum, CS_DISPATCH_ONE);
    at("one") << error << take_told();
    at("inside") << inside;
    const auto rest = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("rest") << rest << take_told();
});

// Signals do not end the wait of a thread in CS_DISPATCH_ONE.
const Group kWaiting("votequorum.waiting", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const test::SignalCounter signals;
    const Votequorum votequorum;
    std::atomic<int> result = -1;
    test::Thread dispatcher([&] { result = votequorum_dispatch(votequorum, CS_DISPATCH_ONE); });
    for (int sent = 1; sent <= 2; ++sent) {
        dispatcher.falls_asleep();
        dispatcher.signal(SIGUSR1);
        test::eventually([&] { return test::SignalCounter::count() == sent; });
    }
    dispatcher.ended_within(test::kGlance);
    at("through_signals") << result.load() << test::SignalCounter::count();
    at("trackstart") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT);
    dispatcher.join();
    at("one") << result.load() << take_told();
});

const Group kWake("votequorum.finalize_wakes", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const auto wait_in = [](cs_dispatch_flags_t type) {
        return [type](Line& line) {
            Votequorum votequorum;
            const votequorum_handle_t handle = votequorum;
            std::atomic<int> result = -1;
            test::Thread dispatcher([&] { result = votequorum_dispatch(handle, type); });
            dispatcher.falls_asleep();
            line << votequorum.finalize();
            dispatcher.join();
            line << result.load();
        };
    };
    at.all_apart({{"one", wait_in(CS_DISPATCH_ONE)}, {"blocking", wait_in(CS_DISPATCH_BLOCKING)}});
});

const Group kStack("votequorum.stack", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const auto with_stack = [](std::size_t size) {
        return [size](Line& line) {
            const Votequorum votequorum;
            line << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT);
            struct Work {
                votequorum_handle_t handle;
                cs_error_t error;
            } work{votequorum, CS_OK};
            pthread_attr_t attributes;
            pthread_attr_init(&attributes);
            pthread_attr_setstacksize(&attributes, size);
            pthread_t thread{};
            pthread_create(
                &thread, &attributes,
                [](void* data) -> void* {
                    auto* mine = static_cast<Work*>(data);
                    mine->error = votequorum_dispatch(mine->handle, CS_DISPATCH_ALL);
                    return nullptr;
                },
                &work);
            pthread_join(thread, nullptr);
            pthread_attr_destroy(&attributes);
            line << work.error << take_told();
        };
    };
    at.all_apart({{"128k", with_stack(128 << 10)}, {"1M", with_stack(1 << 20)}, {"2M", with_stack(2 << 20)}});
});

const Group kRandom("votequorum.random", [](Transcript& at, test::Daemon&) {
    await_quorate();
    srandom(1);
    const long first = random();
    const long second = random();
    srandom(1);
    const long again = random();
    const Votequorum votequorum;
    at("is_not_drawn_from") << (first == again) << (second == random());
});

std::jmp_buf way_out;

// After a jump out of a callback the handle still works.
const Group kJump("votequorum.jump", [](Transcript& at, test::Daemon&) {
    await_quorate();
    Votequorum votequorum;
    const int fd = votequorum.fd();
    at("trackstart") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT);
    in_callback = [](votequorum_handle_t) { std::longjmp(way_out, 1); };
    if (setjmp(way_out) == 0)
        votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("told") << take_told();
    at("readiness") << readiness(fd);
    in_callback = nullptr;
    const auto error = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("rest") << error << take_told();
    at("quiet") << readiness(fd);
    at("getinfo") << flags_of(votequorum);
    at("finalize") << votequorum.finalize();
});

} // namespace
