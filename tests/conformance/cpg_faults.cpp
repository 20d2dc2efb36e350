// SPDX-License-Identifier: BSD-3-Clause
// A daemon that is dead, frozen or lies; fork; and a program that closes the descriptor.
#include "cpg_scene.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"

#include "cpg/wire.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <unistd.h>

namespace {

using namespace conformance;
namespace wire = corosync::cpg;
using test::Background;
using test::Bytes;

std::string local_word(cpg_handle_t handle)
{
    unsigned nodeid = 0;
    const auto error = cpg_local_get(handle, &nodeid);
    return std::to_string(error) + "," + std::to_string(nodeid);
}

const Group kDead("cpg.dead_daemon", [](Transcript& at, test::Daemon& daemon) {
    settle();
    const Since before;
    {
        Cpg cpg;
        cpg.enter("dead");
        const cpg_handle_t handle = cpg;
        const int fd = cpg.fd();
        cpg_iteration_handle_t iteration = test::kNoHandle;
        at("iteration") << cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration);
        void* buffer = nullptr;
        at("zcb_alloc") << cpg_zcb_alloc(cpg, 8, &buffer);
        daemon.kill();
        at("readiness") << (test::eventually([&] { return readiness(fd) != "quiet"; }), readiness(fd));
        for (const auto& [name, kind, call] : test::cpg_calls())
            if (kind != test::HandleCall::finalize && std::string(name).find("zcb") == std::string::npos)
                at(in_one_word(name)) << call(cpg);
        for (const auto& [name, type] : kDispatchTypes)
            at(std::string("dispatch.") + name) << dispatched(cpg, type);
        at("zcb_mcast_joined") << cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, buffer, 8);
        at("zcb_free") << cpg_zcb_free(cpg, buffer);
        at("zcb_alloc_then") << cpg_zcb_alloc(cpg, 8, &buffer);
        cpg_iteration_description_t item;
        at("iteration_next") << cpg_iteration_next(iteration, &item);
        at("iteration_finalize") << cpg_iteration_finalize(iteration);
        at("iteration_finalize_again") << cpg_iteration_finalize(iteration);
        at("local_get_again") << local_word(cpg);
        at("readiness_then") << readiness(fd);
        at("finalize") << cpg.finalize();
        at("finalize_again") << cpg_finalize(handle);
        at("iteration_next_then") << cpg_iteration_next(iteration, &item);
    }
    cpg_handle_t handle = test::kUntouched;
    at("initialize") << cpg_initialize(&handle, nullptr);
    at("holds") << before.held();
    test::remove_what_libqb_leaves();

    // A new daemon serves only new handles.
    daemon.restart();
    settle();
    Cpg old;
    old.enter("new");
    daemon.restart();
    settle();
    Cpg fresh;
    fresh.enter("new");
    at("new_daemon") << test::send(fresh, "x") << told_after(fresh, 1);
    at("new_daemon.old_handle") << test::send_once(old, "x") << dispatched(old, CS_DISPATCH_ALL);
    old.finalize();
    test::remove_what_libqb_leaves();
});

const Group kQueued("cpg.dead_with_events", [](Transcript& at, test::Daemon& daemon) {
    settle();
    {
        Marker marker;
        Cpg members[std::size(kDispatchTypes)];
        std::size_t i = 0;
        for (const auto& [name, type] : kDispatchTypes) {
            Cpg& cpg = members[i++];
            cpg.enter(name);
            test::send_numbers(cpg, 2);
            marker.await_queue(cpg);
        }
        daemon.kill();
        i = 0;
        for (const auto& [name, type] : kDispatchTypes) {
            Cpg& cpg = members[i++];
            const std::string with = name;
            at(with + ".notices") << test::readable(cpg.fd(), test::kPatience);
            for (int turn = 1; turn <= 3; ++turn)
                at(with + "." + std::to_string(turn)) << dispatched(cpg, type);
            at(with + ".finalize") << cpg.finalize();
        }
    }
    test::remove_what_libqb_leaves();
});

