// SPDX-License-Identifier: BSD-3-Clause
// Layouts of the votequorum service's messages.
#pragma once

#include "core/message.hpp"

#include <cstddef>
#include <cstdint>

namespace corosync::votequorum {

enum RequestId : std::int32_t {
    kGetInfo = 0,
    kSetExpected = 1,
    kSetVotes = 2,
    kTrackStart = 3,
    kTrackStop = 4,
    kDeviceRegister = 5,
    kDeviceUnregister = 6,
    kDeviceUpdate = 7,
    kDevicePoll = 8,
    kDeviceMasterWins = 9,
    kSetExtraInfo = 10, // after 3.1.x
    kGetExtraInfo = 11, // after 3.1.x
};

enum ReplyId : std::int32_t { kStatus = 0, kInfo = 1, kExtraInfo = 6 };

enum EventId : std::int32_t {
    kQuorum = 3,
    kExpectedVotes = 4,
    kNodeList = 5,
    kDeviceExtraInfo = 7, // after 3.1.x
};

inline constexpr std::size_t kNameSize = 255; // with NUL

//   0        16       24
//   +--------+--------+
//   | header | number |        GETINFO and GET_EXTRA_INFO: a node id; SETEXPECTED: votes
//   +--------+--------+
struct NumberRequest {
    RequestHeader header;
    alignas(8) std::uint32_t number;
};
static_assert(offsetof(NumberRequest, number) == 16);
static_assert(sizeof(NumberRequest) == 24);

//   0        16      20       24
//   +--------+-------+--------+
//   | header | votes | nodeid |
//   +--------+-------+--------+
struct SetVotesRequest {
    RequestHeader header;
    std::uint32_t votes;
    std::uint32_t nodeid;
};
static_assert(offsetof(SetVotesRequest, votes) == 16);
static_assert(offsetof(SetVotesRequest, nodeid) == 20);
static_assert(sizeof(SetVotesRequest) == 24);

//   0        16        24      32
//   +--------+---------+-------+
//   | header | context | flags |
//   +--------+---------+-------+
struct TrackStartRequest {
    RequestHeader header;
    alignas(8) std::uint64_t context;
    alignas(8) std::uint32_t flags;
};
static_assert(offsetof(TrackStartRequest, context) == 16);
static_assert(offsetof(TrackStartRequest, flags) == 24);
static_assert(sizeof(TrackStartRequest) == 32);

struct BareRequest {
    RequestHeader header;
};
static_assert(sizeof(BareRequest) == 16);

//   0        16     271  272
//   +--------+------+----+
//   | header | name |    |        QDEVICE_REGISTER, QDEVICE_UNREGISTER
//   +--------+------+----+
struct NameRequest {
    RequestHeader header;
    char name[kNameSize];
};
static_assert(offsetof(NameRequest, name) == 16);
static_assert(sizeof(NameRequest) == 272);

//   0        16         271        526  528
//   +--------+----------+----------+----+
//   | header | old name | new name |    |
//   +--------+----------+----------+----+
struct UpdateRequest {
    RequestHeader header;
    char old_name[kNameSize];
    char new_name[kNameSize];
};
static_assert(offsetof(UpdateRequest, old_name) == 16);
static_assert(offsetof(UpdateRequest, new_name) == 271);
static_assert(sizeof(UpdateRequest) == 528);

// The only fields that lie as the compiler puts them: on 32-bit x86 the second is at 4, seen on Debian's daemon there.
struct RingId {
    std::uint32_t nodeid;
    std::uint64_t seq;
};

//   0        16     271  272    280      288    296
//   +--------+------+----+------+--------+------+
//   | header | name |    | cast | nodeid | seq  |    the last two are the ring id
//   +--------+------+----+------+--------+------+
struct PollRequest {
    RequestHeader header;
    char name[kNameSize];
    alignas(8) std::uint32_t cast_vote;
    alignas(8) RingId ring;
};
static_assert(offsetof(PollRequest, cast_vote) == 272);
static_assert(offsetof(PollRequest, ring) == 280);
static_assert(sizeof(PollRequest) == 296);

//   0        16     271  272     280
//   +--------+------+----+-------+
//   | header | name |    | allow |
//   +--------+------+----+-------+
struct MasterWinsRequest {
    RequestHeader header;
    char name[kNameSize];
    alignas(8) std::uint32_t allow;
};
static_assert(offsetof(MasterWinsRequest, allow) == 272);
static_assert(sizeof(MasterWinsRequest) == 280);

//   0        16     20            24 + n
//   +--------+------+-------------+
//   | header | size | n bytes ... |     4 bytes of padding behind the data
//   +--------+------+-------------+
struct SetExtraInfoRequest {
    RequestHeader header;
    std::uint32_t size;
};
inline constexpr std::size_t kExtraInfoData = 20; // where the data begins, before the end of the structure
static_assert(offsetof(SetExtraInfoRequest, size) == 16);
static_assert(sizeof(SetExtraInfoRequest) == 24);

//   0        24       28      32      36         40        44      48       52      56       60     315  320
//   +--------+--------+-------+-------+----------+---------+-------+--------+-------+--------+------+----+
//   | header | nodeid | state | votes | expected | highest | total | quorum | flags | device | name |    |
//   |        |        |       |       | votes    | exp.    | votes |        |       | votes  |      |    |
//   +--------+--------+-------+-------+----------+---------+-------+--------+-------+--------+------+----+
struct InfoReply {
    ReplyHeader header;
    std::uint32_t nodeid;
    std::uint32_t state;
    std::uint32_t votes;
    std::uint32_t expected_votes;
    std::uint32_t highest_expected;
    std::uint32_t total_votes;
    std::uint32_t quorum;
    std::uint32_t flags;
    std::uint32_t device_votes;
    char device_name[kNameSize];
};
static_assert(offsetof(InfoReply, nodeid) == 24);
static_assert(offsetof(InfoReply, device_votes) == 56);
static_assert(offsetof(InfoReply, device_name) == 60);
static_assert(sizeof(InfoReply) == 320);

//   0        24     28            32 + n
//   +--------+------+-------------+
//   | header | size | n bytes ... |
//   +--------+------+-------------+
struct ExtraInfoReply {
    ReplyHeader header;
    std::uint32_t size;
};
inline constexpr std::size_t kExtraInfoReplyData = 28;
static_assert(offsetof(ExtraInfoReply, size) == 24);
static_assert(sizeof(ExtraInfoReply) == 32);

//   0        24        32        40      48
//   +--------+---------+---------+-------+-------------------------+
//   | header | quorate | context | count | {node id, state} ...    |
//   +--------+---------+---------+-------+-------------------------+
struct QuorumEvent {
    ReplyHeader header;
    alignas(8) std::uint32_t quorate;
    alignas(8) std::uint64_t context;
    alignas(8) std::uint32_t count;
};
static_assert(offsetof(QuorumEvent, quorate) == 24);
static_assert(offsetof(QuorumEvent, context) == 32);
static_assert(offsetof(QuorumEvent, count) == 40);
static_assert(sizeof(QuorumEvent) == 48);

//   0        24        32       40
//   +--------+---------+--------+
//   | header | context | votes  |
//   +--------+---------+--------+
struct ExpectedVotesEvent {
    ReplyHeader header;
    alignas(8) std::uint64_t context;
    alignas(8) std::uint32_t expected_votes;
};
static_assert(offsetof(ExpectedVotesEvent, context) == 24);
static_assert(offsetof(ExpectedVotesEvent, expected_votes) == 32);
static_assert(sizeof(ExpectedVotesEvent) == 40);

//   0        24        32       40    48      56
//   +--------+---------+--------+-----+-------+--------------+
//   | header | context | nodeid | seq | count | node ids ... |
//   +--------+---------+--------+-----+-------+--------------+
struct NodeListEvent {
    ReplyHeader header;
    alignas(8) std::uint64_t context;
    alignas(8) RingId ring;
    alignas(8) std::uint32_t count;
};
static_assert(offsetof(NodeListEvent, context) == 24);
static_assert(offsetof(NodeListEvent, ring) == 32);
static_assert(offsetof(NodeListEvent, count) == 48);
static_assert(sizeof(NodeListEvent) == 56);

//   0        24        32       40     48
//   +--------+---------+--------+------+-------------+
//   | header | context | nodeid | size | n bytes ... |
//   +--------+---------+--------+------+-------------+
struct DeviceExtraInfoEvent {
    ReplyHeader header;
    alignas(8) std::uint64_t context;
    alignas(8) std::uint32_t nodeid;
    alignas(8) std::uint32_t size;
};
static_assert(offsetof(DeviceExtraInfoEvent, context) == 24);
static_assert(offsetof(DeviceExtraInfoEvent, nodeid) == 32);
static_assert(offsetof(DeviceExtraInfoEvent, size) == 40);
static_assert(sizeof(DeviceExtraInfoEvent) == 48);

} // namespace corosync::votequorum
