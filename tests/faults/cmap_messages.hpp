// SPDX-License-Identifier: BSD-3-Clause
// Messages of a daemon's cmap service.
#pragma once

#include "support/bytes.hpp"

#include "cmap/wire.hpp"

#include <cstdint>
#include <limits>
#include <optional>

#include <corosync/cmap.h>

namespace test {

namespace wire = corosync::cmap;

using Cookie = std::uint64_t;

inline constexpr cmap_track_handle_t kTrackerHandle = 77;
inline constexpr std::uint32_t kStoredNumber = 42;

// The replies of a daemon in which every key has the u32 value kStoredNumber and every tracker the handle
// kTrackerHandle.
class CmapAnswers {
public:
    Bytes operator()(const Bytes& request);

private:
    Cookie cookie_ = 0;
};

// The cookie in a request for a tracker.
Cookie cookie_in(const Bytes& request);

// A reply to GET with this value and as much room as the request asks for.
Bytes get_reply(const Bytes& request, const Bytes& value, cmap_value_types_t type);

// An event whose fields can be changed before it is sent.
struct Notification {
    Notification(Cookie cookie, const Bytes& now, const Bytes& before = {});
    Notification(Cookie cookie, std::uint32_t number) : Notification(cookie, as_bytes(number)) {}

    wire::NotifyEvent fields{};
    Bytes values; // new, then old

    Bytes bytes() const { return as_bytes(fields) + values; }
};

} // namespace test