const Group kWaiting("cpg.death_while_waiting", [](Transcript& at, test::Daemon& daemon) {
    for (const bool politely : {true, false}) {
        settle();
        const std::string with = politely ? "SIGTERM." : "SIGKILL.";
        const Cpg one;
        const Cpg blocking;
        Background in_one([&] { return cpg_dispatch(one, CS_DISPATCH_ONE); });
        Background in_blocking([&] { return cpg_dispatch(blocking, CS_DISPATCH_BLOCKING); });
        in_one.thread().falls_asleep();
        in_blocking.thread().falls_asleep();
        if (politely)
            at("exit") << daemon.terminate();
        else
            daemon.kill();
        at(with + "one") << *in_one.result();
        at(with + "blocking") << *in_blocking.result();
        if (politely)
            daemon.restart();
    }
    test::remove_what_libqb_leaves();
});

const Group kFrozen("cpg.frozen_daemon", [](Transcript& at, test::Daemon& daemon) {
    settle();
    const test::SignalCounter signals;
    Marker marker;
    Cpg cpg;
    Cpg joins;
    Cpg asks;
    Cpg ends;
    cpg.enter("frozen");
    const cpg_handle_t ended = ends;
    test::Freeze freeze(daemon);
    at("all") << dispatched(cpg, CS_DISPATCH_ALL);
    at("one_nonblocking") << dispatched(cpg, CS_DISPATCH_ONE_NONBLOCKING);
    at("readiness") << readiness(cpg.fd());
    at("send") << test::send_once(cpg, "patience");
    Background joining([&] { return test::join(joins, "frozen.join"); });
    Background asking([&] { return local_word(asks); });
    Background ending([&] { return ends.finalize(); });
    Background initializing([] {
        cpg_handle_t handle = test::kNoHandle;
        const auto error = cpg_initialize(&handle, nullptr);
        return error == CS_OK ? cpg_finalize(handle) : error;
    });
    joining.thread().falls_asleep();
    asking.thread().falls_asleep();
    ending.thread().falls_asleep();
    initializing.thread().falls_asleep();
    asking.thread().signal(SIGUSR1); // it does not end the request
    at("join_waits") << !joining.ended_within(test::kGlance);
    at("local_get_waits") << !asking.ended_within(test::kGlance);
    at("finalize_waits") << !ending.ended_within(test::kGlance);
    at("initialize_waits") << !initializing.ended_within(test::kGlance);
    initializing.thread().signal(SIGUSR1);
    at("initialize_waits_through_a_signal") << !initializing.ended_within(3 * test::kGlance);
    freeze.thaw();
    at("join") << *joining.result();
    at("local_get") << *asking.result();
    at("finalize") << *ending.result() << cpg_finalize(ended);
    at("initialize") << *initializing.result();
    marker.await_queue(cpg);
    at("sent") << dispatched(cpg, CS_DISPATCH_ALL);
    at("joined") << told_after(joins, 1);
});

// Requests have been sent to a daemon that is stopped and then killed.
const Group kFrozenKilled("cpg.killed_while_frozen", [](Transcript& at, test::Daemon& daemon) {
    settle();
    at.apart("local_get_join_finalize_iteration_next", [pid = daemon.pid()](Line& line) {
        Cpg asks;
        Cpg joins;
        Cpg ends;
        const Cpg iterates;
        cpg_iteration_handle_t iteration = test::kNoHandle;
        cpg_iteration_initialize(iterates, CPG_ITERATION_ALL, nullptr, &iteration);
        ::kill(pid, SIGSTOP);
        test::waits_in_state(pid, WSTOPPED);
        Background asking([&] { return local_word(asks); });
        Background joining([&] { return test::join(joins, "killed"); });
        Background ending([&] { return ends.finalize(); });
        Background iterating([&] {
            cpg_iteration_description_t item;
            return cpg_iteration_next(iteration, &item);
        });
        asking.thread().falls_asleep();
        joining.thread().falls_asleep();
        ending.thread().falls_asleep();
        iterating.thread().falls_asleep();
        ::kill(pid, SIGKILL);
        line << *asking.result();
        line << *joining.result();
        line << *ending.result();
        line << *iterating.result();
    });
    daemon.kill();
    test::remove_what_libqb_leaves();
});

