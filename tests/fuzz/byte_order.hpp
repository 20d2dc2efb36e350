// SPDX-License-Identifier: BSD-3-Clause
// All inputs have their numbers as a little-endian machine writes them, so that a corpus reaches the same everywhere.
// Here they become the machine's own.
#pragma once

#include "cmap/wire.hpp"
#include "cpg/wire.hpp"
#include "votequorum/wire.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace fuzz {

// A number in a message; with a step, all of them from there to the end of the message.
struct Number {
    std::size_t at;
    std::size_t width;
    std::size_t step = 0;
};

// The numbers of a message after its header, at the places that the service's wire.hpp draws.
struct Layout {
    std::string_view service;
    std::int32_t id; // the replies and events of a service have different ones
    Number numbers[9];
};

inline constexpr Number kHeader[] = {{0, 4}, {8, 4}, {16, 4}};

inline constexpr Layout kLayouts[] = {
    {"cmap", corosync::cmap::kGet, {{24, 8}}},
    {"cmap", corosync::cmap::kIterInit, {{24, 8}}},
    {"cmap", corosync::cmap::kIterNext, {{24, 2}, {288, 8}}},
    {"cmap", corosync::cmap::kTrackAdd, {{24, 8}}},
    {"cmap", corosync::cmap::kTrackDelete, {{24, 8}}},
    {"cmap", corosync::cmap::kNotify, {{24, 8}, {32, 2}, {296, 4}, {320, 8}, {328, 8}}},
    {"cpg", corosync::cpg::kMembershipReply, {{24, 4, 8}}},
    {"cpg", corosync::cpg::kLocalGetReply, {{24, 4}}},
    {"cpg", corosync::cpg::kIterationInitializeReply, {{24, 8}}},
    {"cpg", corosync::cpg::kIterationNextReply, {{24, 4}, {160, 4}, {164, 4}}},
    {"cpg", corosync::cpg::kDeliver, {{24, 4}, {160, 4}, {168, 4}, {176, 4}}},
    {"cpg", corosync::cpg::kPartialDeliver, {{24, 4}, {160, 4}, {168, 4}, {176, 4}, {184, 4}, {192, 4}}},
    {"cpg", corosync::cpg::kConfchg, {{24, 4}, {160, 4, 8}}},
    {"cpg", corosync::cpg::kTotemConfchg, {{24, 4}, {32, 8}, {40, 4, 4}}},
    {"votequorum",
     corosync::votequorum::kInfo,
     {{24, 4}, {28, 4}, {32, 4}, {36, 4}, {40, 4}, {44, 4}, {48, 4}, {52, 4}, {56, 4}}},
    {"votequorum", corosync::votequorum::kExtraInfo, {{24, 4}}},
    {"votequorum", corosync::votequorum::kQuorum, {{24, 4}, {32, 8}, {40, 4}, {48, 4, 4}}},
    {"votequorum", corosync::votequorum::kExpectedVotes, {{24, 8}, {32, 4}}},
    {"votequorum", corosync::votequorum::kNodeList, {{24, 8}, {32, 4}, {40, 8}, {48, 4}, {56, 4, 4}}},
    {"votequorum", corosync::votequorum::kDeviceExtraInfo, {{24, 8}, {32, 4}, {40, 4}}},
};

inline void to_host_order(std::byte* number, std::size_t width)
{
    if constexpr (std::endian::native == std::endian::big)
        std::reverse(number, number + width);
}

inline void to_host_order(std::span<std::byte> message, std::span<const Number> numbers)
{
    for (const Number& number : numbers) {
        for (std::size_t at = number.at; number.width != 0 && at + number.width <= message.size(); at += number.step) {
            to_host_order(message.data() + at, number.width);
            if (number.step == 0)
                break;
        }
    }
}

// A reply or an event of this service.
inline void to_host_order(std::span<std::byte> message, std::string_view service)
{
    to_host_order(message, kHeader);
    std::int32_t id = 0;
    if (message.size() < sizeof id)
        return;
    std::memcpy(&id, message.data(), sizeof id);
    for (const Layout& layout : kLayouts)
        if (layout.service == service && layout.id == id)
            to_host_order(message, layout.numbers);
}

} // namespace fuzz
