// SPDX-License-Identifier: BSD-3-Clause
// Tools that only wait for events (corosync-notifyd, corosync-quorumtool, cpgbench).
#include "contract.hpp"

#include <csignal>

namespace {

using namespace test;

using ContractC05 = Contract;

// Expects that the dispatch continues to wait after a signal.
void expect_patience(Background<cs_error_t>& dispatching)
{
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    const int before = SignalCounter::count();
    dispatching.thread().signal(SIGUSR1);
    EXPECT_TRUE(eventually([&] { return SignalCounter::count() > before; }));
    EXPECT_FALSE(dispatching.ended_within(kGlance));
}

TEST_F(ContractC05, dispatch_one_waits_for_an_event)
{
    const SignalCounter signals;
    for (const auto& service : services) {
        SCOPED_TRACE(service.name);
        const Handle handle(service);
        Background dispatching([&] { return handle.dispatch(CS_DISPATCH_ONE); });
        expect_patience(dispatching);
        EXPECT_EQ(CS_OK, handle.provoke());
        EXPECT_EQ(CS_OK, dispatching.result());
    }
}

TEST_F(ContractC05, dispatch_blocking_waits_until_the_daemon_dies)
{
    const SignalCounter signals;
    const auto handles = one_of_each();
    std::list<Background<cs_error_t>> dispatching;
    for (const auto& handle : handles)
        dispatching.emplace_back([&] { return handle.dispatch(CS_DISPATCH_BLOCKING); });
    for (const auto& handle : handles)
        EXPECT_EQ(CS_OK, handle.provoke());
    for (auto& each : dispatching)
        expect_patience(each);
    daemon().kill();
    for (auto& each : dispatching)
        EXPECT_EQ(CS_ERR_LIBRARY, each.result());
}

} // namespace
