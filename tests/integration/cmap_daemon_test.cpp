// What the library takes for granted of the daemon and cannot be seen through it: asked with libqb's own client.
#include "cmap_fixture.hpp"

#include <array>

#include <qb/qbipcc.h>
#include <sys/uio.h>

namespace {

using namespace test;

constexpr std::int32_t kIterInit = 4;
constexpr std::int32_t kSetCurrentMap = 9;
constexpr std::int32_t kSetCurrentMapReply = 10;

struct Reply {
    std::int64_t received = 0;
    std::int32_t id = 0;
    std::int32_t size = 0;
    std::int32_t error = 0;
};

class CmapDaemon : public CmapTest {
protected:
    ~CmapDaemon() override { qb_ipcc_disconnect(connection_); }

    // Sends a request with this body behind its header, and reads what the answer begins with.
    Reply ask(std::int32_t id, const std::string& body) const
    {
        const auto word = [](std::int32_t number) { return bytes_of(number) + std::string(4, '\0'); };
        std::string request = word(id) + word(static_cast<std::int32_t>(16 + body.size())) + body;
        const iovec part{request.data(), request.size()};
        std::array<char, 16384> answer{};
        Reply reply;
        reply.received = qb_ipcc_sendv_recv(connection_, &part, 1, answer.data(), answer.size(), 10'000);
        std::memcpy(&reply.id, answer.data(), sizeof reply.id);
        std::memcpy(&reply.size, &answer[8], sizeof reply.size);
        std::memcpy(&reply.error, &answer[16], sizeof reply.error);
        return reply;
    }

private:
    qb_ipcc_connection_t* connection_ = qb_ipcc_connect("cmap", 1 << 20);
};

std::string map_number(std::int32_t map)
{
    return bytes_of(map) + std::string(4, '\0');
}

void expect_refused(const Reply& reply)
{
    EXPECT_EQ(24, reply.received);
    EXPECT_EQ(0, reply.id);
    EXPECT_EQ(24, reply.size);
    EXPECT_EQ(CS_ERR_INVALID_PARAM, reply.error);
}

// T98
TEST_F(CmapDaemon, answers_unknown_requests_with_a_bare_error)
{
    for (const std::int32_t id : {10, 99})
        expect_refused(ask(id, map_number(0)));
}

// T98
TEST_F(CmapDaemon, answers_the_choice_of_a_map_under_another_number)
{
    const auto reply = ask(kSetCurrentMap, map_number(1));
    EXPECT_EQ(24, reply.received);
    EXPECT_EQ(kSetCurrentMapReply, reply.id);
    EXPECT_EQ(CS_OK, reply.error);
    EXPECT_EQ(CS_ERR_NOT_EXIST, ask(kSetCurrentMap, map_number(7)).error);
}

// T98
TEST_F(CmapDaemon, does_not_change_the_map_under_an_iterator)
{
    const std::string any_prefix(264, '\0');
    ASSERT_EQ(CS_OK, ask(kIterInit, any_prefix).error);
    EXPECT_EQ(CS_ERR_BUSY, ask(kSetCurrentMap, map_number(1)).error);
}

} // namespace
