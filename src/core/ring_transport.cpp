#include "core/ring_transport.hpp"

#include <linux/sockios.h>
#include <qb/qbrb.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace corosync {
namespace {

constexpr int kBatch = 64;              // events per settling; more bring nothing (ipc.md 11.2)
constexpr std::size_t kCopyUpTo = 4096; // below, a copy is cheaper than what lending forbids
constexpr std::size_t kUserData = sizeof(std::int32_t);
constexpr int kBothEnds = 2; // a ring's reference count while both sides have it

qb_ringbuffer_t* open_ring(const char* path, std::size_t size, std::size_t user_data)
{
    return qb_rb_open(path, size, QB_RB_FLAG_SHARED_PROCESS, user_data);
}

} // namespace

int RingTransport::attach(int socket, uid_t server, const Offer& offer)
{
    const std::size_t size = offer.message_size;
    if (const int safe = offer.files.safe_to_attach(server, size); safe != 1)
        return safe < 0 ? safe : kUnlike;
    int error = 0;
    const auto open_one = [&](Ring ring, std::size_t user_data) -> Rb* {
        if (error != 0)
            return nullptr;
        errno = 0;
        Rb* rb = open_ring(offer.files.path(ring), size, user_data);
        if (rb == nullptr)
            error = errno != 0 ? -errno : -EIO;
        return rb;
    };
    request_ = open_one(Ring::request, kUserData);
    response_ = open_one(Ring::response, 0);
    event_ = open_one(Ring::event, 0);
    ring_size_ = RingFiles::data_size(size);
    const auto as_expected = [&] {
        const auto* level = static_cast<const std::int32_t*>(qb_rb_shared_user_data_get(request_));
        return qb_rb_refcount_get(request_) == kBothEnds && qb_rb_refcount_get(response_) == kBothEnds &&
               qb_rb_refcount_get(event_) == kBothEnds &&
               qb_rb_space_free(request_) == static_cast<ssize_t>(ring_size_) && qb_rb_chunks_used(request_) == 0 &&
               qb_rb_chunks_used(response_) == 0 && level != nullptr && *level >= 0 && *level <= 2;
    };
    if (error == 0 && !as_expected())
        error = kUnlike;
    if (error != 0) {
        close_rings();
        return error;
    }
    socket_ = socket;
    files_ = offer.files;
    message_size_ = size;
    return 0;
}

unsigned RingTransport::poll_set(pollfd (&set)[2]) const
{
    set[0] = {socket_, POLLIN, 0};
    return 1;
}

int RingTransport::send(const Message& message, unsigned threshold, const std::atomic<bool>* give_up)
{
    if (broken_.load(std::memory_order_relaxed))
        return -EPROTO;
    const std::size_t size = message.size();
    if (size > message_size_)
        return -EMSGSIZE;
    if (gone_.load(std::memory_order_relaxed) || qb_rb_refcount_get(request_) != kBothEnds)
        return -ENOTCONN;
    // The daemon's word. It orders nothing: a level seen late is as good as a request sent early.
    auto level =
        __atomic_load_n(static_cast<const std::uint32_t*>(qb_rb_shared_user_data_get(request_)), __ATOMIC_RELAXED);
    if (level > 2)
        level = 2;
    if (level > 0 && level <= threshold)
        return -EAGAIN;

    auto* to = static_cast<std::byte*>(qb_rb_chunk_alloc(request_, size));
    if (to == nullptr)
        return -EAGAIN;
    message.copy_to(to);
    // A chunk without its byte freezes the whole daemon, so nothing may come between these two.
    if (qb_rb_chunk_commit(request_, size) != 0)
        return broken();
    return send_byte(give_up);
}

