// SPDX-License-Identifier: BSD-3-Clause
// The library relies on this behaviour of the daemon, which programs cannot see.
#include "support/raw_client.hpp"
#include "votequorum_fixture.hpp"

namespace {

using namespace test;

using VotequorumDaemon = VotequorumTest;

// An older daemon replies in this way to newer requests.
TEST_F(VotequorumDaemon, replies_to_unknown_requests_with_a_bare_error)
{
    const RawClient client("votequorum");
    const RawClient::Reply refusal{24, 0, 24, CS_ERR_INVALID_PARAM};
    for (const std::int32_t id : {10, 11, 12, 255, 0x7fffffff, -1, -100}) {
        EXPECT_EQ(refusal, client.ask(id, std::string(8, '\0'))) << id;
        const auto info = client.ask(0, std::string(8, '\0'));
        EXPECT_EQ((RawClient::Reply{320, 1, 320, CS_OK}), info) << id;
    }
}

} // namespace