const Group kFork("cpg.fork", [](Transcript& at, test::Daemon&) {
    settle();
    Cpg cpg;
    cpg.enter("fork");
    at("child_uses_it") << test::in_child([&] {
        unsigned nodeid = 0;
        return 16 * cpg_local_get(cpg, &nodeid) + test::send(cpg, "from the child");
    });
    at("then") << local_word(cpg) << told_after(cpg, 1);
    at("child_exits") << test::in_child([] { return 0; });
    at("exited") << local_word(cpg) << members_word(cpg, "fork");
    at("child_finalizes") << test::in_child([&] { return cpg_finalize(cpg); });
    at("finalized") << local_word(cpg);
    at("finalized.send") << test::send(cpg, "still here") << told_after(cpg, 1);
    at("finalize") << cpg.finalize();
    at("members") << members_left("fork");
});

// The number of the closed descriptor is taken again, so that nothing else gets it.
const Group kClosed("cpg.closed_descriptor", [](Transcript& at, test::Daemon&) {
    settle();
    std::vector<Transcript::Case> cases;
    for (const auto& [name, type] : kDispatchTypes)
        cases.push_back({name, [type = type](Line& line) {
                             Cpg cpg;
                             ::close(cpg.fd());
                             line << cpg_dispatch(cpg, type);
                             // The error depends on whether the daemon has noticed.
                             unsigned nodeid = 0;
                             line << (cpg_local_get(cpg, &nodeid) == CS_OK) << (cpg.finalize() == CS_OK);
                         }});
    at.all_apart(cases);
});

// wire.hpp has no such constant, because our library accepts any reply to finalize.
constexpr std::int32_t kFinalizeReply = 12;

Bytes u64(std::uint64_t value)
{
    return test::as_bytes(value);
}

// The name of a group, or one with a wrong length.
Bytes name_field(std::uint64_t length = 4)
{
    Bytes value = "fake";
    value.resize(wire::kNameSize);
    return u64(length) + value;
}

// The daemon's answers if nothing else is set: it is node 1, and no group has members.
Bytes answer(const Bytes& request)
{
    switch (test::value_at<std::int32_t>(request, 0)) {
    case wire::kMcast:
        return {};
    case wire::kMembership:
        return test::message(wire::kMembershipReply, u64(0) + Bytes(CPG_MEMBERS_MAX * sizeof(wire::Address), '\0'));
    case wire::kLocalGet:
        return test::message(wire::kLocalGetReply, u64(1));
    case wire::kIterationInitialize:
        return test::message(wire::kIterationInitializeReply, u64(77));
    case wire::kIterationNext:
        return test::message(wire::kIterationNextReply, name_field() + u64(1));
    case wire::kIterationFinalize:
        return test::error_reply(wire::kIterationFinalizeReply, CS_OK);
    case wire::kFinalize:
        return test::error_reply(kFinalizeReply, CS_OK);
    case wire::kPartialMcast:
        return test::error_reply(wire::kPartialMcastReply, CS_OK);
    default:
        return test::error_reply(test::value_at<std::int32_t>(request, 0), CS_OK);
    }
}

test::FakeDaemon::Options fake()
{
    test::FakeDaemon::Options options;
    options.service = "cpg";
    options.answer = answer;
    return options;
}

