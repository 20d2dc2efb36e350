// SPDX-License-Identifier: BSD-3-Clause
// A simple model of what a program should get from a sequence of cpg's events, to compare with.
#pragma once

#include "input.hpp"

#include "cpg/wire.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace fuzz {

class CpgModel {
public:
    // The next event comes. All events of the one before it must have been delivered.
    void arrives(Bytes bytes)
    {
        if (due_)
            abort();
        const corosync::View event(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size());
        corosync::ReplyHeader header{};
        if (!corosync::read_header(event, header))
            return;
        if (header.id == corosync::cpg::kConfchg)
            forget_those_who_left(event);
        else if (header.id == corosync::cpg::kDeliver)
            due_ = body<corosync::cpg::DeliverEvent>(event, &corosync::cpg::DeliverEvent::length);
        else if (header.id == corosync::cpg::kPartialDeliver)
            take_part(event);
    }

    void is_delivered(const void* message, std::size_t length)
    {
        if (!due_ || *due_ != std::string(static_cast<const char*>(message), length))
            abort();
        due_.reset();
    }

    void ends()
    {
        if (due_)
            abort();
    }

private:
    struct Begun {
        std::uint32_t length;
        std::string bytes;
    };

    template <class Head>
    static std::optional<std::string> body(const corosync::View& event, std::uint32_t Head::*length)
    {
        Head head;
        if (!event.read(head) || head.group.length > sizeof head.group.value)
            return {};
        const auto* bytes = reinterpret_cast<const char*>(event.bytes(sizeof head, head.*length));
        return bytes != nullptr ? std::optional(std::string(bytes, head.*length)) : std::nullopt;
    }

    void take_part(const corosync::View& event)
    {
        corosync::cpg::PartialDeliverEvent head{};
        const auto part = body(event, &corosync::cpg::PartialDeliverEvent::part_length);
        if (!part || !event.read(head))
            return;
        const auto sender = std::pair(head.nodeid, head.pid);
        if (head.type == corosync::cpg::kFirst)
            begun_[sender] = {head.length, {}};
        const auto found = begun_.find(sender);
        if (found == begun_.end())
            return;
        Begun& begun = found->second;
        begun.bytes += *part;
        const bool fits = head.length == begun.length && begun.bytes.size() <= begun.length;
        if (fits && head.type == corosync::cpg::kLast && begun.bytes.size() == begun.length)
            due_ = begun.bytes;
        if (!fits || head.type == corosync::cpg::kLast)
            begun_.erase(found);
    }

    void forget_those_who_left(const corosync::View& event)
    {
        corosync::cpg::ConfchgEvent head{};
        if (!event.read(head) || head.group.length > sizeof head.group.value)
            return;
        const std::uint64_t addresses = std::uint64_t{head.members} + head.left + head.joined;
        if (event.size() < sizeof head + addresses * sizeof(corosync::cpg::Address))
            return;
        for (std::size_t index = head.members; index < std::size_t{head.members} + head.left; ++index) {
            corosync::cpg::Address address{};
            if (event.read(address, sizeof head + index * sizeof address))
                begun_.erase({address.nodeid, address.pid});
        }
    }

    std::map<std::pair<std::uint32_t, std::uint32_t>, Begun> begun_;
    std::optional<std::string> due_;
};

} // namespace fuzz
