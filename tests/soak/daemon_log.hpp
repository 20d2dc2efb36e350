// SPDX-License-Identifier: BSD-3-Clause
// What a daemon's log shows and its clients do not get.
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

// The number of messages of its own node that the daemon had no room for.
std::uint64_t dropped_messages(const std::string& log);

// Nodes that left the daemon's rings after the first ring, up to the second, or to the log's end if the second is not
// in it. Clients do not get a ring that another one follows at once.
std::set<std::uint32_t> nodes_left(const std::string& log, Ring from, Ring to);

} // namespace soak