const Group kReplies("cpg.replies", [](Transcript& at) {
    test::FakeDaemon daemon(fake());
    const auto reply = [](std::int32_t id, std::int32_t error) {
        return test::Steps{test::reply(test::error_reply(id, error))};
    };
    const auto local_with = [&](const std::string& name, const Bytes& bytes) {
        at.apart(name, [&](Line& line) {
            const Cpg cpg;
            daemon.on_next_request({test::reply(bytes)});
            unsigned nodeid = 4711;
            line << cpg_local_get(cpg, &nodeid) << (nodeid == 4711 ? "untouched" : "written");
            line << local_word(cpg);
        });
    };
    local_with("local_get.bare_try_again", test::error_reply(0, CS_ERR_TRY_AGAIN));
    local_with("local_get.bare_with_its_id", test::error_reply(wire::kLocalGetReply, CS_ERR_ACCESS));
    local_with("local_get.bare_and_fine", test::error_reply(wire::kLocalGetReply, CS_OK));
    local_with("local_get.wrong_id", test::message(wire::kLocalGetReply + 1, u64(1)));
    local_with("local_get.error_0", test::message(wire::kLocalGetReply, u64(1), 0));
    local_with("local_get.error_12345", test::message(wire::kLocalGetReply, u64(1), 12345));
    local_with("local_get.whole_with_an_error", test::message(wire::kLocalGetReply, u64(1), CS_ERR_ACCESS));

    at.apart("membership_get.bare_try_again", [&](Line& line) {
        const Cpg cpg;
        daemon.on_next_request(reply(0, CS_ERR_TRY_AGAIN));
        auto name = test::name_of("fake");
        cpg_address list[CPG_MEMBERS_MAX];
        int count = 4711;
        line << cpg_membership_get(cpg, &name, list, &count) << (count == 4711 ? "untouched" : "written");
    });
    at.apart("iteration.bare_try_again", [&](Line& line) {
        const Cpg cpg;
        daemon.on_next_request(reply(0, CS_ERR_TRY_AGAIN));
        cpg_iteration_handle_t iteration = test::kUntouched;
        line << cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration)
             << (iteration == test::kUntouched ? "untouched" : "written");
        cpg_iteration_description_t item;
        line << cpg_iteration_next(iteration, &item);
    });
    at.apart("iteration_next.bare_try_again", [&](Line& line) {
        const Cpg cpg;
        cpg_iteration_handle_t iteration = test::kNoHandle;
        line << cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration);
        daemon.on_next_request(reply(0, CS_ERR_TRY_AGAIN));
        cpg_iteration_description_t item;
        std::memset(&item, 0x55, sizeof item); // the reference writes what was on its stack, which may be 0
        line << cpg_iteration_next(iteration, &item) << (item.nodeid == 0x55555555 ? "untouched" : "written");
        line << cpg_iteration_next(iteration, &item) << item.nodeid << item.group.length;
        daemon.on_next_request(reply(0, CS_ERR_TRY_AGAIN));
        line << cpg_iteration_finalize(iteration) << cpg_iteration_finalize(iteration);
    });
    const auto group_call_with = [&](const std::string& name, std::int32_t id, auto call) {
        for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_NAME_TOO_LONG, CS_ERR_EXIST, CS_ERR_SECURITY})
            at.apart(name + "." + std::to_string(error), [&](Line& line) {
                const Cpg cpg;
                const auto group = test::name_of("fake");
                const auto before = daemon.requests();
                daemon.on_next_request(reply(id, error));
                line << call(cpg, &group) << daemon.requests() - before;
            });
        at.apart(name + ".busy_three_times", [&](Line& line) {
            const Cpg cpg;
            const auto group = test::name_of("fake");
            const auto before = daemon.requests();
            for (int i = 0; i < 3; ++i)
                daemon.on_next_request(reply(id, CS_ERR_BUSY));
            line << call(cpg, &group) << daemon.requests() - before;
        });
    };
    group_call_with("join", wire::kJoinReply, cpg_join);
    group_call_with("leave", wire::kLeaveReply, cpg_leave);
    for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_NOT_EXIST, CS_ERR_INTERRUPT})
        at.apart("long_mcast." + std::to_string(error), [&](Line& line) {
            const Cpg cpg;
            const auto before = daemon.requests();
            daemon.on_next_request(reply(wire::kPartialMcastReply, CS_OK));
            daemon.on_next_request(reply(wire::kPartialMcastReply, error));
            line << test::send_once(cpg, std::string(3'000'000, 'x')) << daemon.requests() - before;
            const auto request = daemon.last_request();
            line << test::value_at<std::int32_t>(request, 40) << test::value_at<std::int32_t>(request, 48);
        });
    for (const cs_error_t error : {CS_ERR_ACCESS, CS_ERR_TRY_AGAIN})
        at.apart("finalize." + std::to_string(error), [&](Line& line) {
            Cpg cpg;
            daemon.on_next_request(reply(kFinalizeReply, error));
            line << cpg.finalize();
        });
    at.apart("hang_up_during_a_request", [&](Line& line) {
        const Cpg cpg;
        daemon.on_next_request({test::hang_up()});
        line << local_word(cpg) << local_word(cpg);
    });
});

