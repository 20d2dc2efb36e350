// SPDX-License-Identifier: BSD-3-Clause
#include "fake_cpg.hpp"

namespace test {

namespace {

Bytes membership_reply()
{
    constexpr std::size_t kRoom = 384; // the whole array is sent, used or not
    wire::MembershipReply fields{};
    fields.count = 1;
    Bytes addresses = wire_addresses({{kOwnNode, kSender, CPG_REASON_UNDEFINED}});
    addresses.resize(kRoom * sizeof(wire::Address));
    return cpg_message(wire::kMembershipReply, fields, addresses);
}

} // namespace

Bytes cpg_answer(const Bytes& request)
{
    switch (value_at<std::int32_t>(request, 0)) {
    case wire::kJoin:
        return message(wire::kJoinReply, {});
    case wire::kLeave:
        return message(wire::kLeaveReply, {});
    case wire::kMcast:
        return {};
    case wire::kPartialMcast:
        return message(wire::kPartialMcastReply, {});
    case wire::kMembership:
        return membership_reply();
    case wire::kLocalGet: {
        wire::LocalGetReply fields{};
        fields.nodeid = kOwnNode;
        return cpg_message(wire::kLocalGetReply, fields);
    }
    case wire::kIterationInitialize: {
        wire::IterationInitializeReply fields{};
        fields.handle = 1;
        return cpg_message(wire::kIterationInitializeReply, fields);
    }
    case wire::kIterationNext: {
        wire::IterationNextReply fields{};
        fields.group = wire_name(kGroup);
        fields.nodeid = kOwnNode;
        fields.pid = kSender;
        return cpg_message(wire::kIterationNextReply, fields);
    }
    case wire::kIterationFinalize:
        return message(wire::kIterationFinalizeReply, {});
    case wire::kFinalize:
        return message(12, {});
    default:
        return error_reply(0, CS_ERR_INVALID_PARAM);
    }
}

wire::Name wire_name(std::string_view text)
{
    wire::Name name{};
    name.length = static_cast<std::uint32_t>(text.copy(name.value, sizeof name.value));
    return name;
}

Bytes wire_addresses(const Members& members)
{
    Bytes bytes;
    for (const auto& member : members) {
        wire::Address address{};
        address.nodeid = member.nodeid;
        address.pid = member.pid;
        address.reason = member.reason;
        bytes += as_bytes(address);
    }
    return bytes;
}

Delivery::Delivery(const Bytes& message) : text(message)
{
    fields.group = wire_name(kGroup);
    fields.length = static_cast<std::uint32_t>(text.size());
    fields.nodeid = kOwnNode;
    fields.pid = kSender;
}

Confchg::Confchg(const Members& members, const Members& left, const Members& joined)
    : lists(wire_addresses(members) + wire_addresses(left) + wire_addresses(joined))
{
    fields.group = wire_name(kGroup);
    fields.members = static_cast<std::uint32_t>(members.size());
    fields.left = static_cast<std::uint32_t>(left.size());
    fields.joined = static_cast<std::uint32_t>(joined.size());
}

Part::Part(wire::PartType type, std::size_t whole, const Bytes& part) : text(part)
{
    fields.group = wire_name(kGroup);
    fields.length = static_cast<std::uint32_t>(whole);
    fields.part_length = static_cast<std::uint32_t>(text.size());
    fields.nodeid = kOwnNode;
    fields.pid = kSender;
    fields.type = type;
}

Bytes totem_event(std::uint32_t count, const std::vector<std::uint32_t>& nodes, std::size_t more)
{
    wire::TotemConfchgEvent fields{};
    fields.ring_nodeid = kOwnNode;
    fields.ring_seq = 8;
    fields.members = count;
    Bytes bytes = as_bytes(fields).substr(0, wire::kTotemNodes);
    for (const std::uint32_t node : nodes)
        bytes += as_bytes(node);
    bytes.resize(bytes.size() + more);
    const auto head = header(wire::kTotemConfchg, bytes.size());
    return head + bytes.substr(head.size());
}

} // namespace test
