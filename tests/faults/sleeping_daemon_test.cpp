// SPDX-License-Identifier: BSD-3-Clause
// CMAP-D33, CPG-D51, VQ-D24: dispatch wakes a daemon that sleeps because the event ring was full. The same for every
// service. full_ring_test.cpp has the details.
#include "service.hpp"

#include "integration/service.hpp"

namespace {

using namespace test;

constexpr std::size_t kLarge = 8000;

using SleepingDaemon = FakedServiceTest;

TEST_F(SleepingDaemon, is_woken_by_dispatch_and_no_result_changes)
{
    const std::uint32_t wakes = transport() == Transport::ring ? 1 : 0;
    std::uint32_t number = 0;
    for (int round = 0; round < 3; ++round) {
        const std::uint32_t before = daemon.requests();
        Numbers sent;
        do {
            ASSERT_GT(1000U, sent.size());
            sent.push_back(number);
        } while (daemon.now(client->numbered(number++, kLarge)) == 0);

        client->told.clear();
        while (client->told.size() < sent.size())
            ASSERT_EQ(CS_OK, client->dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(sent, client->told);
        EXPECT_TRUE(client->intact);
        EXPECT_EQ(CS_ERR_TRY_AGAIN, client->dispatch(CS_DISPATCH_ONE_NONBLOCKING));
        EXPECT_TRUE(eventually([&] { return daemon.requests() >= before + wakes; }));
        EXPECT_EQ(before + wakes, daemon.requests());
        expect_usable();
    }
}

} // namespace