// The headers of the message parts that a fake daemon gets.
const Group kRequests("cpg.requests", [](Transcript& at) {
    test::FakeDaemon daemon(fake());
    Cpg cpg;
    const auto i32 = [&](std::size_t offset) { return test::value_at<std::int32_t>(daemon.last_request(), offset); };
    const auto sent = [&](const std::string& name, const std::vector<std::size_t>& fields) {
        test::eventually([&] { return daemon.requests() > 0; });
        auto line = at(name);
        line << daemon.last_request().size();
        for (const auto offset : fields)
            line << i32(offset);
    };
    const auto group = test::name_of("fake");
    at("join.result") << cpg_join(cpg, &group);
    sent("join", {0, 8, 16, 160});
    at("join.group") << data_word(daemon.last_request().substr(24, 6))
                     << (i32(152) == ::getpid() ? "self" : "stranger");
    at("membership_get.result") << test::members_of(cpg, "fake").size();
    sent("membership_get", {0, 8, 16});
    at("local_get.result") << local_word(cpg);
    sent("local_get", {0, 8});
    cpg_iteration_handle_t iteration = test::kNoHandle;
    at("iteration_initialize.result") << cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration);
    sent("iteration_initialize", {0, 8, 152});
    cpg_iteration_description_t item;
    at("iteration_next.result") << cpg_iteration_next(iteration, &item) << item.nodeid << item.pid;
    sent("iteration_next", {0, 8, 16});
    at("iteration_finalize.result") << cpg_iteration_finalize(iteration);
    sent("iteration_finalize", {0, 8, 16});
    const auto before = daemon.requests();
    at("mcast_joined.result") << test::send_once(cpg, "hello");
    test::eventually([&] { return daemon.requests() > before; });
    sent("mcast_joined", {0, 8, 24, 32});
    at("mcast_joined.data") << data_word(daemon.last_request().substr(40));
    at("long_mcast.result") << test::send_once(cpg, std::string(test::kAtomic + 5, 'x'));
    sent("long_mcast", {0, 8, 24, 32, 40, 48});
    at("leave.result") << cpg_leave(cpg, &group);
    sent("leave", {0, 8, 16});
    at("finalize.result") << cpg.finalize();
    sent("finalize", {0, 8});
});

Bytes deliver_event(const Bytes& data, std::uint64_t length, const Bytes& name = name_field(),
                    std::int32_t error = CS_OK)
{
    return test::message(wire::kDeliver, name + u64(length) + u64(1) + u64(7) + data, error);
}

Bytes address(std::uint64_t reason)
{
    return u64(1) + u64(7) + u64(reason);
}

Bytes confchg_event(std::uint64_t members, std::uint64_t joined, std::uint64_t left, const Bytes& addresses,
                    const Bytes& name = name_field())
{
    return test::message(wire::kConfchg, name + u64(members) + u64(joined) + u64(left) + addresses);
}

Bytes totem_event(std::uint32_t count, const std::vector<std::uint32_t>& nodes)
{
    Bytes body = u64(1) + u64(84) + test::as_bytes(count);
    for (const auto node : nodes)
        body += test::as_bytes(node);
    return test::message(wire::kTotemConfchg, body + Bytes(4, '\0'));
}

Bytes part_event(std::uint64_t length, std::uint64_t part, std::uint64_t type, const Bytes& data)
{
    return test::message(wire::kPartialDeliver,
                         name_field() + u64(length) + u64(part) + u64(1) + u64(7) + u64(type) + data);
}

// Waits until the fake daemon knows the handle, and sends it these events and one more.
void send_events(test::FakeDaemon& daemon, cpg_handle_t handle, int fd, const std::vector<Bytes>& events)
{
    local_word(handle);
    test::Steps steps;
    for (const auto& event : events)
        steps.push_back(test::event(event));
    steps.push_back(test::event(deliver_event("end", 3)));
    daemon.now(steps);
    daemon.requests(); // the daemon has sent them
    test::readable(fd, test::kPatience);
}

