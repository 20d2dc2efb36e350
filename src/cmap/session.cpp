// SPDX-License-Identifier: BSD-3-Clause
#include "cmap/session.hpp"

#include "service/session_call.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace corosync::cmap {
namespace {

// The longest value that fits into a SET request.
constexpr std::size_t kMaxSetLength = kMessageSize - sizeof(SetRequest);

// How much room for the value a GET requests. The daemon clears and sends all of it, so we request little at first.
// Every value that the map can store today fits into kAnyValue. kMaxRoom is what fits into a reply. (The daemon never
// sends a reply that does not fit into the ring, and the caller would wait for ever.)
constexpr std::size_t kSmallRoom = 64;
constexpr std::size_t kStringRoom = 256;
constexpr std::size_t kAnyValue = 16448;
constexpr std::size_t kMaxRoom = kMessageSize - sizeof(GetReply);
// The statistics map copies a value without checking the room. Its longest value is the process name of a connection.
constexpr std::size_t kStatsRoom = 512;

// Sends a request whose reply carries a handle, or another 64-bit number in the handle's place.
template <class Request>
cs_error_t send_recv_handle(Connection& connection, Outgoing<Request>& request, std::int32_t reply_id,
                            std::uint64_t& handle)
{
    const Exchange exchange(connection.requests(), {request.part()}, ReplyFormat::of<HandleReply>(reply_id));
    HandleReply reply;
    if (exchange.read(reply))
        handle = reply.handle;
    return result_of(exchange);
}

bool has_suffix(const char* text, const char* suffix)
{
    const std::size_t length = std::strlen(text);
    const std::size_t suffix_length = std::strlen(suffix);
    return length >= suffix_length && std::strcmp(text + length - suffix_length, suffix) == 0;
}

} // namespace

bool Key::assign(const char* name)
{
    text_ = name != nullptr ? name : "";
    length_ = std::strlen(text_);
    return length_ <= CMAP_KEYNAME_MAXLEN;
}

void Key::put(Name& to) const
{
    to.length = static_cast<std::uint16_t>(length_);
    std::memcpy(to.value, text_, length_);
}

HandleTable<Session>& Session::table()
{
    static constinit HandleTable<Session> sessions;
    return sessions;
}

cs_error_t Session::use_map(cmap_map_t map)
{
    Outgoing<SetCurrentMapRequest> request(kSetCurrentMap);
    request->map = static_cast<std::int32_t>(map);
    stats_ = map == CMAP_MAP_STATS;
    return send_recv(connection_, request, kSetCurrentMapReply);
}

cs_error_t Session::set(const Key& key, const void* value, std::size_t length, unsigned type)
{
    if (type > UINT8_MAX)
        return CS_ERR_INVALID_PARAM;
    if (length > kMaxSetLength)
        return CS_ERR_TOO_BIG;
    Outgoing<SetRequest> request(kSet, length);
    key.put(request->key);
    request->value_length = length;
    request->type = static_cast<std::uint8_t>(type);
    const iovec tail{const_cast<void*>(value), length};
    return result_of(Exchange(connection_.requests(), {request.part(), {&tail, 1}, 0, length}, {kSet}));
}

cs_error_t Session::remove(const Key& key)
{
    Outgoing<NameRequest> request(kDelete);
    key.put(request->name);
    return send_recv(connection_, request, kDelete);
}

cs_error_t Session::adjust(const Key& key, std::int32_t step)
{
    Outgoing<AdjustRequest> request(kAdjust);
    key.put(request->key);
    request->step = step;
    return send_recv(connection_, request, kAdjust);
}

std::size_t Session::min_room() const
{
    return stats_ ? kStatsRoom : kSmallRoom;
}

// Sends one GET and calls on_value(type, length, bytes) with the value. `bytes` is nullptr if the value had no room:
// either `room` is 0, or the statistics map has a longer value, which it reports anyway.
template <class OnValue> cs_error_t Session::fetch(const Key& key, std::size_t room, OnValue on_value)
{
    Outgoing<GetRequest> request(kGet);
    key.put(request->key);
    request->room = room;
    const Exchange exchange(connection_.requests(), {request.part()}, ReplyFormat::of<GetReply>(kGet, room));
    GetReply reply;
    if (!exchange.read(reply))
        return result_of(exchange);
    const std::byte* bytes = nullptr;
    if (reply.value_length <= room)
        bytes = exchange.reply().bytes(sizeof reply, reply.value_length);
    const bool no_room = room == 0 || (stats_ && reply.value_length > room);
    if ((bytes == nullptr && !no_room) || reply.value_length > kMaxRoom)
        return CS_ERR_LIBRARY;
    return on_value(static_cast<cmap_value_types_t>(reply.type), reply.value_length, bytes);
}

// Repeats the GET with more room while the daemon says that the room is too small, up to the largest reply.
template <class OnValue> cs_error_t Session::fetch_growing(const Key& key, std::size_t room, OnValue on_value)
{
    for (;;) {
        bool have_value = false;
        const cs_error_t error = fetch(key, room, [&](auto type, std::uint64_t length, const std::byte* bytes) {
            if (bytes == nullptr)
                return CS_ERR_INVALID_PARAM;
            have_value = true;
            return on_value(type, static_cast<std::size_t>(length), bytes);
        });
        if (have_value || error != CS_ERR_INVALID_PARAM || room == kMaxRoom)
            return error;
        room = room < kAnyValue ? kAnyValue : kMaxRoom;
    }
}

