// SPDX-License-Identifier: BSD-3-Clause
// Layouts of the cmap service's messages. Every field starts on a multiple of 8.
#pragma once

#include "core/message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace corosync::cmap {

enum Id : std::int32_t {
    kSet = 0,
    kDelete = 1,
    kGet = 2,
    kAdjust = 3,
    kIterInit = 4,
    kIterNext = 5,
    kIterFinalize = 6,
    kTrackAdd = 7,
    kTrackDelete = 8,
    kSetCurrentMap = 9,
    kSetCurrentMapReply = 10, // all other replies have the request's id
    kNotify = 9,              // an event
};

//   0         8
//   +---------+------------------+
//   | length  | 256 bytes, NUL   |
//   +---------+------------------+
struct Name {
    alignas(8) std::uint16_t length; // without the NUL
    alignas(8) char value[256];
};
static_assert(offsetof(Name, value) == 8);
static_assert(sizeof(Name) == 264);

// The length of a name that the daemon sent, or -1 if the name has no NUL.
inline std::ptrdiff_t length_of(const Name& name)
{
    const std::size_t length = strnlen(name.value, sizeof name.value);
    return length < sizeof name.value ? static_cast<std::ptrdiff_t>(length) : -1;
}

//   0        16        280       288      296
//   +--------+---------+---------+--------+----------------+
//   | header | key     | length  | type   | value ...      |
//   +--------+---------+---------+--------+----------------+
struct SetRequest {
    RequestHeader header;
    Name key;
    alignas(8) std::uint64_t value_length;
    alignas(8) std::uint8_t type;
};
static_assert(offsetof(SetRequest, key) == 16);
static_assert(offsetof(SetRequest, value_length) == 280);
static_assert(offsetof(SetRequest, type) == 288);
static_assert(sizeof(SetRequest) == 296);

//   0        16        280
//   +--------+---------+
//   | header | name    |        DELETE (the key), ITER_INIT (the prefix; length 0 for all)
//   +--------+---------+
struct NameRequest {
    RequestHeader header;
    Name name;
};
static_assert(offsetof(NameRequest, name) == 16);
static_assert(sizeof(NameRequest) == 280);

//   0        16        280       288
//   +--------+---------+---------+
//   | header | key     | room    |    room for the value; 0 asks for length and type alone
//   +--------+---------+---------+
struct GetRequest {
    RequestHeader header;
    Name key;
    alignas(8) std::uint64_t room;
};
static_assert(offsetof(GetRequest, room) == 280);
static_assert(sizeof(GetRequest) == 288);

//   0        24        32       40
//   +--------+---------+--------+-----------------------+
//   | header | length  | type   | value, `room` bytes   |
//   +--------+---------+--------+-----------------------+
struct GetReply {
    ReplyHeader header;
    alignas(8) std::uint64_t value_length;
    alignas(8) std::uint8_t type;
};
static_assert(offsetof(GetReply, value_length) == 24);
static_assert(offsetof(GetReply, type) == 32);
static_assert(sizeof(GetReply) == 40);

//   0        16        280       288
//   +--------+---------+---------+
//   | header | key     | step    |    +1 or -1
//   +--------+---------+---------+
struct AdjustRequest {
    RequestHeader header;
    Name key;
    alignas(8) std::int32_t step;
};
static_assert(offsetof(AdjustRequest, step) == 280);
static_assert(sizeof(AdjustRequest) == 288);

//   0        16        24
//   +--------+---------+
//   | header | handle  |      ITER_NEXT, ITER_FINALIZE, TRACK_DELETE; the handle is the daemon's
//   +--------+---------+
struct HandleRequest {
    RequestHeader header;
    alignas(8) std::uint64_t handle;
};
static_assert(offsetof(HandleRequest, handle) == 16);
static_assert(sizeof(HandleRequest) == 24);

//   0        24        32
//   +--------+---------+
//   | header | handle  |      ITER_INIT and TRACK_ADD: the new handle; TRACK_DELETE: the tracker's cookie
//   +--------+---------+
struct HandleReply {
    ReplyHeader header;
    alignas(8) std::uint64_t handle;
};
static_assert(offsetof(HandleReply, handle) == 24);
static_assert(sizeof(HandleReply) == 32);

//   0        24        288       296      304
//   +--------+---------+---------+--------+
//   | header | key     | length  | type   |
//   +--------+---------+---------+--------+
struct IterNextReply {
    ReplyHeader header;
    Name key;
    alignas(8) std::uint64_t value_length;
    alignas(8) std::uint8_t type;
};
static_assert(offsetof(IterNextReply, key) == 24);
static_assert(offsetof(IterNextReply, value_length) == 288);
static_assert(offsetof(IterNextReply, type) == 296);
static_assert(sizeof(IterNextReply) == 304);

//   0        16        280       288      296
//   +--------+---------+---------+--------+
//   | header | key     | flags   | cookie |    the cookie comes back in each event
//   +--------+---------+---------+--------+
struct TrackAddRequest {
    RequestHeader header;
    Name key;
    alignas(8) std::int32_t track_type;
    alignas(8) std::uint64_t cookie;
};
static_assert(offsetof(TrackAddRequest, track_type) == 280);
static_assert(offsetof(TrackAddRequest, cookie) == 288);
static_assert(sizeof(TrackAddRequest) == 296);

//   0        16        24
//   +--------+---------+
//   | header | map     |
//   +--------+---------+
struct SetCurrentMapRequest {
    RequestHeader header;
    alignas(8) std::int32_t map;
};
static_assert(offsetof(SetCurrentMapRequest, map) == 16);
static_assert(sizeof(SetCurrentMapRequest) == 24);

//   0        24       32        296     304      312      320      328      336
//   +--------+--------+---------+-------+--------+--------+--------+--------+----------+----------+
//   | header | cookie | key     | event | type   | type   | length | length | new      | old      |
//   |        |        |         |       | (new)  | (old)  | (new)  | (old)  | value    | value    |
//   +--------+--------+---------+-------+--------+--------+--------+--------+----------+----------+
// The old value follows the new one without padding. An absent value has type 0 and length 0.
struct NotifyEvent {
    ReplyHeader header;
    alignas(8) std::uint64_t cookie;
    Name key;
    alignas(8) std::int32_t event;
    alignas(8) std::uint8_t new_type;
    alignas(8) std::uint8_t old_type;
    alignas(8) std::uint64_t new_length;
    alignas(8) std::uint64_t old_length;
};
static_assert(offsetof(NotifyEvent, cookie) == 24);
static_assert(offsetof(NotifyEvent, key) == 32);
static_assert(offsetof(NotifyEvent, event) == 296);
static_assert(offsetof(NotifyEvent, new_type) == 304);
static_assert(offsetof(NotifyEvent, old_type) == 312);
static_assert(offsetof(NotifyEvent, new_length) == 320);
static_assert(offsetof(NotifyEvent, old_length) == 328);
static_assert(sizeof(NotifyEvent) == 336);

} // namespace corosync::cmap
