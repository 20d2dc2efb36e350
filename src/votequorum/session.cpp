// SPDX-License-Identifier: BSD-3-Clause
#include "votequorum/session.hpp"

#include "core/reason.hpp"
#include "service/session_call.hpp"

#include <cerrno>
#include <cstring>

namespace corosync::votequorum {
namespace {

constexpr std::size_t kMaxExtraInfo = VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE;

// A 3.1.x daemon replies CS_ERR_INVALID_PARAM to a request that it does not know.
cs_error_t unsupported_if_invalid(cs_error_t error)
{
    return error == CS_ERR_INVALID_PARAM ? CS_ERR_NOT_SUPPORTED : error;
}

} // namespace

bool DeviceName::assign(const char* name)
{
    if (name == nullptr)
        return false;
    text_ = name;
    length_ = std::strlen(name);
    return length_ > 0 && length_ < VOTEQUORUM_QDEVICE_MAX_NAME_LEN;
}

void DeviceName::put(char (&to)[kNameSize]) const
{
    std::memcpy(to, text_, length_);
}

HandleTable<Session>& Session::table()
{
    static constinit HandleTable<Session> sessions;
    return sessions;
}

cs_error_t Session::getinfo(unsigned nodeid, votequorum_info& info)
{
    Outgoing<NumberRequest> request(kGetInfo);
    request->number = nodeid;
    const Exchange exchange(connection_.requests(), {request.part()}, ReplyFormat::of<InfoReply>(kInfo));
    if (exchange.status() < 0)
        return result_of(exchange);
    // In an error reply the other fields are uninitialized memory of the daemon.
    std::memset(&info, 0, sizeof info);
    InfoReply reply;
    if (!exchange.read(reply))
        return result_of(exchange);
    info.node_id = reply.nodeid;
    info.node_state = reply.state;
    info.node_votes = reply.votes;
    info.node_expected_votes = reply.expected_votes;
    info.highest_expected = reply.highest_expected;
    info.total_votes = reply.total_votes;
    info.quorum = reply.quorum;
    info.flags = reply.flags;
    info.qdevice_votes = reply.device_votes;
    std::memcpy(info.qdevice_name, reply.device_name, strnlen(reply.device_name, sizeof info.qdevice_name - 1));
    return CS_OK;
}

cs_error_t Session::setexpected(unsigned votes)
{
    Outgoing<NumberRequest> request(kSetExpected);
    request->number = votes;
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::setvotes(unsigned nodeid, unsigned votes)
{
    Outgoing<SetVotesRequest> request(kSetVotes);
    request->votes = votes;
    request->nodeid = nodeid;
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::trackstart(std::uint64_t tracking_context, unsigned flags)
{
    Outgoing<TrackStartRequest> request(kTrackStart);
    request->context = tracking_context;
    request->flags = flags;
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::trackstop()
{
    Outgoing<BareRequest> request(kTrackStop);
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::send_recv_name(RequestId id, const DeviceName& name)
{
    Outgoing<NameRequest> request(id);
    name.put(request->name);
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::device_register(const DeviceName& name)
{
    return send_recv_name(kDeviceRegister, name);
}

cs_error_t Session::device_unregister(const DeviceName& name)
{
    return send_recv_name(kDeviceUnregister, name);
}

cs_error_t Session::device_update(const DeviceName& old_name, const DeviceName& new_name)
{
    Outgoing<UpdateRequest> request(kDeviceUpdate);
    old_name.put(request->old_name);
    new_name.put(request->new_name);
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::device_poll(const DeviceName& name, unsigned cast_vote, votequorum_ring_id_t ring)
{
    Outgoing<PollRequest> request(kDevicePoll);
    name.put(request->name);
    request->cast_vote = cast_vote;
    request->ring.nodeid = ring.nodeid;
    request->ring.seq = ring.seq;
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::device_master_wins(const DeviceName& name, unsigned allow)
{
    Outgoing<MasterWinsRequest> request(kDeviceMasterWins);
    name.put(request->name);
    request->allow = allow;
    return send_recv(connection_, request, kStatus);
}

cs_error_t Session::get_extra_info(unsigned nodeid, std::uint32_t& size, void* data)
{
    Outgoing<NumberRequest> request(kGetExtraInfo);
    request->number = nodeid;
    const Exchange exchange(connection_.requests(), {request.part()},
                            ReplyFormat::of<ExtraInfoReply>(kExtraInfo, kMaxExtraInfo));
    if (exchange.status() < 0)
        return result_of(exchange);
    size = 0;
    ExtraInfoReply reply;
    if (!exchange.reply().read(reply))
        return unsupported_if_invalid(result_of(exchange));
    if (!exchange.ok())
        return result_of(exchange);
    const std::byte* bytes = exchange.reply().bytes(kExtraInfoReplyData, reply.size);
    if (reply.size > kMaxExtraInfo || bytes == nullptr)
        return CS_ERR_LIBRARY;
    std::memcpy(data, bytes, reply.size);
    size = reply.size;
    return CS_OK;
}

cs_error_t Session::set_extra_info(const void* data, std::uint32_t size)
{
    if (size > kMaxExtraInfo)
        return CS_ERR_INVALID_PARAM;
    if (data == nullptr)
        size = 0;
    Outgoing<SetExtraInfoRequest> request(kSetExtraInfo, size);
    request->size = size;
    // The data begins before the end of the structure. So as many bytes of padding follow the data.
    char padding[sizeof(SetExtraInfoRequest) - kExtraInfoData] = {};
    const iovec body[] = {{const_cast<void*>(data), size}, {padding, sizeof padding}};
    const iovec head{request.part().iov_base, kExtraInfoData};
    return unsupported_if_invalid(
        result_of(Exchange(connection_.requests(), {head, body, 0, size + sizeof padding}, {kStatus})));
}

void Session::wake_daemon()
{
    Outgoing<NumberRequest> request(kGetInfo); // of this node, which 0 stands for
    connection_.requests().wake_daemon({request.part()});
}

int Session::deliver(votequorum_handle_t handle, std::byte* event, std::size_t size) const
{
    const View view(event, size);
    ReplyHeader header;
    if (!read_header(view, header))
        return explain_malformed("event", view);
    switch (header.id) {
    case kQuorum:
        return deliver_quorum(handle, event, view);
    case kNodeList:
        return deliver_node_list(handle, event, view);
    case kExpectedVotes:
        return deliver_expected_votes(handle, view);
    case kDeviceExtraInfo:
        return deliver_extra_info(handle, event, view);
    default:
        return 0; // an event that only newer daemons have
    }
}

int Session::deliver_quorum(votequorum_handle_t handle, std::byte* event, const View& view) const
{
    static_assert(sizeof(votequorum_node_t) == 8);
    QuorumEvent head;
    if (!view.read(head) || view.bytes(sizeof head, std::uint64_t{head.count} * sizeof(votequorum_node_t)) == nullptr)
        return explain_malformed("event", view);
    if (model_.votequorum_quorum_notify_fn != nullptr && !connection_.closing())
        model_.votequorum_quorum_notify_fn(handle, head.context, head.quorate, head.count,
                                           reinterpret_cast<votequorum_node_t*>(event + sizeof head));
    return 0;
}

int Session::deliver_node_list(votequorum_handle_t handle, std::byte* event, const View& view) const
{
    NodeListEvent head;
    if (!view.read(head) || view.bytes(sizeof head, std::uint64_t{head.count} * sizeof(std::uint32_t)) == nullptr)
        return explain_malformed("event", view);
    if (model_.votequorum_nodelist_notify_fn != nullptr && !connection_.closing())
        model_.votequorum_nodelist_notify_fn(handle, head.context, {head.ring.nodeid, head.ring.seq}, head.count,
                                             reinterpret_cast<std::uint32_t*>(event + sizeof head));
    return 0;
}

int Session::deliver_expected_votes(votequorum_handle_t handle, const View& view) const
{
    ExpectedVotesEvent head;
    if (!view.read(head))
        return explain_malformed("event", view);
    if (model_.votequorum_expectedvotes_notify_fn != nullptr && !connection_.closing())
        model_.votequorum_expectedvotes_notify_fn(handle, head.context, head.expected_votes);
    return 0;
}

int Session::deliver_extra_info(votequorum_handle_t handle, std::byte* event, const View& view) const
{
    DeviceExtraInfoEvent head;
    if (!view.read(head) || view.bytes(sizeof head, head.size) == nullptr)
        return explain_malformed("event", view);
    if (model_.votequorum_qdevice_extra_info_fn != nullptr && !connection_.closing())
        model_.votequorum_qdevice_extra_info_fn(handle, head.context, head.nodeid, head.size, event + sizeof head);
    return 0;
}

} // namespace corosync::votequorum
