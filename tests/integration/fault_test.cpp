// SPDX-License-Identifier: BSD-3-Clause
// The daemon dies, stops or restarts. The same for every service.
#include "listener.hpp"

#include <algorithm>

namespace {

using namespace test;

class Fault : public FreshServiceTest {
protected:
    // Restarts the daemon if it is dead.
    void await_daemon()
    {
        if (daemon.pid() == 0)
            daemon.restart();
        service().await();
    }
};

const int kMany = transport() == Transport::ring ? 1000 : 500; // more events than the daemon can announce at once

// C6
TEST_F(Fault, death_wakes_blocked_dispatches)
{
    const Duration longest = best_of_three(daemon, [&] {
        service().await();
        const Handle one;
        const Handle blocking;
        Background in_one([&] { return one.dispatch(CS_DISPATCH_ONE); });
        Background in_blocking([&] { return blocking.dispatch(CS_DISPATCH_BLOCKING); });
        Background beside_it([&] { return blocking.dispatch(CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep() &&
                    beside_it.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
        EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
        EXPECT_EQ(CS_ERR_LIBRARY, beside_it.result());
        return std::max(in_one.finished(), in_blocking.finished()) - start;
    });
    EXPECT_LT(longest, kPromise);
}

// C6, decision 13, CMAP-D20, CPG-D30, VQ-D15: both wait for a daemon that is stopped and then killed.
TEST_F(Fault, death_ends_a_request_and_an_initialize_that_wait)
{
    const Duration time = best_of_three(daemon, [&] {
        service().await();
        const Handle handle;
        daemon.stop();
        Background asking([&] { return handle.ask(); });
        std::uint64_t other = kUntouched;
        Background initializing([&] { return service().initialize(&other); });
        EXPECT_TRUE(asking.thread().falls_asleep() && initializing.thread().falls_asleep());
        const auto start = Clock::now();
        daemon.kill();
        EXPECT_EQ(CS_ERR_LIBRARY, asking.result());
        EXPECT_EQ(CS_ERR_LIBRARY, initializing.result());
        EXPECT_EQ(kUntouched, other);
        return std::max(asking.finished(), initializing.finished()) - start;
    });
    EXPECT_LT(time, kPromise);
}

// C1, C6
TEST_F(Fault, death_fails_only_calls_that_need_the_daemon)
{
    Listener listener;
    const int fd = listener.fd();
    daemon.kill();
    for (int repetition = 0; repetition < 2; ++repetition) {
        for (const auto& [name, kind, call] : service().calls()) {
            if (kind == HandleCall::request || kind == HandleCall::local) {
                EXPECT_EQ(kind == HandleCall::local ? CS_OK : CS_ERR_LIBRARY, call(listener)) << name;
            }
        }
        for (const auto flag : kAllFlags)
            EXPECT_EQ(CS_ERR_LIBRARY, listener.dispatch(flag)) << flag;
        EXPECT_EQ(fd, listener.fd());
        EXPECT_TRUE(open_descriptors().contains(fd));
        if (transport() != Transport::socket) { // the event socket does not notice
            EXPECT_TRUE(readable(fd, kPatience));
            EXPECT_TRUE(hung_up(fd));
        }
    }
    EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, listener.finalize());
    EXPECT_FALSE(open_descriptors().contains(fd));
    for (const auto initialize : {service().initialize, service().initialize_otherwise}) {
        std::uint64_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_LIBRARY, initialize(&handle));
        EXPECT_EQ(kUntouched, handle);
    }
}

TEST_F(Fault, an_orderly_end_of_the_daemon_has_the_same_effects_as_its_death)
{
    const Handle one;
    const Handle blocking;
    const Listener listener;
    Background in_one([&] { return one.dispatch(CS_DISPATCH_ONE); });
    Background in_blocking([&] { return blocking.dispatch(CS_DISPATCH_BLOCKING); });
    EXPECT_TRUE(in_one.thread().falls_asleep() && in_blocking.thread().falls_asleep());
    listener.queue();
    EXPECT_EQ(0, daemon.terminate());
    EXPECT_EQ(CS_ERR_LIBRARY, in_one.result());
    EXPECT_EQ(CS_ERR_LIBRARY, in_blocking.result());
    EXPECT_EQ(CS_ERR_LIBRARY, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_LIBRARY, listener.ask());
    if (transport() != Transport::libqb) {
        EXPECT_EQ(numbers_to(Listener::kEvents), Listener::heard());
    }
}

// Queued events are still delivered after the daemon's death, except with libqb's client, which drops them and returns
// the error.
bool is_forgotten(const Listener& listener, int events)
{
    if (transport() != Transport::libqb)
        return false;
    EXPECT_TRUE(eventually([&] { return listener.dispatch(CS_DISPATCH_ALL) == CS_ERR_LIBRARY; }));
    EXPECT_LE(Listener::told(), events);
    return true;
}

// Decision 6
TEST_F(Fault, death_lets_dispatch_one_deliver_queued_events)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        await_daemon();
        const Listener listener;
        listener.queue();
        daemon.kill();
        if (is_forgotten(listener, Listener::kEvents))
            continue;
        for (int taken = 1; taken <= Listener::kEvents; ++taken) {
            EXPECT_EQ(CS_OK, listener.dispatch(flag)) << flag;
            EXPECT_EQ(taken, Listener::told()) << flag;
        }
        EXPECT_EQ(CS_ERR_LIBRARY, listener.dispatch(flag)) << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, listener.dispatch(CS_DISPATCH_ALL)) << flag;
        EXPECT_EQ(numbers_to(Listener::kEvents), Listener::heard()) << flag;
    }
}

// Decision 6: all events are delivered, even those that the daemon had not announced.
TEST_F(Fault, death_lets_dispatch_all_and_blocking_deliver_queued_events_and_fail)
{
    for (const auto flag : {CS_DISPATCH_ALL, CS_DISPATCH_BLOCKING}) {
        await_daemon();
        const Listener listener;
        listener.queue(kMany);
        daemon.kill();
        if (is_forgotten(listener, kMany))
            continue;
        EXPECT_EQ(CS_ERR_LIBRARY, listener.dispatch(flag)) << flag;
        EXPECT_TRUE(numbers_to(static_cast<std::uint32_t>(kMany)) == Listener::heard())
            << flag << ": " << Listener::told();
        EXPECT_EQ(CS_ERR_LIBRARY, listener.dispatch(flag)) << flag;
    }
}

// Decision 5: the daemon is a zombie.
TEST_F(Fault, death_is_noticed_even_if_the_daemon_is_a_zombie)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client believes that the zombie is alive";
    Handle handle;
    daemon.kill_without_reaping();
    EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, handle.finalize());
    EXPECT_TRUE(connection_entries(first_pid).empty());
}

// There is no reconnection.
TEST_F(Fault, a_new_daemon_serves_new_handles_only)
{
    const Handle old;
    daemon.restart();
    service().await();
    EXPECT_TRUE(Listener().works());
    EXPECT_EQ(CS_ERR_LIBRARY, old.ask());
    EXPECT_EQ(CS_ERR_LIBRARY, old.dispatch(CS_DISPATCH_ALL));
}

} // namespace
