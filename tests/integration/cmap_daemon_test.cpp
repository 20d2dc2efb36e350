// SPDX-License-Identifier: BSD-3-Clause
// The library relies on this behaviour of the daemon, which programs cannot see. These tests use libqb's client.
#include "cmap_fixture.hpp"
#include "support/raw_client.hpp"

namespace {

using namespace test;

constexpr std::int32_t kIterInit = 4;
constexpr std::int32_t kSetCurrentMap = 9;
constexpr std::int32_t kSetCurrentMapReply = 10;

using Reply = RawClient::Reply;

class CmapDaemon : public CmapTest {
protected:
    const RawClient client{"cmap"};
};

std::string map_number(std::int32_t map)
{
    return bytes_of(map) + std::string(4, '\0');
}

TEST_F(CmapDaemon, replies_to_unknown_requests_with_a_bare_error)
{
    for (const std::int32_t id : {10, 99})
        EXPECT_EQ((Reply{24, 0, 24, CS_ERR_INVALID_PARAM}), client.ask(id, map_number(0))) << id;
}

TEST_F(CmapDaemon, replies_to_the_choice_of_a_map_with_another_message_id)
{
    const auto reply = client.ask(kSetCurrentMap, map_number(1));
    EXPECT_EQ(24, reply.received);
    EXPECT_EQ(kSetCurrentMapReply, reply.id);
    EXPECT_EQ(CS_OK, reply.error);
    EXPECT_EQ(CS_ERR_NOT_EXIST, client.ask(kSetCurrentMap, map_number(7)).error);
}

TEST_F(CmapDaemon, refuses_another_map_while_an_iterator_exists)
{
    const std::string any_prefix(264, '\0');
    ASSERT_EQ(CS_OK, client.ask(kIterInit, any_prefix).error);
    EXPECT_EQ(CS_ERR_BUSY, client.ask(kSetCurrentMap, map_number(1)).error);
}

} // namespace
