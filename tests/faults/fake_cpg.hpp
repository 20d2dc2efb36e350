// SPDX-License-Identifier: BSD-3-Clause
// What the tests on a fake cpg service share. Its messages use the library's own layouts. The tests on a real daemon
// show that those are right.
#pragma once

#include "integration/cpg_fixture.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"

#include "cpg/wire.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace test {

namespace wire = corosync::cpg;

inline constexpr char kGroup[] = "group";
inline constexpr std::uint32_t kOwnNode = 1;
inline constexpr std::uint32_t kSender = 4711; // a member that sends

// The replies of a daemon of one node, which accepts every request, and in which `kSender` is the group's only member.
Bytes cpg_answer(const Bytes& request);

// A reply or an event that begins with `fields`, with a valid header.
template <class Fields> Bytes cpg_message(std::int32_t id, Fields fields, const Bytes& tail = {})
{
    fields.header = {id, static_cast<std::int32_t>(sizeof fields + tail.size()), CS_OK};
    return as_bytes(fields) + tail;
}

wire::Name wire_name(std::string_view text);
Bytes wire_addresses(const Members& members);

// Events whose fields can be changed before they are sent.
struct Delivery {
    explicit Delivery(const Bytes& text);
    wire::DeliverEvent fields{};
    Bytes text;
    Bytes bytes() const { return cpg_message(wire::kDeliver, fields, text); }
};

struct Confchg {
    Confchg(const Members& members, const Members& left, const Members& joined);
    wire::ConfchgEvent fields{};
    Bytes lists;
    Bytes bytes() const { return cpg_message(wire::kConfchg, fields, lists); }
};

struct Part {
    Part(wire::PartType type, std::size_t whole, const Bytes& text);
    wire::PartialDeliverEvent fields{};
    Bytes text;
    Bytes bytes() const { return cpg_message(wire::kPartialDeliver, fields, text); }
};

// With the 4 bytes that daemons send after the list, or without them.
Bytes totem_event(std::uint32_t count, const std::vector<std::uint32_t>& nodes, std::size_t more = 4);

} // namespace test
