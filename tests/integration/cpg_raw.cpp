// SPDX-License-Identifier: BSD-3-Clause
#include "cpg_raw.hpp"

#include "support/bytes.hpp"
#include "support/eventually.hpp"

#include <stdexcept>

#include <corosync/corotypes.h>

namespace test {

namespace {

enum Request : std::int32_t { kJoin = 0, kLeave = 1, kMcast = 2, kFinalize = 8, kPartialMcast = 12 };

constexpr std::size_t kNameSize = 128;

Bytes word(std::size_t value)
{
    return as_bytes(std::uint64_t{value});
}

Bytes wire_name(std::string_view group)
{
    Bytes bytes(group);
    bytes.resize(kNameSize);
    return word(group.size()) + bytes;
}

// Both kinds of messages have these fields after the header: one for an error, and the guarantee.
Bytes beginning()
{
    return word(0) + word(2);
}

} // namespace

void RawCpg::demand(std::int32_t id, const std::string& body) const
{
    RawClient::Reply reply;
    eventually([&] {
        reply = client_.ask(id, body);
        return reply.error != CS_ERR_TRY_AGAIN && reply.error != CS_ERR_BUSY;
    });
    if (reply.error != CS_OK)
        throw std::runtime_error("request " + std::to_string(id) + ": " + std::to_string(reply.error));
}

void RawCpg::join(std::string_view group, std::uint32_t pid)
{
    demand(kJoin, wire_name(group) + word(pid) + word(0));
}

void RawCpg::leave(std::string_view group, std::uint32_t pid)
{
    demand(kLeave, wire_name(group) + word(pid));
}

void RawCpg::stop_receiving()
{
    demand(kFinalize, "");
}

void RawCpg::send_part(std::uint32_t type, std::uint32_t length, std::string_view bytes)
{
    demand(kPartialMcast, beginning() + word(length) + word(bytes.size()) + word(type) + Bytes(bytes));
}

void RawCpg::send_whole(std::string_view bytes)
{
    const auto body = beginning() + word(bytes.size()) + Bytes(bytes);
    if (!eventually([&] { return client_.tell(kMcast, body); }))
        throw std::runtime_error("the message is not taken");
}

} // namespace test
