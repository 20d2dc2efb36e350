// SPDX-License-Identifier: BSD-3-Clause
// What a daemon's log knows and its clients are not told.
#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <string>

namespace soak {

struct Ring {
    std::uint32_t node = 0;
    std::uint64_t seq = 0;
    auto operator<=>(const Ring&) const = default;
};
std::string text_of(const Ring& ring);

// Messages of its own node for which the daemon had no room.
std::uint64_t dropped_messages(const std::string& log);

// Nodes that left the daemon's rings behind the first of these, up to the second, or to the log's end without it. A
// ring that the next one follows at once is in the log only.
std::set<std::uint32_t> nodes_left(const std::string& log, Ring from, Ring to);

} // namespace soak
