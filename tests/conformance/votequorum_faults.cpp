// SPDX-License-Identifier: BSD-3-Clause
// A daemon that is dead, frozen or lies; fork; and a program that closes the descriptor.
#include "integration/votequorum_calls.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"
#include "votequorum_scene.hpp"

#include <atomic>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace conformance;
using test::Bytes;

const Group kDead("votequorum.dead_daemon", [](Transcript& at, test::Daemon& daemon) {
    await_quorate();
    const Since before;
    Votequorum votequorum;
    const int fd = votequorum.fd();
    daemon.kill();
    at("readiness") << (test::eventually([&] { return readiness(fd) != "quiet"; }), readiness(fd));
    for (const auto& [name, kind, call] : test::votequorum_calls())
        if (kind != test::HandleCall::finalize)
            at(name) << call(votequorum);
    for (const auto type : test::kAllFlags)
        at("dispatch." + std::to_string(type)) << votequorum_dispatch(votequorum, type);
    at("getinfo_again") << flags_of(votequorum);
    at("finalize") << votequorum.finalize();
    at("readiness_of_closed") << (fcntl(fd, F_GETFD) == -1);
    votequorum_handle_t handle = test::kUntouched;
    at("initialize") << votequorum_initialize(&handle, &kAllCallbacks);
    test::remove_what_libqb_leaves();
    at("holds") << before.held();
});

const Group kQueued("votequorum.dead_with_events", [](Transcript& at, test::Daemon& daemon) {
    await_quorate();
    Votequorum votequorum;
    Votequorum another;
    const int fd = votequorum.fd();
    at("trackstart") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT)
                     << votequorum_trackstart(another, 2, CS_TRACK_CURRENT);
    daemon.kill();
    at("readiness") << (test::eventually([&] { return test::hung_up(fd) || test::readable(fd); }), "notices");
    const auto all = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("all") << all << take_told();
    for (int i = 0; i < 3; ++i) {
        const auto one = votequorum_dispatch(another, CS_DISPATCH_ONE);
        at("one." + std::to_string(i)) << one << take_told();
    }
    at("finalize") << votequorum.finalize() << another.finalize();
    test::remove_what_libqb_leaves();
});

const Group kWaiting("votequorum.death_while_waiting", [](Transcript& at) {
    for (const auto type : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        test::Daemon daemon;
        await_quorate();
        const Votequorum votequorum;
        std::atomic<int> result = -1;
        test::Thread dispatcher([&] { result = votequorum_dispatch(votequorum, type); });
        dispatcher.falls_asleep();
        daemon.kill();
        dispatcher.join();
        at("dispatch." + std::to_string(type)) << result.load();
    }
    test::remove_what_libqb_leaves();
});

const Group kFrozen("votequorum.frozen_daemon", [](Transcript& at, test::Daemon& daemon) {
    await_quorate();
    Votequorum votequorum;
    Votequorum waits;
    Votequorum ends;
    const votequorum_handle_t ended = ends;
    std::atomic<int> waited = -1;
    std::atomic<int> outlived = -1;
    const auto ask = [](votequorum_handle_t handle) {
        votequorum_info info{};
        return votequorum_getinfo(handle, 0, &info);
    };
    test::Freeze freeze(daemon);
    at("all") << votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("one_nonblocking") << votequorum_dispatch(votequorum, CS_DISPATCH_ONE_NONBLOCKING);
    at("readiness") << readiness(votequorum.fd());
    test::Thread patient([&] { waited = ask(waits); });
    test::Thread late([&] { outlived = ask(ended); });
    patient.falls_asleep();
    late.falls_asleep();
    at("request") << waited.load() << outlived.load();
    at("finalize_beside_a_request") << ends.finalize();
    at("then") << ask(ended);
    at("finalize") << votequorum.finalize();
    freeze.thaw();
    patient.join();
    late.join();
    at("request_when_thawed") << waited.load();
    at("request_that_outlived_its_handle") << outlived.load();
    at("live") << flags_of(waits);
});

