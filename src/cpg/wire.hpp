// SPDX-License-Identifier: BSD-3-Clause
// Layouts of the cpg service's messages.
#pragma once

#include "core/message.hpp"

#include <cstddef>
#include <cstdint>

namespace corosync::cpg {

enum RequestId : std::int32_t {
    kJoin = 0,
    kLeave = 1,
    kMcast = 2, // has no reply
    kMembership = 3,
    kLocalGet = 4,
    kIterationInitialize = 5,
    kIterationNext = 6,
    kIterationFinalize = 7,
    kFinalize = 8,
    kPartialMcast = 12,
};

enum ReplyId : std::int32_t {
    kJoinReply = 0,
    kLeaveReply = 1,
    kMembershipReply = 3,
    kLocalGetReply = 7,
    kIterationInitializeReply = 9,
    kIterationNextReply = 10,
    kIterationFinalizeReply = 11,
    kPartialMcastReply = 18,
};

enum EventId : std::int32_t {
    kConfchg = 4,
    kDeliver = 5,
    kTotemConfchg = 13,
    kPartialDeliver = 17,
};

// Of PARTIAL_MCAST and PARTIAL_DELIVER. Other values mean kContinued.
enum PartType : std::uint32_t { kFirst = 1, kContinued = 2, kLast = 3 };

inline constexpr std::size_t kNameSize = 128;

// A group's name: `length` bytes of any value.
//
//   0         8
//   +---------+------------+
//   | length  | 128 bytes  |
//   +---------+------------+
struct Name {
    alignas(8) std::uint32_t length;
    alignas(8) char value[kNameSize];
};
static_assert(offsetof(Name, value) == 8);
static_assert(sizeof(Name) == 136);

//   0         8         16        24
//   +---------+---------+---------+
//   | nodeid  | pid     | reason  |
//   +---------+---------+---------+
struct Address {
    alignas(8) std::uint32_t nodeid;
    alignas(8) std::uint32_t pid;
    alignas(8) std::uint32_t reason;
};
static_assert(offsetof(Address, reason) == 16);
static_assert(sizeof(Address) == 24);

//   0        16        152      160      168
//   +--------+---------+--------+--------+
//   | header | group   | pid    | flags  |
//   +--------+---------+--------+--------+
struct JoinRequest {
    RequestHeader header;
    Name group;
    alignas(8) std::uint32_t pid;
    alignas(8) std::uint32_t flags;
};
static_assert(offsetof(JoinRequest, group) == 16);
static_assert(offsetof(JoinRequest, pid) == 152);
static_assert(offsetof(JoinRequest, flags) == 160);
static_assert(sizeof(JoinRequest) == 168);

//   0        16        152      160
//   +--------+---------+--------+
//   | header | group   | pid    |
//   +--------+---------+--------+
struct LeaveRequest {
    RequestHeader header;
    Name group;
    alignas(8) std::uint32_t pid;
};
static_assert(offsetof(LeaveRequest, pid) == 152);
static_assert(sizeof(LeaveRequest) == 160);

//   0        24          32       40
//   +--------+-----------+--------+-------------+
//   | header | guarantee | length | message ... |     the header is a ReplyHeader whose error is 0
//   +--------+-----------+--------+-------------+
struct McastRequest {
    ReplyHeader header;
    alignas(8) std::uint32_t guarantee;
    alignas(8) std::uint32_t length;
};
static_assert(offsetof(McastRequest, guarantee) == 24);
static_assert(offsetof(McastRequest, length) == 32);
static_assert(sizeof(McastRequest) == 40);

//   0        24          32       40          48     56
//   +--------+-----------+--------+-----------+------+----------+
//   | header | guarantee | length | length of | type | part ... |
//   |        |           | of all | this part |      |          |
//   +--------+-----------+--------+-----------+------+----------+
struct PartialMcastRequest {
    ReplyHeader header;
    alignas(8) std::uint32_t guarantee;
    alignas(8) std::uint32_t length;
    alignas(8) std::uint32_t part_length;
    alignas(8) std::uint32_t type;
};
static_assert(offsetof(PartialMcastRequest, length) == 32);
static_assert(offsetof(PartialMcastRequest, part_length) == 40);
static_assert(offsetof(PartialMcastRequest, type) == 48);
static_assert(sizeof(PartialMcastRequest) == 56);

//   0        16
//   +--------+
//   | header |        LOCAL_GET, FINALIZE
//   +--------+
struct BareRequest {
    RequestHeader header;
};
static_assert(sizeof(BareRequest) == 16);

//   0        16        152
//   +--------+---------+
//   | header | group   |
//   +--------+---------+
struct MembershipRequest {
    RequestHeader header;
    Name group;
};
static_assert(sizeof(MembershipRequest) == 152);

//   0        24       32
//   +--------+--------+----------------+
//   | header | count  | addresses ...  |     384 entries, used or not
//   +--------+--------+----------------+
struct MembershipReply {
    ReplyHeader header;
    alignas(8) std::uint32_t count;
};
static_assert(offsetof(MembershipReply, count) == 24);
static_assert(sizeof(MembershipReply) == 32);

//   0        24       32
//   +--------+--------+
//   | header | nodeid |
//   +--------+--------+
struct LocalGetReply {
    ReplyHeader header;
    alignas(8) std::uint32_t nodeid;
};
static_assert(offsetof(LocalGetReply, nodeid) == 24);
static_assert(sizeof(LocalGetReply) == 32);

//   0        16        152      160
//   +--------+---------+--------+
//   | header | group   | type   |
//   +--------+---------+--------+
struct IterationInitializeRequest {
    RequestHeader header;
    Name group;
    alignas(8) std::uint32_t type;
};
static_assert(offsetof(IterationInitializeRequest, type) == 152);
static_assert(sizeof(IterationInitializeRequest) == 160);

//   0        24       32
//   +--------+--------+
//   | header | handle |
//   +--------+--------+
struct IterationInitializeReply {
    ReplyHeader header;
    alignas(8) std::uint64_t handle;
};
static_assert(offsetof(IterationInitializeReply, handle) == 24);
static_assert(sizeof(IterationInitializeReply) == 32);

//   0        16       24
//   +--------+--------+
//   | header | handle |        NEXT and FINALIZE of an iteration
//   +--------+--------+
struct IterationRequest {
    RequestHeader header;
    alignas(8) std::uint64_t handle;
};
static_assert(offsetof(IterationRequest, handle) == 16);
static_assert(sizeof(IterationRequest) == 24);

//   0        24        160      164     168
//   +--------+---------+--------+-------+
//   | header | group   | nodeid | pid   |
//   +--------+---------+--------+-------+
struct IterationNextReply {
    ReplyHeader header;
    Name group;
    std::uint32_t nodeid;
    std::uint32_t pid;
};
static_assert(offsetof(IterationNextReply, group) == 24);
static_assert(offsetof(IterationNextReply, nodeid) == 160);
static_assert(offsetof(IterationNextReply, pid) == 164);
static_assert(sizeof(IterationNextReply) == 168);

//   0        24        160      168      176   184
//   +--------+---------+--------+--------+-----+-------------+
//   | header | group   | length | nodeid | pid | message ... |
//   +--------+---------+--------+--------+-----+-------------+
struct DeliverEvent {
    ReplyHeader header;
    Name group;
    alignas(8) std::uint32_t length;
    alignas(8) std::uint32_t nodeid;
    alignas(8) std::uint32_t pid;
};
static_assert(offsetof(DeliverEvent, group) == 24);
static_assert(offsetof(DeliverEvent, length) == 160);
static_assert(offsetof(DeliverEvent, nodeid) == 168);
static_assert(offsetof(DeliverEvent, pid) == 176);
static_assert(sizeof(DeliverEvent) == 184);

//   0        24        160      168         176      184   192    200
//   +--------+---------+--------+-----------+--------+-----+------+----------+
//   | header | group   | length | length of | nodeid | pid | type | part ... |
//   |        |         | of all | this part |        |     |      |          |
//   +--------+---------+--------+-----------+--------+-----+------+----------+
struct PartialDeliverEvent {
    ReplyHeader header;
    Name group;
    alignas(8) std::uint32_t length;
    alignas(8) std::uint32_t part_length;
    alignas(8) std::uint32_t nodeid;
    alignas(8) std::uint32_t pid;
    alignas(8) std::uint32_t type;
};
static_assert(offsetof(PartialDeliverEvent, length) == 160);
static_assert(offsetof(PartialDeliverEvent, part_length) == 168);
static_assert(offsetof(PartialDeliverEvent, nodeid) == 176);
static_assert(offsetof(PartialDeliverEvent, pid) == 184);
static_assert(offsetof(PartialDeliverEvent, type) == 192);
static_assert(sizeof(PartialDeliverEvent) == 200);

//   0        24        160       168      176    184
//   +--------+---------+---------+--------+------+--------------------------------------+
//   | header | group   | members | joined | left | addresses: members, left, joined ... |
//   +--------+---------+---------+--------+------+--------------------------------------+
// The order of the counts differs from the order of the lists.
struct ConfchgEvent {
    ReplyHeader header;
    Name group;
    alignas(8) std::uint32_t members;
    alignas(8) std::uint32_t joined;
    alignas(8) std::uint32_t left;
};
static_assert(offsetof(ConfchgEvent, members) == 160);
static_assert(offsetof(ConfchgEvent, joined) == 168);
static_assert(offsetof(ConfchgEvent, left) == 176);
static_assert(sizeof(ConfchgEvent) == 184);

//   0        24       32       40        44
//   +--------+--------+--------+---------+--------------+
//   | header | nodeid | seq    | members | node ids ... |     packed; 4 more bytes follow
//   +--------+--------+--------+---------+--------------+
struct TotemConfchgEvent {
    ReplyHeader header;
    alignas(8) std::uint32_t ring_nodeid;
    alignas(8) std::uint64_t ring_seq;
    alignas(8) std::uint32_t members;
};
static_assert(offsetof(TotemConfchgEvent, ring_nodeid) == 24);
static_assert(offsetof(TotemConfchgEvent, ring_seq) == 32);
static_assert(offsetof(TotemConfchgEvent, members) == 40);
static_assert(sizeof(TotemConfchgEvent) == 48);
inline constexpr std::size_t kTotemNodes = 44;

} // namespace corosync::cpg