int RingTransport::send_byte(const std::atomic<bool>* give_up)
{
    const char byte = 1;
    for (;;) {
        if (::send(socket_, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
            return 0;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            // For good: let the daemon out of its wait for this byte.
            note_gone();
            shutdown(socket_, SHUT_RDWR);
            return -ENOTCONN;
        }
        // No room: hundreds of bytes unread, so the daemon is frozen or busy. Its death or our own finalize ends this.
        pollfd entry{socket_, POLLOUT, 0};
        poll(&entry, 1, kSliceMs);
        if (hung_up(entry.revents) || (give_up != nullptr && give_up->load(std::memory_order_acquire))) {
            note_gone();
            shutdown(socket_, SHUT_RDWR);
            return -ENOTCONN;
        }
    }
}

int RingTransport::reply(View& view, int timeout_ms)
{
    void* data = nullptr;
    const ssize_t size = qb_rb_chunk_peek(response_, &data, timeout_ms);
    if (size == 0 || size == -ETIMEDOUT || size == -EAGAIN || size == -EINTR) {
        // A chunk of no length looks like none and never goes away: space is in use, and there is nothing to take. Once
        // may mean that the daemon is about to complete a chunk; after another slice it does not.
        const bool stuck = timeout_ms > 0 && qb_rb_chunks_used(response_) == 0 && qb_rb_space_used(response_) > 0;
        return std::exchange(reply_stuck_, stuck) && stuck ? broken() : 0;
    }
    if (size < 0 || static_cast<std::size_t>(size) > ring_size_)
        return broken();
    view = {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
    return 1;
}

void RingTransport::drop_reply()
{
    reply_stuck_ = false;
    qb_rb_chunk_reclaim(response_);
}

int RingTransport::peek(const Taking& taking, Event& event)
{
    const int rc = find_chunk(taking);
    if (rc == 1) {
        const bool aligned = reinterpret_cast<std::uintptr_t>(chunk_) % 8 == 0;
        event = {chunk_, chunk_size_, aligned && chunk_size_ > kCopyUpTo && chunk_size_ <= ring_size_ / 4};
    }
    return rc;
}

void RingTransport::reclaim()
{
    if (chunk_ == nullptr)
        return;
    chunk_ = nullptr;
    qb_rb_chunk_reclaim(event_);
}

// Makes chunk_ the oldest chunk of the event ring: 1, or 0 if there is none.
int RingTransport::find_chunk(const Taking& taking)
{
    if (broken_.load(std::memory_order_relaxed))
        return -EPROTO;
    bool readable = taking.readable;
    bool announced = credit_ > 0;
    while (chunk_ == nullptr) {
        // Asked before the ring is looked at, so that nothing written just before the hang-up is missed.
        const bool was_gone = gone_.load(std::memory_order_relaxed);
        void* data = nullptr;
        const ssize_t size = qb_rb_chunk_peek(event_, &data, 0);
        if (size > 0) {
            if (static_cast<std::size_t>(size) > ring_size_)
                return broken();
            chunk_ = static_cast<std::byte*>(data);
            chunk_size_ = static_cast<std::size_t>(size);
        } else if (size < 0 && size != -ETIMEDOUT && size != -EAGAIN) {
            return broken();
        } else if (was_gone) {
            return -ENOTCONN;
        } else if (announced) {
            // A byte that is visible has its chunk visible before it. One without would keep the descriptor readable,
            // and the program busy, for ever.
            return broken();
        } else if (taking.waits || !gone(readable)) {
            announced = readable && unread_bytes() > owed_;
            if (!announced)
                return 0;
        }
    }
    return 1;
}

int RingTransport::unread_bytes() const
{
    int unread = 0;
    return ioctl(socket_, SIOCINQ, &unread) == 0 ? unread : 0;
}

// Makes sure that the event at hand has been announced by its byte, and accounts for its delivery. 1, or 0 if the byte
// is still to come: the daemon writes the chunk first, and an event delivered early would leave its byte behind to
// wake the program for nothing.
//
// Bytes are taken immediately before the callback of a batch's last event. In any callback the descriptor is then
// readable only if an undelivered event exists, and after a callback that never returns it is readable if one does.
int RingTransport::accept(const Taking& taking)
{
    if (gone_.load(std::memory_order_relaxed))
        return 1; // nobody will announce anything any more: go by the ring alone
    if (credit_ == 0) {
        const ssize_t more = taking.one ? 0 : qb_rb_chunks_used(event_);
        if (more <= 0) {
            // A single event: its byte is both the announcement and the debt.
            const int taken = take_bytes(owed_ + 1);
            if (taken < 0)
                return gone() ? 1 : -ENOTCONN;
            if (taken <= owed_) {
                owed_ -= taken;
                return !taking.waits && gone() ? 1 : 0;
            }
            owed_ = 0;
            return 1;
        }
        const int unread = unread_bytes();
        const int batch = more < kBatch ? static_cast<int>(more) + 1 : kBatch;
        credit_ = unread - owed_ < batch ? unread - owed_ : batch;
        if (credit_ <= 0) {
            credit_ = 0;
            return !taking.waits && gone() ? 1 : 0;
        }
    }
    --credit_;
    ++owed_;
    if (taking.one || credit_ == 0)
        settle();
    return 1;
}

void RingTransport::settle()
{
    // Fewer can only be there after a hang-up, or if the program reads the descriptor; what is not there is not owed.
    if (owed_ > 0)
        take_bytes(owed_);
    owed_ = 0;
}

// Takes up to `count` bytes off the socket. How many there were, or -1 at the end of file, which may be the daemon's
// doing or that of our own finalize: poll tells them apart.
int RingTransport::take_bytes(int count)
{
    char bytes[kBatch + 1]; // a whole batch that is owed, and the announcement of one more
    int taken = 0;
    while (taken < count) {
        const ssize_t got = recv(socket_, bytes, static_cast<std::size_t>(count - taken), MSG_DONTWAIT);
        if (got > 0)
            taken += static_cast<int>(got);
        else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        else if (got == 0 || errno != EINTR)
            return taken > 0 ? taken : -1;
    }
    return taken;
}

// The rings cannot be believed. Latched; the daemon is released from whatever it waits for.
int RingTransport::broken()
{
    broken_.store(true, std::memory_order_relaxed);
    if (socket_ >= 0)
        shutdown(socket_, SHUT_RDWR);
    return -EPROTO;
}

bool RingTransport::gone()
{
    bool readable = false;
    return gone(readable);
}

bool RingTransport::gone(bool& readable)
{
    if (!gone_.load(std::memory_order_relaxed)) {
        pollfd entry{socket_, POLLIN, 0};
        const bool any = poll(&entry, 1, 0) > 0;
        readable = any && (entry.revents & POLLIN) != 0;
        if ((!any || !hung_up(entry.revents)) && qb_rb_refcount_get(request_) == kBothEnds)
            return false;
        note_gone();
    }
    return true;
}

void RingTransport::wake()
{
    // Only the reading half: pollers return, the daemon sees no hang-up, and another thread's request still ends well.
    shutdown(socket_, SHUT_RD);
}

void RingTransport::abandon()
{
    // Shutting down would end the parent's connection.
    lead_nowhere(socket_);
}

void RingTransport::forget()
{
    // Closing the rings would lower the count that the parent shares.
    ::close(socket_);
}

void RingTransport::close()
{
    if (socket_ < 0)
        return;
    shutdown(socket_, SHUT_RDWR);
    ::close(socket_);
    socket_ = -1;
    close_rings();
    // A daemon that lives removes them, too. But it may die first.
    files_.remove();
}

void RingTransport::close_rings()
{
    for (Rb** ring : {&request_, &response_, &event_}) {
        if (*ring != nullptr)
            qb_rb_close(*ring);
        *ring = nullptr;
    }
}

} // namespace corosync
