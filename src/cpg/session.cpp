// SPDX-License-Identifier: BSD-3-Clause
#include "cpg/session.hpp"

#include "core/clock.hpp"
#include "core/reasons.hpp"
#include "cpg/zero_copy.hpp"
#include "service/session_call.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace corosync::cpg {
namespace {

// While the daemon is busy with our last join or leave, we repeat the request: at once, then with growing pauses.
constexpr int kFirstPauseMs = 1;
constexpr int kLongestPauseMs = 50;
constexpr int kGiveUpMs = 1000;

// While the next part of a long message cannot be sent, we try again after each pause. The daemon often has room again
// within a millisecond or two. With pauses of 10 ms, as in the reference, a message of 3 MB took nearly twice as long.
constexpr int kPartPauseMs = 1;

constexpr std::size_t kMaxMembersInReply = 384; // the room in a MEMBERSHIP reply

// Copies only `length` bytes, so that we do not send other memory of the program.
void put_name(Name& to, const cpg_name& name)
{
    to.length = name.length;
    std::memcpy(to.value, name.value, name.length);
}

cpg_name name_from(const Name& name)
{
    cpg_name copy{};
    copy.length = name.length;
    std::memcpy(copy.value, name.value, name.length);
    return copy;
}

bool valid(const Name& name)
{
    return name.length <= kNameSize;
}

std::uint64_t addresses_in(const ConfchgEvent& confchg)
{
    return std::uint64_t{confchg.members} + confchg.left + confchg.joined;
}

// False if the event is shorter than its counts say.
bool read_confchg(const View& event, ConfchgEvent& confchg)
{
    return event.read(confchg) && valid(confchg.group) &&
           event.bytes(sizeof confchg, addresses_in(confchg) * sizeof(Address)) != nullptr;
}

} // namespace

HandleTable<Session>& Session::table()
{
    static constinit HandleTable<Session> sessions;
    return sessions;
}

// Repeats the request while the daemon is busy, for at most about that many milliseconds. A request fails after a
// finalize, which ends this, unless it is finalize's own.
template <class Request> cs_error_t retry_while_busy(std::int64_t most_ms, Request request)
{
    std::int64_t waited = 0;
    int pause = 0;
    for (;;) {
        const cs_error_t error = request();
        if (error != CS_ERR_BUSY || waited >= most_ms)
            return error;
        if (pause > 0)
            pause_ms(pause);
        waited += pause;
        pause = pause == 0 ? kFirstPauseMs : pause * 2;
        if (pause > kLongestPauseMs)
            pause = kLongestPauseMs;
    }
}

// The daemon is busy with a join only if the connection has left a group, in any process. That does not pass: the
// daemon allows one join per connection.
cs_error_t Session::join(const cpg_name& group)
{
    Outgoing<JoinRequest> request(kJoin);
    put_name(request->group, group);
    request->pid = static_cast<std::uint32_t>(getpid());
    request->flags = model_.flags;
    return retry_while_busy(kGiveUpMs, [&] {
        if (!membership_.lock())
            return CS_ERR_LIBRARY;
        const LockGuard guard(membership_);
        const cs_error_t error = send_recv(connection_, request, kJoinReply);
        if (error == CS_OK) {
            group_ = request->group;
            pid_ = request->pid;
            joined_ = true;
        }
        return error;
    });
}

// The daemon would report any name and pid in this request as having left. So send those that have joined.
cs_error_t Session::leave(const cpg_name& group)
{
    return retry_while_busy(INT64_MAX, [&] {
        if (!membership_.lock())
            return CS_ERR_LIBRARY;
        const LockGuard guard(membership_);
        Outgoing<LeaveRequest> request(kLeave);
        if (joined_) {
            request->group = group_;
            request->pid = pid_;
        } else {
            put_name(request->group, group);
            request->pid = static_cast<std::uint32_t>(getpid());
        }
        const cs_error_t error = send_recv(connection_, request, kLeaveReply);
        if (error == CS_OK)
            joined_ = false;
        return error;
    });
}

