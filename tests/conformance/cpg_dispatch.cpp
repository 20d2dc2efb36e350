// SPDX-License-Identifier: BSD-3-Clause
// The four ways to dispatch, the descriptor, and what callbacks and other threads may do meanwhile.
#include "cpg_scene.hpp"

#include <atomic>
#include <csetjmp>

namespace {

using namespace conformance;
using test::Background;

// A small message, one that our library delivers in place in the ring, and one that is put together from two parts.
constexpr struct {
    const char* name;
    std::size_t size;
} kSizes[] = {{"small", 8}, {"lent", 9'000}, {"assembled", 1'200'000}};

void add(std::string& words, const std::string& word)
{
    words += (words.empty() ? "" : ",") + word;
}

const Group kTypes("cpg.dispatch", [](Transcript& at, test::Daemon&) {
    settle();
    Marker marker;
    for (const auto& [name, type] : kDispatchTypes) {
        const std::string with = name;
        const std::string group = "dispatch." + with;
        Cpg cpg;
        const cpg_handle_t handle = cpg;
        at(with + ".join") << test::join(cpg, group);
        test::send_numbers(cpg, 3);
        marker.await_queue(cpg);
        if (type == CS_DISPATCH_BLOCKING) {
            cpg.on_event = [&](const Cpg::Call&) {
                if (cpg.count() == 4)
                    cpg.finalize();
            };
            at(with + ".until_finalized") << dispatched(cpg, type) << cpg_dispatch(handle, type);
            continue;
        }
        if (type != CS_DISPATCH_ONE) // CS_DISPATCH_ONE would wait
            at(with + ".empty") << cpg_dispatch(Cpg(), type);
        at(with + ".first") << dispatched(cpg, type);
        at(with + ".second") << dispatched(cpg, CS_DISPATCH_ONE_NONBLOCKING);
        at(with + ".rest") << dispatched(cpg, CS_DISPATCH_ALL);
        at(with + ".no_more") << dispatched(cpg, CS_DISPATCH_ONE_NONBLOCKING);
    }
});

// Events without a callback, and parts of long messages, count as events.
const Group kCounted("cpg.dispatch_counts", [](Transcript& at, test::Daemon&) {
    settle();
    for (const auto& [name, type] : kDispatchTypes) {
        if (type != CS_DISPATCH_ONE && type != CS_DISPATCH_ONE_NONBLOCKING)
            continue;
        const std::string with = name;
        Cpg deaf({.deliver = false, .confchg = false});
        at(with + ".unwanted.join") << test::join(deaf, "unwanted." + with);
        test::send_numbers(deaf, 2);
        auto unwanted = at(with + ".unwanted");
        for (int event = 0; event < 3; ++event)
            unwanted << test::readable(deaf.fd(), test::kPatience) << dispatched(deaf, type);
        unwanted << dispatched(deaf, CS_DISPATCH_ONE_NONBLOCKING);
    }
    for (const auto& [name, type] : kDispatchTypes) {
        if (type != CS_DISPATCH_ONE && type != CS_DISPATCH_ONE_NONBLOCKING)
            continue;
        Cpg cpg;
        cpg.enter(std::string("parts.") + name);
        at(std::string(name) + ".parts.send") << test::send(cpg, test::pattern(2 * test::kAtomic + 1));
        auto parts = at(std::string(name) + ".parts");
        for (int part = 0; part < 3; ++part)
            parts << test::readable(cpg.fd(), test::kPatience) << dispatched(cpg, type);
        parts << dispatched(cpg, CS_DISPATCH_ONE_NONBLOCKING);
    }
});

// C2: after each dispatch and inside each callback.
const Group kReadiness("cpg.readiness", [](Transcript& at, test::Daemon&) {
    settle();
    Marker marker;
    Cpg cpg;
    const int fd = cpg.fd();
    at("fresh") << readiness(fd);
    at("join") << test::join(cpg, "readiness");
    marker.await_queue(cpg);
    at("joined") << readiness(fd);
    at("joined.all") << dispatched(cpg, CS_DISPATCH_ALL) << readiness(fd);
    unsigned nodeid = 0;
    at("after_a_request") << cpg_local_get(cpg, &nodeid) << members_word(cpg, "readiness") << readiness(fd);
    for (const std::size_t size : {8U, 9'000U, 60'000U}) {
        for (const auto& [name, type] : kDispatchTypes) {
            if (type == CS_DISPATCH_BLOCKING)
                continue;
            const auto with = std::to_string(size) + "." + name;
            for (unsigned seed = 0; seed < 3; ++seed)
                test::send(cpg, test::pattern(size, seed));
            marker.await_queue(cpg);
            at(with + ".before") << readiness(fd);
            std::string inside;
            cpg.on_event = [&](const Cpg::Call&) { add(inside, readiness(fd)); };
            for (int turn = 1; turn <= 3; ++turn) {
                const auto what = dispatched(cpg, type);
                at(with + "." + std::to_string(turn)) << what << "inside" << inside << "after" << readiness(fd);
                inside.clear();
                if (type == CS_DISPATCH_ALL)
                    break;
            }
            cpg.on_event = nullptr;
        }
    }
});

const Group kFinalizeInside("cpg.finalize_inside", [](Transcript& at, test::Daemon&) {
    settle();
    const Since before;
    const auto finalize_inside = [&](const std::string& with, cs_dispatch_flags_t type, std::size_t size) {
        Cpg cpg;
        const cpg_handle_t handle = cpg;
        const int fd = cpg.fd();
        if (size != 0)
            cpg.enter(with);
        std::string inside;
        cpg.on_event = [&](const Cpg::Call& call) {
            const std::string before_finalize(call.data, call.size);
            add(inside, std::to_string(cpg.finalize()));
            add(inside, std::to_string(cpg_finalize(handle)));
            add(inside, std::to_string(cpg_dispatch(handle, CS_DISPATCH_ALL)));
            add(inside, std::to_string(test::send_once(handle, "x")));
            add(inside, before_finalize == std::string_view(call.data, call.size) ? "intact" : "changed");
        };
        if (size == 0)
            test::join(cpg, with); // in the callback of the confchg event
        test::send(cpg, test::pattern(size));
        test::send(cpg, "not any more");
        cs_error_t error = CS_OK;
        while (inside.empty() && test::readable(fd, test::kPatience))
            error = cpg_dispatch(handle, type);
        at(with) << error << take_told(cpg) << inside << cpg_dispatch(handle, type)
                 << (test::open_descriptors().count(fd) ? "open" : "closed");
    };
    for (const auto& [name, type] : kDispatchTypes) {
        finalize_inside(std::string("confchg.") + name, type, 0);
        for (const auto& [size_name, size] : kSizes)
            finalize_inside(std::string(size_name) + "." + name, type, size);
    }
    at("holds") << before.held();
});

const Group kNested("cpg.nested", [](Transcript& at, test::Daemon&) {
    settle();
    Marker marker;
    for (const auto& [name, size] : kSizes) {
        if (size > test::kAtomic)
            continue;
        const std::string with = name;
        const std::size_t sent_size = size; // clang does not capture a structured binding
        Cpg deep;
        deep.enter("deep." + with);
        std::string inside;
        deep.on_event = [&](const Cpg::Call& call) {
            const auto own = deep.count();
            const std::string data(call.data, call.size);
            add(inside, std::to_string(cpg_dispatch(deep, CS_DISPATCH_ONE_NONBLOCKING)));
            add(inside, std::to_string(own) + (data == std::string_view(call.data, call.size) ? "intact" : "changed"));
        };
        for (unsigned seed = 0; seed < 3; ++seed)
            test::send(deep, test::pattern(size, seed));
        marker.await_queue(deep);
        at(with + ".one") << dispatched(deep, CS_DISPATCH_ONE);
        at(with + ".one.inside") << std::exchange(inside, {});
        deep.on_event = nullptr;
        at(with + ".rest") << dispatched(deep, CS_DISPATCH_ALL);

        // From then on both libraries do the same.
        deep.on_event = [&](const Cpg::Call& call) {
            if (call.size == sent_size)
                add(inside, std::to_string(cpg_dispatch(deep, CS_DISPATCH_ALL)) + ":" + std::to_string(deep.count()));
        };
        for (unsigned seed = 0; seed < 2; ++seed) {
            test::send(deep, test::pattern(size, seed));
            test::send(deep, "behind");
        }
        marker.await_queue(deep);
        at(with + ".all") << dispatched(deep, CS_DISPATCH_ALL);
        at(with + ".all.inside") << inside;
    }
    at.apart("assembled", [](Line& line) {
        Cpg cpg;
        cpg.enter("deep.assembled");
        std::string inside;
        cpg.on_event = [&](const Cpg::Call& call) {
            const auto own = cpg.count();
            if (own < 3)
                cpg.await_messages(own + 1);
            add(inside, std::to_string(own) + ":" + data_word({call.data, call.size}));
        };
        for (unsigned seed = 0; seed < 3; ++seed)
            test::send(cpg, test::pattern(1'200'000, seed));
        line << told_after(cpg, 3) << inside;
    });
});

// C10
const Group kUse("cpg.use_inside", [](Transcript& at, test::Daemon&) {
    settle();
    for (const auto& [name, size] : kSizes) {
        const std::string with = name;
        Cpg cpg;
        Cpg other;
        cpg.enter("use." + with);
        std::string inside;
        cpg.on_event = [&](const Cpg::Call&) {
            if (cpg.count() > 1)
                return;
            unsigned nodeid = 0;
            add(inside, std::to_string(cpg_local_get(cpg, &nodeid)));
            add(inside, members_word(cpg, "use." + with));
            add(inside, std::to_string(test::send(cpg, "small")));
            add(inside, std::to_string(test::send(cpg, test::pattern(3'000'000, 1))));
            other.enter("other." + with);
            add(inside, std::to_string(test::send(other, "elsewhere")));
            add(inside, told_after(other, 1));
        };
        at(with) << test::send(cpg, test::pattern(size)) << told_after(cpg, 3);
        at(with + ".inside") << inside;
    }
});

std::jmp_buf way_out;

// A jump out of a callback ends here. No frame in between holds anything.
cs_error_t dispatch_or_jump(cpg_handle_t handle, cs_dispatch_flags_t type)
{
    return setjmp(way_out) == 0 ? cpg_dispatch(handle, type) : CS_OK;
}

// C10: after a jump the handle still works.
const Group kJump("cpg.jump", [](Transcript& at, test::Daemon&) {
    settle();
    Marker marker;
    for (const auto& [name, type] : kDispatchTypes) {
        for (const auto& [size_name, size] : kSizes) {
            if (size > test::kAtomic)
                continue;
            const auto with = std::string(name) + "." + size_name;
            Cpg cpg;
            cpg.enter("jump." + with);
            const int fd = cpg.fd();
            for (unsigned seed = 0; seed < 3; ++seed)
                test::send(cpg, test::pattern(size, seed));
            marker.await_queue(cpg);
            cpg.on_event = [](const Cpg::Call&) { std::longjmp(way_out, 1); };
            dispatch_or_jump(cpg, type);
            cpg.on_event = nullptr;
            at(with) << take_told(cpg) << readiness(fd);
            unsigned nodeid = 0;
            at(with + ".request") << cpg_local_get(cpg, &nodeid) << test::send(cpg, "more");
            marker.await_queue(cpg);
            // Called from a frame that is no deeper, which proves that the other dispatch is over.
            const auto rest = dispatch_or_jump(cpg, CS_DISPATCH_ALL);
            at(with + ".rest") << rest << take_told(cpg) << readiness(fd);
            at(with + ".finalize") << cpg.finalize() << (test::open_descriptors().count(fd) ? "open" : "closed");
        }
    }
});

// Signals do not end the wait of a thread; events that another thread causes do.
const Group kWaiting("cpg.waiting", [](Transcript& at, test::Daemon&) {
    settle();
    const test::SignalCounter signals;
    for (const auto type : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        const std::string with = type == CS_DISPATCH_ONE ? "one" : "blocking";
        std::atomic<bool> joined = false;
        Cpg cpg;
        cpg.on_event = [&](const Cpg::Call&) {
            test::eventually([&] { return joined.load(); }); // a finalize before that could make the join fail
            if (type == CS_DISPATCH_BLOCKING)
                cpg.finalize();
        };
        const cpg_handle_t handle = cpg;
        Background dispatcher([=] { return cpg_dispatch(handle, type); });
        const int before = test::SignalCounter::count();
        for (int i = 1; i <= 5; ++i) {
            dispatcher.thread().falls_asleep();
            dispatcher.thread().signal(SIGUSR1);
            test::eventually([&] { return test::SignalCounter::count() == before + i; });
        }
        at(with + ".through_signals") << test::SignalCounter::count() - before
                                      << dispatcher.ended_within(test::kGlance);
        at(with + ".join") << test::join(cpg, "waiting." + with);
        joined = true;
        const auto result = dispatcher.result();
        at(with) << *result << take_told(cpg);
    }
});

const Group kWake("cpg.finalize_wakes", [](Transcript& at, test::Daemon&) {
    settle();
    const auto wait_in = [](cs_dispatch_flags_t type) {
        return [type](Line& line) {
            const std::string group = "wakes." + std::to_string(type);
            Cpg cpg;
            cpg.enter(group);
            const cpg_handle_t handle = cpg;
            Background dispatcher([=] { return cpg_dispatch(handle, type); });
            dispatcher.thread().falls_asleep();
            line << cpg.finalize() << members_left(group);
            line << *dispatcher.result();
        };
    };
    at.all_apart({{"one", wait_in(CS_DISPATCH_ONE)}, {"blocking", wait_in(CS_DISPATCH_BLOCKING)}});
});

const Group kStack("cpg.stack", [](Transcript& at, test::Daemon&) {
    settle();
    std::vector<Transcript::Case> cases;
    for (const std::size_t kilobytes : {64U, 256U, 1024U, 2048U})
        cases.push_back(
            {std::to_string(kilobytes) + "k", [kilobytes](Line& line) {
                 Cpg cpg;
                 line << test::join(cpg, "stack." + std::to_string(kilobytes));
                 cs_error_t error = CS_OK;
                 test::Thread thread([&] { error = cpg_dispatch(cpg, CS_DISPATCH_ONE); }, {kilobytes << 10, 4 << 20});
                 thread.join();
                 line << error << take_told(cpg);
             }});
    at.all_apart(cases);
});

} // namespace
