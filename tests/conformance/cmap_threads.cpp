// SPDX-License-Identifier: BSD-3-Clause
// What several threads can do in the reference, too: use one handle each, or dispatch and make requests on one. What
// they cannot do there depends on chance, so only our own tests show it.
#include "cmap_scene.hpp"
#include "support/thread.hpp"

#include <csignal>
#include <list>

namespace {

using namespace conformance;

constexpr char kKey[] = "threads.key";

const Group kThreads("cmap.threads", [](Transcript& at, test::Daemon&) {
    const auto ask_often = [](cmap_handle_t cmap) {
        int answers = 0;
        for (int request = 0; request < 2000; ++request)
            answers += ask(cmap) == CS_OK;
        return answers;
    };
    std::list<Cmap> handles(4);
    std::list<test::Background<int>> asking;
    for (const auto& one : handles)
        asking.emplace_back([&] { return ask_often(one); });
    int answers = 0;
    for (auto& one : asking)
        answers += one.result().value();
    at("handle_each") << answers;

    const Cmap cmap;
    {
        const test::SignalCounter signals;
        test::Background under_signals([&] { return ask_often(cmap); });
        while (!under_signals.ended_within({}))
            under_signals.thread().signal(SIGUSR1);
        at("storm_of_signals") << under_signals.result().value() << (test::SignalCounter::count() > 0);
    }

    constexpr std::uint32_t kEvents = 2000;
    Watch watch(cmap, kKey, kEverything);
    test::Background changing([&] {
        std::uint32_t good = 0;
        for (std::uint32_t number = 1; number <= kEvents; ++number)
            good += cmap_set_uint32(cmap, kKey, number) == CS_OK;
        return good;
    });
    bool good = true;
    test::eventually([&] {
        good = good && cmap_dispatch(cmap, CS_DISPATCH_ALL) == CS_OK;
        return watch.count() >= kEvents;
    });
    at("dispatch_and_requests") << good << changing.result().value() << watch.count() << readiness(cmap.fd());
});

} // namespace