cs_error_t Session::send_finalize()
{
    // When a connection closes, the daemon does not remove a member of the group with the empty name. So leave first,
    // unless another thread joins or leaves at this moment.
    if (membership_.try_lock()) {
        const LockGuard guard(membership_);
        if (joined_ && group_.length == 0) {
            Outgoing<LeaveRequest> leaving(kLeave);
            leaving->pid = pid_;
            retry_while_busy(kGiveUpMs, [&] {
                std::int32_t answer = kWireOk;
                const int rc = connection_.requests().last_request({leaving.part()}, &answer);
                return rc == -EAGAIN || from_wire(answer) == CS_ERR_TRY_AGAIN ? CS_ERR_BUSY : from_wire(answer);
            });
        }
    }
    Outgoing<BareRequest> request(kFinalize);
    return from_transport(connection_.requests().last_request({request.part()}));
}

// While another thread joins or leaves, only the daemon knows.
bool Session::may_be_member()
{
    if (!membership_.try_lock())
        return true;
    const LockGuard guard(membership_);
    return joined_;
}

cs_error_t Session::mcast(cpg_guarantee_t guarantee, const iovec* parts, std::size_t count)
{
    if (parts == nullptr && count != 0)
        return CS_ERR_INVALID_PARAM;
    std::size_t length = 0;
    for (std::size_t index = 0; index < count; ++index) {
        if (parts[index].iov_base == nullptr && parts[index].iov_len != 0)
            return CS_ERR_INVALID_PARAM;
        if (parts[index].iov_len > UINT32_MAX - length)
            return CS_ERR_TOO_BIG;
        length += parts[index].iov_len;
    }
    const std::span<const iovec> all(parts, count);
    return length <= kMaxAtomic ? mcast_whole(guarantee, all, length) : mcast_in_parts(guarantee, all, length);
}

cs_error_t Session::mcast_whole(cpg_guarantee_t guarantee, std::span<const iovec> parts, std::size_t length)
{
    Outgoing<McastRequest> request(kMcast, length);
    request->guarantee = guarantee;
    request->length = static_cast<std::uint32_t>(length);
    return from_transport(connection_.requests().send({request.part(), parts, 0, length}, kMulticast));
}

cs_error_t Session::mcast_in_parts(cpg_guarantee_t guarantee, std::span<const iovec> parts, std::size_t length)
{
    if (!large_.lock())
        return CS_ERR_LIBRARY;
    const LockGuard guard(large_);
    for (std::size_t sent = 0; sent < length;) {
        const std::size_t part = length - sent < kMaxAtomic ? length - sent : kMaxAtomic;
        Outgoing<PartialMcastRequest> request(kPartialMcast, part);
        request->guarantee = guarantee;
        request->length = static_cast<std::uint32_t>(length);
        request->part_length = static_cast<std::uint32_t>(part);
        request->type = kContinued;
        if (sent == 0)
            request->type = kFirst;
        else if (sent + part == length)
            request->type = kLast;
        const cs_error_t error = mcast_part(request, parts, sent);
        if (error != CS_OK)
            return error; // receivers drop these parts when our next first part arrives
        sent += part;
    }
    return CS_OK;
}

// Sends one part. While the cluster or the kernel cannot take it, repeats the request for one second.
cs_error_t Session::mcast_part(Outgoing<PartialMcastRequest>& request, std::span<const iovec> parts, std::size_t skip)
{
    for (int waited = 0;; waited += kPartPauseMs) {
        {
            const Exchange exchange(connection_.requests(), {request.part(), parts, skip, request->part_length},
                                    {kPartialMcastReply}, kMulticast);
            const bool not_now = exchange.status() == -EAGAIN || exchange.status() == -ENOBUFS;
            if (!not_now || waited == kGiveUpMs)
                return result_of(exchange);
        } // during the pause other threads may make requests
        pause_ms(kPartPauseMs);
    }
}

cs_error_t Session::zero_copy_mcast(cpg_guarantee_t guarantee, const iovec& whole)
{
    if (whole.iov_len > kMessageSize)
        return CS_ERR_TOO_BIG;
    if (whole.iov_len > zero_copy_size(whole.iov_base))
        return CS_ERR_INVALID_PARAM;
    if (!may_be_member())
        return connection_.disconnected() ? CS_ERR_LIBRARY : CS_ERR_NOT_EXIST;
    return mcast(guarantee, &whole, 1);
}

