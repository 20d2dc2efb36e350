// SPDX-License-Identifier: BSD-3-Clause
#include "fake_votequorum.hpp"

#include <stdexcept>

namespace test {

Message Message::request(std::int32_t id, std::size_t size)
{
    Message message;
    message.bytes_.resize(size);
    message.put(0, as_bytes(id)).put(8, as_bytes(static_cast<std::int32_t>(size)));
    return message;
}

Message Message::reply(std::int32_t id, std::size_t size, std::int32_t error)
{
    return request(id, size).put(16, as_bytes(error));
}

Message& Message::put(std::size_t offset, const Bytes& bytes)
{
    if (offset + bytes.size() > bytes_.size())
        throw std::out_of_range("a field behind the end of the message");
    bytes_.replace(offset, bytes.size(), bytes);
    return *this;
}

Message status(std::int32_t error)
{
    return Message::reply(wire::kStatus, wire::kBare, error);
}

Message quorum_event(std::uint32_t quorate, std::uint32_t entries, std::size_t size)
{
    return Message::event(wire::kQuorum, size).u32(24, quorate).u32(40, entries);
}

Message node_list_event(std::uint32_t entries, std::size_t size)
{
    return Message::event(wire::kNodeList, size).u32(48, entries);
}

Message expected_votes_event(std::uint32_t votes)
{
    return Message::event(wire::kExpectedVotes, 40).u32(32, votes);
}

Message extra_info_event(std::uint32_t nodeid, const std::string& extra)
{
    return Message::event(wire::kExtraInfoChanged, 48 + extra.size())
        .u32(32, nodeid)
        .u32(40, static_cast<std::uint32_t>(extra.size()))
        .text(48, extra);
}

Bytes VotequorumAnswers::operator()(const Bytes& request)
{
    switch (value_at<std::int32_t>(request, 0)) {
    case wire::getinfo:
        return Message::reply(wire::kInfo, wire::kInfoSize).u32(24, 1).u32(28, 1).u32(52, 2).text(60, "device");
    case wire::set_extra_info:
        extra_ = request.substr(20, value_at<std::uint32_t>(request, 16));
        return status(CS_OK);
    case wire::get_extra_info: {
        const auto node = value_at<std::uint32_t>(request, 16);
        if (node > 1)
            return Message::reply(wire::kExtraInfo, wire::kBare, CS_ERR_NOT_EXIST);
        const std::string extra = node == 1 ? extra_ : "";
        return Message::reply(wire::kExtraInfo, wire::kExtraInfoSize + extra.size())
            .u32(24, static_cast<std::uint32_t>(extra.size()))
            .text(28, extra);
    }
    default:
        return status(CS_OK);
    }
}

FakeVotequorumTest::~FakeVotequorumTest()
{
    votequorum.finalize();
    remove_what_libqb_leaves();
}

} // namespace test
