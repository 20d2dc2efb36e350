// SPDX-License-Identifier: BSD-3-Clause
// Administrators whose daemon uses sockets.
#include "contract.hpp"
#include "support/environment.hpp"

namespace {

using namespace test;

using ContractC25 = Contract;

// contracts.socket runs the other contracts on sockets, too.
TEST_F(ContractC25, everything_works_with_sockets_too)
{
    const Variable by_default("COROSYNC_CLIENT_TRANSPORT", std::nullopt);
    replace_daemon({.ipc = Daemon::Ipc::socket});
    for (const auto& service : services) {
        const Handle handle(service);
        EXPECT_EQ(CS_OK, handle.ask()) << service.name;
        EXPECT_EQ(CS_OK, handle.provoke()) << service.name;
        ASSERT_TRUE(readable(handle.fd(), kPatience)) << service.name;
        EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ONE)) << service.name;
    }
    Cpg cpg;
    cpg.enter("sockets");
    const Texts sent{"short", pattern(100'000), pattern(3'000'000)};
    for (const auto& bytes : sent)
        ASSERT_EQ(CS_OK, send(cpg, bytes));
    ASSERT_TRUE(cpg.await_messages(sent.size()));
    EXPECT_TRUE(sent == messages(cpg.take()));
    EXPECT_FALSE(readable(cpg.fd(), kGlance));
}

} // namespace
