// SPDX-License-Identifier: BSD-3-Clause
// What the library takes for granted of the daemon and cannot be seen through it: asked with libqb's own client.
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

TEST_F(CmapDaemon, answers_unknown_requests_with_a_bare_error)
{
    for (const std::int32_t id : {10, 99})
        EXPECT_EQ((Reply{24, 0, 24, CS_ERR_INVALID_PARAM}), client.ask(id, map_number(0))) << id;
}

TEST_F(CmapDaemon, answers_the_choice_of_a_map_under_another_number)
{
    const auto reply = client.ask(kSetCurrentMap, map_number(1));
    EXPECT_EQ(24, reply.received);
    EXPECT_EQ(kSetCurrentMapReply, reply.id);
    EXPECT_EQ(CS_OK, reply.error);
    EXPECT_EQ(CS_ERR_NOT_EXIST, client.ask(kSetCurrentMap, map_number(7)).error);
}

TEST_F(CmapDaemon, does_not_change_the_map_under_an_iterator)
{
    const std::string any_prefix(264, '\0');
    ASSERT_EQ(CS_OK, client.ask(kIterInit, any_prefix).error);
    EXPECT_EQ(CS_ERR_BUSY, client.ask(kSetCurrentMap, map_number(1)).error);
}

} // namespace
