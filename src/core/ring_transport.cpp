// SPDX-License-Identifier: BSD-3-Clause
#include "core/ring_transport.hpp"

#include "core/clock.hpp"
#include "core/probes.hpp"
#include "core/reasons.hpp"

#include <fcntl.h>
#include <linux/sockios.h>
#include <qb/qbrb.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <utility>

namespace corosync {
namespace {

constexpr int kRetryMs = 10;            // where poll() does not help
constexpr std::size_t kCopyUpTo = 4096; // up to this size a copy costs almost nothing
constexpr std::size_t kLarge = 3072;    // more than 278 smaller events fit into a ring; see daemon_sleeps()
constexpr std::size_t kUserData = sizeof(std::int32_t);
constexpr int kBothSides = 2;           // a ring's reference count while both sides are attached
constexpr std::size_t kChunkHeader = 8; // precedes each chunk; the first chunk is at the start of the ring

// If there is no address space for a ring, libqb does not close the ring's data file. The leaked descriptor has the
// lowest number that was free, or one close to it if other threads open files. (Seen with libqb 2.0.6, by making each
// call fail in turn.)
class LeakedDescriptor {
public:
    explicit LeakedDescriptor(int socket) : lowest_(fcntl(socket, F_DUPFD_CLOEXEC, 0))
    {
        if (lowest_ >= 0)
            close(lowest_);
    }
    void close_if_open(const RingFiles& files, Ring ring) const
    {
        struct stat data {};
        struct stat open {};
        if (lowest_ < 0 || !files.stat_data(ring, data))
            return;
        for (int fd = lowest_; fd < lowest_ + kSearched; ++fd)
            if (fstat(fd, &open) == 0 && open.st_dev == data.st_dev && open.st_ino == data.st_ino)
                close(fd);
    }

private:
    static constexpr int kSearched = 16;
    int lowest_;
};

// Call this before a chunk is given back or committed. Our accesses to its bytes come first: otherwise a CPU with weak
// ordering could read an event after the daemon has written a new one in its place. src/README.md has all such pairs.
void finish_accesses()
{
#ifndef __SANITIZE_THREAD__ // which knows no fences; libqb's accesses are not instrumented either
    std::atomic_thread_fence(std::memory_order_release);
#endif
}

} // namespace

int RingTransport::attach(int socket, uid_t server, const Offer& offer)
{
    if (const int safe = offer.files.safe_to_attach(server, offer.message_size); safe != 1)
        return safe < 0 ? safe : kUnrecognized;
    ring_size_ = RingFiles::data_size(offer.message_size);
    int error = open_rings(socket, offer);
    if (error == 0 && !rings_as_expected()) {
        explain(reasons::ring_files_unsafe);
        error = kUnrecognized;
    }
    if (error != 0) {
        close_rings();
        return error;
    }
    socket_ = socket;
    file_ = FileIdentity(socket);
    files_ = offer.files;
    message_size_ = offer.message_size;
    return 0;
}

int RingTransport::open_rings(int socket, const Offer& offer)
{
    const LeakedDescriptor leaked(socket);
    for (const Ring ring : kRings) {
        errno = 0;
        Rb* rb = qb_rb_open(offer.files.path(ring), offer.message_size, QB_RB_FLAG_SHARED_PROCESS,
                            ring == Ring::request ? kUserData : 0);
        if (rb == nullptr) {
            const int error = errno != 0 ? -errno : -EIO;
            leaked.close_if_open(offer.files, ring);
            return explain_errno(error);
        }
        (ring == Ring::request ? request_ : ring == Ring::response ? response_ : event_) = rb;
    }
    return 0;
}

bool RingTransport::rings_as_expected()
{
    const auto* level = static_cast<const std::int32_t*>(qb_rb_shared_user_data_get(request_));
    for (Rb* ring : {request_, response_, event_})
        if (qb_rb_refcount_get(ring) != kBothSides)
            return false;
    return qb_rb_space_free(request_) == static_cast<ssize_t>(ring_size_) && qb_rb_chunks_used(request_) == 0 &&
           qb_rb_chunks_used(response_) == 0 && level != nullptr && *level >= 0 && *level <= 2;
}

unsigned RingTransport::poll_set(pollfd (&set)[kMaxPollFds])
{
    if (!descriptor_is_ours())
        return 0;
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
    if (!descriptor_is_ours() || known_disconnected() || !both_sides_attached())
        return -ENOTCONN;
    // The daemon's flow-control word. No ordering is needed: a new level seen late is like a request sent early, and no
    // other data depends on it.
    auto level =
        __atomic_load_n(static_cast<const std::uint32_t*>(qb_rb_shared_user_data_get(request_)), __ATOMIC_RELAXED);
    if (level > 2)
        level = 2;
    if (level > 0 && level <= threshold)
        return -EAGAIN;

    auto* to = static_cast<std::byte*>(qb_rb_chunk_alloc(request_, size));
    if (to == nullptr) {
        explain(reasons::ring_full);
        return -EAGAIN;
    }
    message.copy_to(to);
    finish_accesses();
    // A chunk without its byte freezes the whole daemon, so nothing may come between these two calls.
    if (qb_rb_chunk_commit(request_, size) != 0)
        return fail("request ring");
    return send_byte(give_up);
}

bool RingTransport::can_send_now() const
{
    pollfd entry{socket_, POLLOUT, 0};
    return poll(&entry, 1, 0) == 1 && entry.revents == POLLOUT;
}

int RingTransport::send_byte(const std::atomic<bool>* give_up)
{
    const char byte = 1;
    for (;;) {
        if (::send(socket_, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
            return 0;
        if (errno == EINTR)
            continue;
        const bool no_memory = errno == ENOBUFS || errno == ENOMEM; // in the kernel, now
        if (!no_memory && errno != EAGAIN) {
            hang_up(); // for good: the hang-up ends the daemon's wait for this byte
            return -ENOTCONN;
        }
        if (no_memory)
            pause_ms(kRetryMs); // poll() would not wait
        // No room: hundreds of bytes are unread, so the daemon is frozen or busy. Wait until it reads, dies, or
        // `give_up` is set.
        pollfd entry{socket_, POLLOUT, 0};
        if (poll(&entry, 1, kSliceMs) < 0 && errno != EINTR && errno != EAGAIN)
            pause_ms(kRetryMs); // this process may not poll at all
        if (hung_up(entry.revents) || (give_up != nullptr && give_up->load(std::memory_order_acquire))) {
            hang_up();
            return -ENOTCONN;
        }
    }
}

int RingTransport::reply(View& view, int timeout_ms)
{
    void* data = nullptr;
    const ssize_t size = qb_rb_chunk_peek(response_, &data, timeout_ms);
    if (size == 0 || size == -ETIMEDOUT || size == -EAGAIN || size == -EINTR)
        return 0;
    if (size < 0 || static_cast<std::size_t>(size) > ring_size_)
        return fail("response ring");
    view = {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
    return 1;
}

void RingTransport::drop_reply()
{
    reply_stuck_ = false;
    finish_accesses();
    qb_rb_chunk_reclaim(response_);
}

// A chunk of length 0 looks like an empty ring and can never be read: the ring uses space but has no chunk. Seen once,
// the daemon may be completing a chunk. Seen again after another slice, the chunk is damaged.
int RingTransport::check_reply_ring()
{
    const bool stuck = qb_rb_chunks_used(response_) == 0 && qb_rb_space_used(response_) > 0;
    return std::exchange(reply_stuck_, stuck) && stuck ? fail("response ring") : 0;
}

int RingTransport::peek_event(Event& event)
{
    if (broken_.load(std::memory_order_relaxed))
        return -EPROTO;
    if (descriptor_closed_.load(std::memory_order_relaxed)) {
        explain(reasons::descriptor_closed);
        return -ENOTCONN;
    }
    if (chunk_ == nullptr) {
        void* data = nullptr;
        const ssize_t size = qb_rb_chunk_peek(event_, &data, 0);
        if (size == 0 || size == -ETIMEDOUT || size == -EAGAIN)
            return 0;
        if (size < 0 || static_cast<std::size_t>(size) > ring_size_)
            return fail("event ring");
        chunk_ = static_cast<std::byte*>(data);
        chunk_size_ = static_cast<std::size_t>(size);
        if (event_base_ == nullptr)
            event_base_ = chunk_ - kChunkHeader;
    }
    event = {chunk_, chunk_size_};
    return 1;
}

void RingTransport::reclaim_event()
{
    chunk_ = nullptr;
    if (chunk_size_ > kLarge && qb_rb_space_free(event_) < static_cast<ssize_t>(chunk_size_ + kChunkHeader))
        was_full_ = true;
    finish_accesses();
    qb_rb_chunk_reclaim(event_);
}

// While more than 278 notification bytes are unread, the daemon waits for room on the socket, which wakes it. So small
// events do not need this.
bool RingTransport::daemon_sleeps()
{
    if (!was_full_ || qb_rb_space_free(event_) < static_cast<ssize_t>(ring_size_ / 2))
        return false;
    was_full_ = false;
    return true;
}

int RingTransport::queued()
{
    const ssize_t chunks = qb_rb_chunks_used(event_);
    return chunks > 0 ? static_cast<int>(chunks) : 0;
}

// nullptr if the event must be copied: it is small; or its address is not 8-aligned, as programs expect; or the ring
// has no room for another event of this size. In the last case the daemon, which sleeps while the ring is full, would
// wait for the callback.
std::byte* RingTransport::lend_event(std::byte* data, std::size_t size)
{
    if (size <= kCopyUpTo || lending_ == Lending::impossible || reinterpret_cast<std::uintptr_t>(data) % 8 != 0 ||
        qb_rb_space_free(event_) < static_cast<ssize_t>(size + kChunkHeader))
        return nullptr;
    const auto offset = static_cast<std::size_t>(data - event_base_);
    if (lending_ == Lending::untried) {
        // The first event told us where the ring begins. Check that, and check that the alias shows the same event.
        const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
        const bool known = reinterpret_cast<std::uintptr_t>(event_base_) % page == 0 && offset < ring_size_;
        if (known && alias_.map(files_, ring_size_) && std::memcmp(alias_.at(offset), data, size) == 0) {
            lending_ = Lending::possible;
        } else {
            alias_.unmap();
            lending_ = Lending::impossible;
            return nullptr;
        }
    }
    return alias_.at(offset);
}

bool RingTransport::call_in_event()
{
    lending_ = Lending::impossible;
    return alias_.call_in(static_cast<std::size_t>(chunk_ - event_base_), chunk_size_);
}

int RingTransport::unread_bytes()
{
    if (!descriptor_is_ours())
        return -ENOTCONN;
    int unread = 0;
    return ioctl(socket_, SIOCINQ, &unread) == 0 ? unread : 0;
}

// Returns how many of the `count` bytes it read. -EPIPE at end of file: the daemon hung up, or our own finalize shut
// down the socket; poll() tells which. -ENOTCONN if the program has closed the descriptor.
int RingTransport::read_bytes(int count)
{
    // For a single event, skip this check, since it costs a system call. If the program has closed the socket, the
    // ring's reference count shows it soon. And a file that is not a socket gives no byte.
    if ((count > 1 || !both_sides_attached()) && !descriptor_is_ours())
        return -ENOTCONN;
    char bytes[128]; // more than a batch
    int taken = 0;
    while (taken < count) {
        const auto left = static_cast<std::size_t>(count - taken);
        const ssize_t got = recv(socket_, bytes, left < sizeof bytes ? left : sizeof bytes, MSG_DONTWAIT);
        if (got > 0)
            taken += static_cast<int>(got);
        else if (got < 0 && errno == EAGAIN)
            break;
        else if (got == 0 || errno != EINTR)
            return taken > 0 ? taken : descriptor_is_ours() ? -EPIPE : -ENOTCONN;
    }
    return taken;
}

bool RingTransport::descriptor_is_ours()
{
    if (file_.matches(socket_))
        return true;
    explain(reasons::descriptor_closed);
    descriptor_closed_.store(true, std::memory_order_relaxed);
    mark_disconnected();
    return false;
}

void RingTransport::mark_disconnected()
{
    if (disconnected_.exchange(true, std::memory_order_relaxed))
        return;
    late_events_.store(queued(), std::memory_order_relaxed);
    COROSYNC_PROBE1(hang_up, late_events_.load(std::memory_order_relaxed));
}

bool RingTransport::both_sides_attached() const
{
    return qb_rb_refcount_get(request_) == kBothSides;
}

// Ends the connection from our side. The daemon then stops waiting.
void RingTransport::hang_up()
{
    mark_disconnected();
    if (file_.matches(socket_))
        shutdown(socket_, SHUT_RDWR);
}

int RingTransport::fail(const char* damaged)
{
    explain(reasons::damaged, damaged);
    broken_.store(true, std::memory_order_relaxed);
    hang_up();
    return -EPROTO;
}

int RingTransport::poll_now()
{
    if (known_disconnected())
        return POLLHUP;
    pollfd entry{socket_, POLLIN, 0};
    const bool readable = poll(&entry, 1, 0) > 0;
    const bool ended = (readable && hung_up(entry.revents)) || !both_sides_attached();
    // If there are bytes to read, the caller counts them next and checks the descriptor then.
    if ((readable && !ended) || (descriptor_is_ours() && !ended))
        return readable ? POLLIN : 0;
    mark_disconnected();
    return POLLHUP;
}

void RingTransport::wake()
{
    // Shut down only for reading: poll() returns in all threads, the daemon sees no hang-up, and another thread's
    // request can complete.
    if (file_.matches(socket_))
        shutdown(socket_, SHUT_RD);
}

void RingTransport::disconnect_in_child()
{
    // shutdown() would end the parent's connection.
    if (!file_.matches(socket_))
        return;
    replaced_.store(true, std::memory_order_relaxed);
    replace_with_unconnected(socket_);
}

void RingTransport::release_in_child()
{
    // Closing the rings would lower their reference count, which the parent shares.
    if (replaced_.load(std::memory_order_relaxed) || file_.matches(socket_))
        ::close(socket_);
}

void RingTransport::close()
{
    if (file_.matches(socket_)) {
        shutdown(socket_, SHUT_RDWR);
        ::close(socket_);
    }
    close_rings();
    // A live daemon removes the files too. But it may die first.
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