const Group kFrozenKilled("votequorum.killed_while_frozen", [](Transcript& at, test::Daemon& daemon) {
    await_quorate();
    Votequorum votequorum;
    std::atomic<int> result = -1;
    daemon.stop();
    test::Thread patient([&] {
        votequorum_info info{};
        result = votequorum_getinfo(votequorum, 0, &info);
    });
    patient.falls_asleep();
    at("waits") << result.load();
    daemon.kill();
    patient.join();
    at("request") << result.load();
    at("finalize") << votequorum.finalize();
    test::remove_what_libqb_leaves();
});

const Group kInitializeFrozen("votequorum.initialize_frozen", [](Transcript& at, test::Daemon& daemon) {
    await_quorate();
    const test::SignalCounter signals;
    std::atomic<int> result = -1;
    std::atomic<votequorum_handle_t> handle = 0;
    daemon.stop();
    test::Thread patient([&] {
        votequorum_handle_t mine = 0;
        const auto error = votequorum_initialize(&mine, &kAllCallbacks);
        handle = mine;
        result = error;
    });
    patient.falls_asleep();
    at("waits") << result.load();
    patient.signal(SIGUSR1);
    patient.ended_within(std::chrono::seconds(1));
    at("after_a_signal") << result.load();
    daemon.resume();
    patient.join();
    at("thawed") << result.load();
    if (result == CS_OK)
        votequorum_finalize(handle);
});

const Group kFork("votequorum.fork", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    at("child") << test::in_child([&] {
        votequorum_info info{};
        const int asked = votequorum_getinfo(votequorum, 0, &info);
        return 16 * asked + votequorum_finalize(votequorum);
    });
    at("parent") << flags_of(votequorum);
});

const Group kForkOnly("votequorum.fork_and_exit", [](Transcript& at, test::Daemon&) {
    await_quorate();
    const Votequorum votequorum;
    at("trackstart") << votequorum_trackstart(votequorum, 1, CS_TRACK_CURRENT);
    at("child") << test::in_child([] { return 0; });
    at("parent") << flags_of(votequorum);
    const auto error = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("events") << error << take_told();
});

// The number of the closed descriptor is taken again, so that nothing else gets it.
const Group kClosed("votequorum.closed_descriptor", [](Transcript& at, test::Daemon&) {
    await_quorate();
    Votequorum votequorum;
    ::close(votequorum.fd());
    at("all") << votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
    at("one") << votequorum_dispatch(votequorum, CS_DISPATCH_ONE);
    at("getinfo") << flags_of(votequorum);
    at("finalize") << votequorum.finalize();
});

// The daemon's answers if nothing else is set.
Bytes answer(const Bytes& request)
{
    constexpr std::int32_t kGetinfo = 0;
    constexpr std::size_t kInfo = 320;
    if (test::value_at<std::int32_t>(request, 0) != kGetinfo)
        return test::error_reply(0, CS_OK);
    Bytes body(kInfo - 24, '\0');
    body[0] = 1; // the node's id
    return test::message(1, body);
}

test::FakeDaemon::Options fake()
{
    test::FakeDaemon::Options options;
    options.service = "votequorum";
    options.answer = answer;
    return options;
}

Bytes expected_votes_event(std::uint32_t votes)
{
    return test::message(4, test::as_bytes(std::uint64_t{5}) + test::as_bytes(std::uint64_t{votes}));
}

