// SPDX-License-Identifier: BSD-3-Clause
#include "cmap_messages.hpp"

#include <algorithm>

namespace test {

namespace {

constexpr char kKey[] = "some.key";

std::int32_t id_of(const Bytes& request)
{
    return value_at<std::int32_t>(request, 0);
}

wire::HandleReply handle_reply(std::int32_t id, std::uint64_t handle)
{
    wire::HandleReply reply{};
    reply.header = {id, sizeof reply, CS_OK};
    reply.handle = handle;
    return reply;
}

wire::IterNextReply iter_next_reply()
{
    wire::IterNextReply reply{};
    reply.header = {wire::kIterNext, sizeof reply, CS_OK};
    reply.key.length = sizeof kKey - 1;
    std::copy(std::begin(kKey), std::end(kKey), reply.key.value);
    reply.value_length = sizeof kStoredNumber;
    reply.type = CMAP_VALUETYPE_UINT32;
    return reply;
}

} // namespace

Bytes CmapAnswers::operator()(const Bytes& request)
{
    const std::int32_t id = id_of(request);
    switch (id) {
    case wire::kGet:
        return get_reply(request, as_bytes(kStoredNumber), CMAP_VALUETYPE_UINT32);
    case wire::kIterInit:
        return as_bytes(handle_reply(id, 1));
    case wire::kIterNext:
        return as_bytes(iter_next_reply());
    case wire::kTrackAdd:
        cookie_ = cookie_in(request);
        return as_bytes(handle_reply(id, kTrackerHandle));
    case wire::kTrackDelete:
        return as_bytes(handle_reply(id, cookie_));
    case wire::kSetCurrentMap:
        return message(wire::kSetCurrentMapReply, {});
    default:
        return message(id, {});
    }
}

Cookie cookie_in(const Bytes& request)
{
    return value_at<Cookie>(request, offsetof(wire::TrackAddRequest, cookie));
}

Bytes get_reply(const Bytes& request, const Bytes& value, cmap_value_types_t type)
{
    const auto room = static_cast<std::size_t>(value_at<std::uint64_t>(request, offsetof(wire::GetRequest, room)));
    if (room > 0 && room < value.size())
        return error_reply(wire::kGet, CS_ERR_INVALID_PARAM);
    wire::GetReply reply{};
    reply.header = {wire::kGet, static_cast<std::int32_t>(sizeof reply + room), CS_OK};
    reply.value_length = value.size();
    reply.type = static_cast<std::uint8_t>(type);
    Bytes bytes = as_bytes(reply) + value;
    bytes.resize(sizeof reply + room);
    return bytes;
}

Notification::Notification(Cookie cookie, const Bytes& now, const Bytes& before) : values(now + before)
{
    fields.header = {wire::kNotify, static_cast<std::int32_t>(sizeof fields + values.size()), CS_OK};
    fields.cookie = cookie;
    fields.key.length = sizeof kKey - 1;
    std::copy(std::begin(kKey), std::end(kKey), fields.key.value);
    fields.event = CMAP_TRACK_MODIFY;
    fields.new_type = now.size() == sizeof(std::uint32_t) ? CMAP_VALUETYPE_UINT32 : CMAP_VALUETYPE_BINARY;
    fields.old_type = before.empty() ? 0 : CMAP_VALUETYPE_BINARY;
    fields.new_length = now.size();
    fields.old_length = before.size();
}

} // namespace test