const Group kEvents("cpg.events", [](Transcript& at) {
    process_names[7] = "sender";
    test::FakeDaemon daemon(fake());
    const auto dispatch_with = [&](const std::string& name, const std::vector<Bytes>& events) {
        at.apart(name, [&](Line& line) {
            Cpg cpg({.totem = true});
            send_events(daemon, cpg, cpg.fd(), events);
            line << dispatched(cpg, CS_DISPATCH_ALL);
            line << dispatched(cpg, CS_DISPATCH_ALL);
        });
    };
    for (const std::int32_t id : {6, 8, 99, -1})
        dispatch_with("unknown_" + std::to_string(id), {test::message(id, u64(0))});
    dispatch_with("message", {deliver_event("hello", 5)});
    dispatch_with("message_with_an_error", {deliver_event("hello", 5, name_field(), CS_ERR_ACCESS)});
    dispatch_with("empty_message", {deliver_event("", 0)});
    dispatch_with("confchg", {confchg_event(1, 1, 0, address(0) + address(1))});
    dispatch_with("confchg_of_all_kinds", {confchg_event(1, 1, 1, address(0) + address(2) + address(1))});
    dispatch_with("confchg_of_a_node", {confchg_event(0, 0, 2, address(3) + address(3)),
                                        confchg_event(2, 2, 0, address(0) + address(0) + address(4) + address(4))});
    dispatch_with("confchg_of_nobody", {confchg_event(0, 0, 0, "")});
    dispatch_with("totem", {totem_event(3, {1, 2, 3})});
    dispatch_with("totem_of_nobody", {totem_event(0, {})});
    dispatch_with("parts", {part_event(6, 4, 1, "abcd"), part_event(6, 2, 3, "ef")});
    dispatch_with("parts_of_one_who_left",
                  {part_event(6, 4, 1, "abcd"), confchg_event(0, 0, 1, address(5)), part_event(6, 2, 3, "ef")});
});

int called;

// Events that are shorter than they say. A callback would get what comes after them in memory.
const Group kMalformed("cpg.malformed_events", [](Transcript& at) {
    test::FakeDaemon daemon(fake());
    const auto dispatch_with = [&](const std::string& name, const Bytes& event) {
        at.apart(name, [&](Line& line) {
            cpg_model_v1_data_t model{CPG_MODEL_V1, [](auto...) { ++called; }, [](auto...) { ++called; },
                                      [](cpg_handle_t, cpg_ring_id, std::uint32_t, const std::uint32_t*) { ++called; },
                                      0};
            auto* data = reinterpret_cast<cpg_model_data_t*>(&model);
            cpg_handle_t handle = test::kNoHandle;
            int fd = -1;
            line << cpg_model_initialize(&handle, CPG_MODEL_V1, data, nullptr);
            cpg_fd_get(handle, &fd);
            send_events(daemon, handle, fd, {event});
            line << cpg_dispatch(handle, CS_DISPATCH_ONE) << (std::exchange(called, 0) ? "called" : "not-called");
            line << cpg_dispatch(handle, CS_DISPATCH_ONE) << (std::exchange(called, 0) ? "called" : "not-called");
        });
    };
    dispatch_with("message_with_a_name_of_200", deliver_event("hello", 5, name_field(200)));
    dispatch_with("message_longer_than_it_is", deliver_event("hello", 500));
    dispatch_with("message_shorter_than_it_is", deliver_event("hello", 3));
    dispatch_with("message_of_24_bytes", test::message(wire::kDeliver, ""));
    dispatch_with("confchg_with_a_name_of_200", confchg_event(1, 0, 0, address(0), name_field(200)));
    dispatch_with("confchg_of_more_than_there_are", confchg_event(2, 1, 0, address(0)));
    dispatch_with("confchg_of_24_bytes", test::message(wire::kConfchg, ""));
    dispatch_with("totem_of_more_than_there_are", totem_event(3, {1}));
    dispatch_with("totem_of_24_bytes", test::message(wire::kTotemConfchg, ""));
    dispatch_with("part_longer_than_it_is", part_event(500, 400, 1, "abcd"));
});

const Group kRefusals("cpg.refusals", [](Transcript& at) {
    for (const int error : {EPERM, EIO, EAGAIN, ENOMEM, EACCES, EBUSY, EINVAL, EMFILE, ENOSYS, ENOBUFS, ETIMEDOUT}) {
        auto options = fake();
        options.refusal = -error;
        const test::FakeDaemon daemon(options);
        cpg_handle_t handle = test::kUntouched;
        at(strerrorname_np(error)) << cpg_initialize(&handle, nullptr);
    }
});

} // namespace