cs_error_t Session::membership(const cpg_name& group, cpg_address* members, int& count)
{
    Outgoing<MembershipRequest> request(kMembership);
    put_name(request->group, group);
    const Exchange exchange(connection_.requests(), {request.part()},
                            ReplyFormat::of<MembershipReply>(kMembershipReply, kMaxMembersInReply * sizeof(Address)));
    MembershipReply reply;
    if (!exchange.read(reply))
        return result_of(exchange);
    // The daemon's count includes members that do not fit into its reply. The program has room for CPG_MEMBERS_MAX.
    const std::size_t most = reply.count < CPG_MEMBERS_MAX ? reply.count : CPG_MEMBERS_MAX;
    std::size_t written = 0;
    for (Address address; written < most && exchange.reply().read(address, sizeof reply + written * sizeof address);
         ++written)
        members[written] = {address.nodeid, address.pid, address.reason};
    count = static_cast<int>(written);
    return CS_OK;
}

cs_error_t Session::local_nodeid(unsigned& nodeid)
{
    Outgoing<BareRequest> request(kLocalGet);
    const Exchange exchange(connection_.requests(), {request.part()}, ReplyFormat::of<LocalGetReply>(kLocalGetReply));
    LocalGetReply reply;
    if (exchange.read(reply))
        nodeid = reply.nodeid;
    return result_of(exchange);
}

void Session::wake_daemon()
{
    Outgoing<BareRequest> request(kLocalGet);
    connection_.requests().wake_daemon({request.part()});
}

cs_error_t Session::iteration_initialize(cpg_handle_t owner, cpg_iteration_type_t type, const cpg_name* group,
                                         cpg_iteration_handle_t& iteration)
{
    Outgoing<IterationInitializeRequest> request(kIterationInitialize);
    if (group != nullptr)
        put_name(request->group, *group);
    request->type = type;
    const Exchange exchange(connection_.requests(), {request.part()},
                            ReplyFormat::of<IterationInitializeReply>(kIterationInitializeReply));
    IterationInitializeReply reply;
    if (!exchange.read(reply))
        return result_of(exchange);
    return from_transport(
        // on failure the daemon's iteration ends with the connection
        iterations_.add({owner, reply.handle}, iteration));
}

// If another thread ended the iteration while the request waited for its turn, the daemon's error says only that it
// does not know the iteration.
cs_error_t Session::iteration_next(const Iteration& iteration, cpg_iteration_handle_t handle,
                                   cpg_iteration_description_t& description)
{
    Outgoing<IterationRequest> request(kIterationNext);
    request->handle = iteration.daemon_handle;
    const Exchange exchange(connection_.requests(), {request.part()},
                            ReplyFormat::of<IterationNextReply>(kIterationNextReply));
    IterationNextReply reply;
    if (!exchange.read(reply))
        return exchange.status() == 0 && !iterations().has(handle) ? CS_ERR_BAD_HANDLE : result_of(exchange);
    if (!valid(reply.group))
        return CS_ERR_LIBRARY;
    description = {name_from(reply.group), reply.nodeid, reply.pid};
    return CS_OK;
}

cs_error_t Session::iteration_finalize(const Iteration& iteration, cpg_iteration_handle_t handle)
{
    Outgoing<IterationRequest> request(kIterationFinalize);
    request->handle = iteration.daemon_handle;
    const Exchange exchange(connection_.requests(), {request.part()}, {kIterationFinalizeReply});
    // After any reply, the daemon no longer has the iteration.
    if (exchange.status() == 0 && !iterations_.end(handle))
        return CS_ERR_BAD_HANDLE; // another thread has ended it
    return result_of(exchange);
}

const EventHandling& Session::event_handling()
{
    static constexpr EventHandling handling{
        .may_lend = [](const View& event) { return has_id(event, kDeliver); },
        .is_part = [](const View& event) { return has_id(event, kPartialDeliver); },
        .add_part = [](void* session, const View& part, Buffer& buffer,
                       Event& whole) { return static_cast<Session*>(session)->add_part(part, buffer, whole); },
        .before_delivery =
            [](void* session, const View& event) {
                if (has_id(event, kConfchg)) // most events are messages
                    static_cast<Session*>(session)->before_confchg(event);
            }};
    return handling;
}