const Group kReplies("votequorum.replies", [](Transcript& at) {
    test::FakeDaemon daemon(fake());
    const auto info_with = [&](const std::string& name, const Bytes& reply) {
        at.apart(name, [&](Line& line) {
            const Votequorum votequorum;
            daemon.on_next_request({test::reply(reply)});
            votequorum_info info{};
            line << votequorum_getinfo(votequorum, 0, &info);
            line << votequorum_getinfo(votequorum, 0, &info) << info.node_id;
        });
    };
    const Bytes body(320 - 24, '\0');
    info_with("bare_try_again", test::error_reply(0, CS_ERR_TRY_AGAIN));
    info_with("bare_with_its_id", test::error_reply(1, CS_ERR_NOT_EXIST));
    info_with("bare_and_fine", test::error_reply(0, CS_OK));
    info_with("wrong_id", test::message(2, body));
    info_with("error_0", test::message(1, body, 0));
    info_with("error_12345", test::message(1, body, 12345));
    info_with("too_long", test::message(1, Bytes(2000 - 24, '\0')));
    at.apart("surplus", [&](Line& line) {
        const Votequorum votequorum;
        daemon.on_next_request(
            {test::reply(test::error_reply(0, CS_OK)), test::reply(test::error_reply(0, CS_ERR_NOT_EXIST))});
        line << votequorum_trackstop(votequorum);
        daemon.requests(); // until it has handled all that it was told
        line << votequorum_trackstop(votequorum);
    });
    at.apart("hang_up_during_a_request", [&](Line& line) {
        const Votequorum votequorum;
        daemon.on_next_request({test::hang_up()});
        line << flags_of(votequorum);
        line << flags_of(votequorum);
    });
    at.apart("hang_up_after_a_reply", [&](Line& line) {
        const Votequorum votequorum;
        daemon.on_next_request({test::reply(test::error_reply(0, CS_OK)), test::hang_up()});
        line << votequorum_trackstop(votequorum);
        daemon.requests();
        line << votequorum_trackstop(votequorum);
    });
});

const Group kEvents("votequorum.events", [](Transcript& at) {
    test::FakeDaemon daemon(fake());
    const auto dispatch_with = [&](const std::string& name, const Bytes& event) {
        at.apart(name, [&](Line& line) {
            const Votequorum votequorum;
            line << votequorum_trackstop(votequorum); // after this the daemon knows the client
            daemon.now({test::event(event), test::event(expected_votes_event(7))});
            test::eventually([&] { return test::readable(votequorum.fd()); });
            const auto first = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
            line << first << take_told();
            const auto second = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
            line << second << take_told();
        });
    };
    const auto u64 = [](std::uint64_t value) { return test::as_bytes(value); };
    dispatch_with("unknown", test::message(77, u64(0)));
    dispatch_with("of_another_service", test::message(17, Bytes(200, '\0')));
    dispatch_with("expected_votes", expected_votes_event(3));
    dispatch_with("with_an_error", test::message(4, u64(5) + u64(3), CS_ERR_TRY_AGAIN));
    dispatch_with("quorum_of_nobody", test::message(3, u64(1) + u64(5) + u64(0)));
    dispatch_with("node_list_of_nobody", test::message(5, u64(5) + u64(1) + u64(1) + u64(0)));
    dispatch_with("expected_votes_of_28_bytes", test::message(4, Bytes(4, '\0')));
    dispatch_with("node_list_of_32_bytes", test::message(5, u64(5)));
    Bytes large = u64(1) + u64(5) + u64(0) + Bytes(1000000, '\0');
    dispatch_with("quorum_of_a_megabyte", test::message(3, large));
});

// Events that announce more entries than they hold: the rest is whatever comes after them in memory.
const Group kEntries("votequorum.events_beyond_their_end", [](Transcript& at) {
    test::FakeDaemon daemon(fake());
    at.apart("quorum", [&](Line& line) {
        static int called = 0;
        votequorum_callbacks_t callbacks{};
        callbacks.votequorum_quorum_notify_fn = [](votequorum_handle_t, std::uint64_t, std::uint32_t, std::uint32_t,
                                                   votequorum_node_t*) { ++called; };
        const Votequorum votequorum(&callbacks);
        line << votequorum_trackstop(votequorum);
        const auto u64 = [](std::uint64_t value) { return test::as_bytes(value); };
        daemon.now({test::event(test::message(3, u64(1) + u64(5) + u64(1000) + u64(1)))});
        test::eventually([&] { return test::readable(votequorum.fd()); });
        const auto error = votequorum_dispatch(votequorum, CS_DISPATCH_ALL);
        line << error << (called ? "called" : "not-called");
    });
});

const Group kRefusals("votequorum.refusals", [](Transcript& at) {
    for (const int error : {1, 5, 11, 12, 13, 16, 22, 24, 38, 105, 110}) {
        auto options = fake();
        options.refusal = -error;
        const test::FakeDaemon daemon(options);
        votequorum_handle_t handle = test::kUntouched;
        at("errno_" + std::to_string(error)) << votequorum_initialize(&handle, &kAllCallbacks);
    }
});

} // namespace
