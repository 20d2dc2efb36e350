// SPDX-License-Identifier: BSD-3-Clause
// CPG-D51: libcpg wakes a daemon that sleeps because the event ring was full. full_ring_test.cpp has the details.
#include "fake_cpg.hpp"

#include <cstdlib>

namespace {

using namespace test;

TEST(CpgFullRing, makes_dispatch_wake_the_daemon_and_changes_no_result)
{
    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer}};
    Cpg cpg;
    const char* transport = std::getenv("COROSYNC_CLIENT_TRANSPORT");
    const bool ours = transport != nullptr && std::string(transport) == "ring";

    for (int round = 0; round < 3; ++round) {
        const auto before = daemon.requests();
        std::size_t sent = 1;
        while (daemon.now({event(Delivery(Bytes(100'000, 'x')).bytes())}) == 0)
            ASSERT_GT(1000U, ++sent);
        Events events;
        while (events.size() < sent) {
            ASSERT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
            const Events more = cpg.take();
            events.insert(events.end(), more.begin(), more.end());
        }
        EXPECT_EQ(sent, events.size());
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
        EXPECT_TRUE(eventually([&] { return daemon.requests() >= before + (ours ? 1 : 0); }));
        if (ours)
            EXPECT_EQ(wire::kLocalGet, value_at<std::int32_t>(daemon.last_request(), 0));
        else
            EXPECT_EQ(before, daemon.requests());
        unsigned node = 0;
        EXPECT_EQ(CS_OK, cpg_local_get(cpg, &node));
        EXPECT_EQ(kOwnNode, node);
        EXPECT_EQ((Members{{kOwnNode, kSender, 0}}), members_of(cpg, "nobody"));
    }
    cpg.finalize();
    remove_what_libqb_leaves();
}

} // namespace
