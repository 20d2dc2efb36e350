// SPDX-License-Identifier: BSD-3-Clause
// The cluster cannot send messages, because one node is stopped and the others wait for the token.
#include "cpg_fixture.hpp"
#include "support/cluster.hpp"
#include "support/eavesdropper.hpp"
#include "support/storm.hpp"

#include <algorithm>

namespace {

using namespace test;

// With these timeouts no node is declared dead during the test.
constexpr const char* kPatientTotem = "  token: 6000\n"
                                      "  consensus: 7200\n";

// CPG-D19, C18
TEST(CpgToken, that_does_not_arrive_delays_messages_and_requests_until_it_does)
{
    Cluster cluster(2, {.totem = kPatientTotem});
    const auto client = cluster.beside(1, [] {
        await_settled();
        return std::make_unique<Cpg>();
    });
    Cpg& cpg = *client;
    cpg.enter("token");
    Eavesdropper eavesdropper;
    const auto message = pattern(50'000);

    cluster.stop(2);
    std::size_t accepted = 0;
    const bool full = eventually([&] {
        const auto error = send_once(cpg, message);
        accepted += error == CS_OK;
        return error == CS_ERR_TRY_AGAIN;
    });
    EXPECT_TRUE(full);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, send_once(cpg, message));
    {
        Duration shortest = Duration::max();
        Background sending([&] {
            cs_error_t error = CS_OK;
            int sends = 0;
            do { // on a busy machine it takes more than one until there were enough signals
                const auto start = Clock::now();
                error = send_once(cpg, pattern(3'000'000));
                shortest = std::min<Duration>(shortest, Clock::now() - start);
            } while (error == CS_ERR_TRY_AGAIN && Storm::count() <= 100 && ++sends < 3);
            return error;
        });
        const Storm storm(sending.thread());
        EXPECT_EQ(CS_ERR_TRY_AGAIN, sending.result());
        EXPECT_LE(1s, shortest); // signals do not shorten the pauses
        EXPECT_LT(100, Storm::count());
    }
    unsigned nodeid = 0;
    Background asking([&] { return cpg_local_get(cpg, &nodeid); });
    EXPECT_FALSE(asking.ended_within(kGlance));
    cluster.resume(2);

    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(1U, nodeid);
    EXPECT_TRUE(cpg.await_messages(accepted));
    EXPECT_TRUE(Texts(accepted, message) == messages(cpg.take()));
    EXPECT_EQ(CS_OK, send(cpg, pattern(3'000'000)));
    EXPECT_TRUE(cpg.await_messages(1));
    EXPECT_EQ("", eavesdropper.heard());
}

} // namespace
