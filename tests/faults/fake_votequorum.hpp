// SPDX-License-Identifier: BSD-3-Clause
// What the tests on a fake votequorum service share. Its messages are defined here field by field, from the
// specification and not from the library's layouts.
#pragma once

#include "integration/votequorum_fixture.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"

#include <cstdint>
#include <string>

namespace test {

// A message under construction: all zeros except the header and the fields that are set.
class Message {
public:
    static Message request(std::int32_t id, std::size_t size);
    static Message reply(std::int32_t id, std::size_t size, std::int32_t error = CS_OK);
    static Message event(std::int32_t id, std::size_t size) { return reply(id, size); }

    Message& u32(std::size_t offset, std::uint32_t value) { return put(offset, as_bytes(value)); }
    Message& u64(std::size_t offset, std::uint64_t value) { return put(offset, as_bytes(value)); }
    Message& text(std::size_t offset, const std::string& value) { return put(offset, value); }
    operator const Bytes&() const { return bytes_; }

private:
    Message& put(std::size_t offset, const Bytes& bytes);

    Bytes bytes_;
};

namespace wire {

enum Request : std::int32_t {
    getinfo,
    setexpected,
    setvotes,
    trackstart,
    trackstop,
    device_register,
    device_unregister,
    device_update,
    device_poll,
    device_master_wins,
    set_extra_info,
    get_extra_info,
};
inline constexpr std::int32_t kStatus = 0;
inline constexpr std::int32_t kInfo = 1;
inline constexpr std::int32_t kQuorum = 3;
inline constexpr std::int32_t kExpectedVotes = 4;
inline constexpr std::int32_t kNodeList = 5;
inline constexpr std::int32_t kExtraInfo = 6;
inline constexpr std::int32_t kExtraInfoChanged = 7;
inline constexpr std::size_t kBare = 24;
inline constexpr std::size_t kInfoSize = 320;
inline constexpr std::size_t kExtraInfoSize = 32; // followed by its bytes

} // namespace wire

Message status(std::int32_t error);
Message quorum_event(std::uint32_t quorate, std::uint32_t entries, std::size_t size);
Message node_list_event(std::uint32_t entries, std::size_t size);
Message expected_votes_event(std::uint32_t votes);
Message extra_info_event(std::uint32_t nodeid, const std::string& extra);

// The replies of a daemon of node 1, which accepts every request and knows extra information.
class VotequorumAnswers {
public:
    Bytes operator()(const Bytes& request);

private:
    std::string extra_;
};

class FakeVotequorumTest : public ::testing::Test {
protected:
    ~FakeVotequorumTest() override;

    // The connection works: a request gets its own reply.
    void expect_usable() const { EXPECT_EQ(1U, votequorum.info().node_id); }

    FakeDaemon daemon{{.service = "votequorum", .answer = VotequorumAnswers{}}};
    Votequorum votequorum{Initialize::with_model};
    const int fd = votequorum.fd();
};

} // namespace test