cs_error_t Session::get(const Key& key, void* value, std::size_t* length, cmap_value_types_t* type)
{
    const auto describe = [&](cmap_value_types_t stored_type, std::uint64_t stored_length) {
        if (length != nullptr)
            *length = static_cast<std::size_t>(stored_length);
        if (type != nullptr)
            *type = stored_type;
        return CS_OK;
    };
    if (value == nullptr) {
        const auto on_value = [&](auto stored_type, std::uint64_t stored_length, const std::byte*) {
            return describe(stored_type, stored_length);
        };
        const cs_error_t error = fetch(key, min_room(), on_value);
        // A GET with room 0 would be enough, but in the statistics map it can kill the daemon.
        return error == CS_ERR_INVALID_PARAM && !stats_ ? fetch(key, 0, on_value) : error;
    }

    const std::size_t room = *length;
    const auto on_value = [&](auto stored_type, std::uint64_t stored_length, const std::byte* bytes) {
        if (stored_length > room)
            return CS_ERR_INVALID_PARAM;
        if (bytes == nullptr)
            return CS_ERR_LIBRARY;
        std::memcpy(value, bytes, static_cast<std::size_t>(stored_length));
        return describe(stored_type, stored_length);
    };
    std::size_t asked = room > min_room() ? room : min_room();
    if (asked > kAnyValue)
        asked = kAnyValue;
    const cs_error_t error = fetch(key, asked, on_value);
    if (error != CS_ERR_INVALID_PARAM || room <= asked)
        return error;
    return fetch(key, room < kMaxRoom ? room : kMaxRoom, on_value);
}

cs_error_t Session::get_number(const Key& key, cmap_value_types_t type, void* number, std::size_t size)
{
    return fetch(key, min_room(), [&](auto stored_type, std::uint64_t length, const std::byte* bytes) {
        if (stored_type != type || length != size || bytes == nullptr)
            return CS_ERR_INVALID_PARAM;
        std::memcpy(number, bytes, size);
        return CS_OK;
    });
}

cs_error_t Session::get_string(const Key& key, char** text)
{
    const std::size_t room = kStringRoom > min_room() ? kStringRoom : min_room();
    return fetch_growing(key, room, [&](auto type, std::size_t length, const std::byte* bytes) {
        if (type != CMAP_VALUETYPE_STRING)
            return CS_ERR_INVALID_PARAM;
        auto* copy = static_cast<char*>(malloc(length + 1));
        if (copy == nullptr)
            return CS_ERR_NO_MEMORY;
        std::memcpy(copy, bytes, length);
        copy[length] = '\0';
        *text = copy;
        return CS_OK;
    });
}

void Session::wake_daemon()
{
    Outgoing<GetRequest> request(kGet); // for the key with the empty name, which no map has
    connection_.requests().wake_daemon({request.part()});
}

cs_error_t Session::iter_init(const Key& prefix, cmap_iter_handle_t& iterator)
{
    Outgoing<NameRequest> request(kIterInit);
    prefix.put(request->name);
    return send_recv_handle(connection_, request, kIterInit, iterator);
}

cs_error_t Session::iter_next(cmap_iter_handle_t iterator, char* key, std::size_t* length, cmap_value_types_t* type)
{
    Outgoing<HandleRequest> request(kIterNext);
    request->handle = iterator;
    const Exchange exchange(connection_.requests(), {request.part()}, ReplyFormat::of<IterNextReply>(kIterNext));
    IterNextReply reply;
    if (!exchange.read(reply))
        return result_of(exchange);
    const std::ptrdiff_t key_length = length_of(reply.key);
    if (key_length < 0 || reply.value_length > kMaxRoom)
        return CS_ERR_LIBRARY;
    std::memcpy(key, reply.key.value, static_cast<std::size_t>(key_length) + 1);
    if (length != nullptr)
        *length = static_cast<std::size_t>(reply.value_length);
    if (type != nullptr)
        *type = static_cast<cmap_value_types_t>(reply.type);
    return CS_OK;
}

cs_error_t Session::iter_finalize(cmap_iter_handle_t iterator)
{
    Outgoing<HandleRequest> request(kIterFinalize);
    request->handle = iterator;
    return send_recv(connection_, request, kIterFinalize);
}

cs_error_t Session::track_add(const Key& key, std::int32_t flags, cmap_notify_fn_t notify, void* user_data,
                              cmap_track_handle_t& handle)
{
    // On a change of such a value, the daemon would overwrite its own stack and die.
    if (stats_ && (flags & CMAP_TRACK_PREFIX) == 0 && has_suffix(key.text(), ".procname"))
        return CS_ERR_NOT_SUPPORTED;
    std::uint64_t cookie = 0;
    if (const int rc = trackers_.add(notify, user_data, cookie); rc != 0)
        return from_transport(rc);
    Outgoing<TrackAddRequest> request(kTrackAdd);
    key.put(request->key);
    request->track_type = flags;
    request->cookie = cookie;
    cmap_track_handle_t added = 0;
    const cs_error_t error = send_recv_handle(connection_, request, kTrackAdd, added);
    if (error != CS_OK) {
        trackers_.remove(cookie);
        return error;
    }
    handle = added;
    trackers_.confirm(cookie, added);
    return CS_OK;
}

cs_error_t Session::track_delete(cmap_track_handle_t handle)
{
    Outgoing<HandleRequest> request(kTrackDelete);
    request->handle = handle;
    std::uint64_t cookie = 0;
    const cs_error_t error = send_recv_handle(connection_, request, kTrackDelete, cookie);
    if (error == CS_OK)
        trackers_.remove(cookie);
    return error;
}

} // namespace corosync::cmap