int Session::add_part(const View& part, Buffer& buffer, Event& whole)
{
    ReplyHeader header;
    PartialDeliverEvent event;
    if (!read_header(part, header) || !part.read(event) || !valid(event.group))
        return explain_malformed("part of a message", part);
    const std::byte* bytes = part.bytes(sizeof event, event.part_length);
    if (bytes == nullptr)
        return explain_malformed("part of a message", part);
    if (model_.cpg_deliver_fn == nullptr)
        return 0;
    return assemblies_.add(event, bytes, buffer, whole);
}

// A process that leaves does not complete its message. Drop its parts before the confchg callback runs: meanwhile the
// same process may already have joined again and sent a new message.
void Session::before_confchg(const View& event)
{
    ReplyHeader header;
    ConfchgEvent confchg;
    if (!read_header(event, header) || !read_confchg(event, confchg))
        return;
    std::size_t at = sizeof confchg + confchg.members * sizeof(Address);
    Address address;
    for (std::uint32_t index = 0; index < confchg.left && event.read(address, at); ++index, at += sizeof address)
        assemblies_.drop(address.nodeid, address.pid);
}

int Session::deliver(cpg_handle_t handle, std::byte* event, std::size_t size)
{
    const View view(event, size);
    ReplyHeader header;
    if (!read_header(view, header))
        return explain_malformed("event", view);
    switch (header.id) {
    case kDeliver:
        return deliver_message(handle, event, view);
    case kConfchg:
        return deliver_confchg(handle, event, view);
    case kTotemConfchg:
        return deliver_totem(handle, event, view);
    default:
        return 0; // an event that only newer daemons have
    }
}

int Session::deliver_message(cpg_handle_t handle, std::byte* event, const View& view) const
{
    DeliverEvent head;
    if (!view.read(head) || !valid(head.group) || view.bytes(sizeof head, head.length) == nullptr)
        return explain_malformed("event", view);
    if (model_.cpg_deliver_fn == nullptr)
        return 0;
    const cpg_name group = name_from(head.group);
    if (!connection_.closing())
        model_.cpg_deliver_fn(handle, &group, head.nodeid, head.pid, event + sizeof head, head.length);
    return 0;
}

int Session::deliver_confchg(cpg_handle_t handle, std::byte* event, const View& view) const
{
    ConfchgEvent head;
    if (!read_confchg(view, head))
        return explain_malformed("event", view);
    if (model_.cpg_confchg_fn == nullptr)
        return 0;
    // cpg_address is smaller than an address in the message, so convert the lists in place, one after the other.
    std::byte* lists = event + sizeof head;
    const std::uint64_t count = addresses_in(head);
    for (std::uint64_t index = 0; index < count; ++index) {
        Address address;
        std::memcpy(&address, lists + index * sizeof address, sizeof address);
        const cpg_address converted{address.nodeid, address.pid, address.reason};
        std::memcpy(lists + index * sizeof converted, &converted, sizeof converted);
    }
    const auto* members = reinterpret_cast<const cpg_address*>(lists);
    const cpg_address* left = members + head.members;
    const cpg_address* joined = left + head.left;
    const cpg_name group = name_from(head.group);
    if (!connection_.closing())
        model_.cpg_confchg_fn(handle, &group, members, head.members, left, head.left, joined, head.joined);
    return 0;
}

int Session::deliver_totem(cpg_handle_t handle, std::byte* event, const View& view) const
{
    TotemConfchgEvent head;
    if (!view.read(head) || view.bytes(kTotemNodes, std::uint64_t{head.members} * sizeof(std::uint32_t)) == nullptr)
        return explain_malformed("event", view);
    if (model_.cpg_totem_confchg_fn == nullptr)
        return 0;
    const auto* nodes = reinterpret_cast<const std::uint32_t*>(event + kTotemNodes);
    if (!connection_.closing())
        model_.cpg_totem_confchg_fn(handle, {head.ring_nodeid, head.ring_seq}, head.members, nodes);
    return 0;
}

} // namespace corosync::cpg
