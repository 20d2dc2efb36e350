// SPDX-License-Identifier: BSD-3-Clause
#include "model_daemon.hpp"

#include "core/handshake.hpp"
#include "core/lock.hpp"
#include "core/ring_alias.hpp"
#include "core/ring_transport.hpp"
#include "search.hpp"

#include <cerrno>
#include <cstring>

namespace model {
namespace {

constexpr std::byte kReused{0xee}; // the ring's next lap writes this over an event

int readable_pair[2];
int hung_up_pair[2];

// The queue's future depends only on its own state and on the answers that it gets; this notes an answer.
template <class T> T told(T answer)
{
    world.seen = search::Hash().add(world.seen).add(static_cast<std::uint64_t>(answer)).value();
    return answer;
}

} // namespace

void World::commit(Kind kind)
{
    Event& event = events[committed];
    event.kind = kind;
    std::memset(event.memory, ++committed, sizeof event.memory);
    if (kind == Kind::part)
        event.memory[1] = kPart;
}

Descriptors::Descriptors()
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, readable_pair) != 0 || write(readable_pair[1], "", 1) != 1 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, hung_up_pair) != 0)
        abort();
    close(hung_up_pair[1]);
}

Descriptors::~Descriptors()
{
    close(readable_pair[0]);
    close(readable_pair[1]);
    close(hung_up_pair[0]);
}

} // namespace model

namespace corosync {

using model::told;
using model::world;

// The ring.

int RingTransport::attach(int, uid_t, const Offer&)
{
    model::transport = this;
    return 0;
}

int RingTransport::peek_event(Event& event)
{
    if (chunk_ == nullptr) {
        model::before("the queue looks for an event");
        if (world.reclaimed == world.committed)
            return told(0);
        chunk_ = world.events[world.reclaimed].memory;
        chunk_size_ = world.events[world.reclaimed].size();
    }
    event = {chunk_, chunk_size_};
    return told(1);
}

int RingTransport::queued()
{
    model::before("the queue counts the events behind");
    return told(world.committed - world.reclaimed - 1);
}

void RingTransport::reclaim_event()
{
    if (chunk_ == nullptr)
        return;
    chunk_ = nullptr;
    model::Event& event = world.events[world.reclaimed++];
    if (event.kept)
        return;
    if (event.lent && event.held)
        model::fail("an event on loan is reclaimed while a callback has it");
    std::memset(event.memory, static_cast<int>(model::kReused), sizeof event.memory);
}

std::byte* RingTransport::lend_event(std::byte* data, std::size_t size)
{
    if (!world.may_lend || size < model::kLarge)
        return nullptr;
    world.events[world.reclaimed].lent = true;
    return data;
}

bool RingTransport::call_in_event()
{
    if (chunk_ == nullptr || !world.events[world.reclaimed].lent)
        model::fail("an event that is not on loan is called in");
    world.may_lend = false;
    world.events[world.reclaimed].kept = told(model::memory());
    return world.events[world.reclaimed].kept;
}

// Unmaps the memory of the one loan that was called in.
void RingAlias::unmap()
{
    if (model::transport == nullptr)
        return; // it was closed before
    for (model::Event& event : world.events) {
        if (!event.kept)
            continue;
        if (event.held)
            model::fail("the memory of a loan is unmapped while a callback has it");
        std::memset(event.memory, static_cast<int>(model::kReused), sizeof event.memory);
    }
}

// The socket.

int RingTransport::unread_bytes()
{
    model::before("the queue counts the bytes");
    return told(world.unread);
}

int RingTransport::read_bytes(int count)
{
    model::before("the queue takes bytes");
    const int taken = count < world.unread ? count : world.unread;
    world.unread -= taken;
    return told(taken == 0 && count > 0 && (world.hung_up || world.woken) ? -EPIPE : taken);
}

int RingTransport::poll_now()
{
    if (known_disconnected())
        return told(POLLHUP);
    model::before("the queue polls");
    if (!world.hung_up)
        return told(world.readable() ? POLLIN : 0);
    mark_disconnected();
    return told(POLLHUP);
}

unsigned RingTransport::poll_set(pollfd (&set)[kMaxPollFds])
{
    model::asleep();
    set[0] = {world.hung_up ? model::hung_up_pair[0] : model::readable_pair[0], POLLIN, 0};
    return 1;
}

void RingTransport::wake()
{
    world.woken = true;
}

void RingTransport::mark_disconnected()
{
    disconnected_.store(true, std::memory_order_relaxed);
}

int RingTransport::fail(const char*)
{
    model::fail("an honest daemon is called broken");
}

void RingTransport::disconnect_in_child() {}

void RingTransport::release_in_child() {}

void RingTransport::close()
{
    model::transport = nullptr;
}

// The queue sends no requests.

int RingTransport::send(const Message&, unsigned, const std::atomic<bool>*)
{
    return -ENOTCONN;
}

int RingTransport::reply(View&, int)
{
    return -ENOTCONN;
}

void RingTransport::drop_reply() {}

bool RingTransport::can_send_now() const
{
    return false;
}

bool RingTransport::daemon_sleeps()
{
    return false;
}

int RingTransport::check_reply_ring()
{
    return 0;
}

// The client is always connected.

int connect_abstract(const char*)
{
    return 0;
}

bool socket_peer(int, Server& server)
{
    server = {1, 0};
    return true;
}

int perform_handshake(int, const char*, const Settings&, const ConnectDeadline&, Server&, Offer&)
{
    return 0;
}

// No lock is held while another thread goes on, with one exception: a finalize stops here, in the middle of another
// call of the queue, and goes on later.
bool Mutex::wait(std::uint32_t, int)
{
    if (!world.lock_awaited)
        model::fail("a lock is held for longer than a call");
    return false;
}

void Mutex::wake_one() {}

void Condition::notify_all() {}

void Condition::wait(std::uint32_t, int) {}

} // namespace corosync
