// SPDX-License-Identifier: BSD-3-Clause
#include "raw_daemon.hpp"

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include <poll.h>
#include <qb/qbrb.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace test {

namespace {

constexpr std::size_t kChunk = 64;
constexpr std::size_t kChunkOverhead = 16; // with alignment, more than enough
constexpr std::uint32_t kFlags = QB_RB_FLAG_CREATE | QB_RB_FLAG_SHARED_PROCESS;

std::string new_directory()
{
    static std::atomic<int> serial = 0;
    const std::string directory = "/dev/shm/qb-" + std::to_string(::getpid()) + "-" + std::to_string(::getpid()) +
                                  "-0-test" + std::to_string(++serial);
    std::filesystem::create_directory(directory);
    ::chmod(directory.c_str(), 0770);
    return directory;
}

qb_ringbuffer_t* create(const char* name, std::uint32_t size)
{
    qb_ringbuffer_t* ring = qb_rb_open(name, size, kFlags, sizeof(std::int32_t));
    if (ring == nullptr)
        throw std::runtime_error("cannot create a ring");
    return ring;
}

HandshakeReply offer_of(const std::string& directory, const std::string& service, std::uint32_t message_size)
{
    HandshakeReply offer(directory, service);
    offer.message_size = message_size;
    return offer;
}

} // namespace

DaemonEnd::DaemonEnd(const std::string& service, std::uint32_t message_size)
    : directory_(new_directory()),
      offer_(offer_of(directory_, service, message_size)), rings_{create(offer_.names[0], message_size),
                                                                  create(offer_.names[1], message_size),
                                                                  create(offer_.names[2], message_size)}
{}

DaemonEnd::~DaemonEnd()
{
    for (qb_ringbuffer_t* ring : rings_)
        qb_rb_close(ring);
    std::error_code gone;
    std::filesystem::remove_all(directory_, gone);
    if (socket_ != -1)
        ::close(socket_);
}

std::optional<Bytes> DaemonEnd::request(Duration limit)
{
    auto request = request_without_byte(limit);
    if (request)
        take_bytes(1);
    return request;
}

std::optional<Bytes> DaemonEnd::request_without_byte(Duration limit)
{
    void* data = nullptr;
    ssize_t size = 0;
    if (!eventually(limit, [&] { return (size = qb_rb_chunk_peek(rings_[request_ring], &data, 0)) > 0; }))
        return std::nullopt;
    Bytes bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
    qb_rb_chunk_reclaim(rings_[request_ring]);
    return bytes;
}

void DaemonEnd::take_bytes(std::size_t count)
{
    Bytes bytes(count, '\0');
    pollfd entry{socket_, POLLIN, 0};
    for (std::size_t taken = 0; taken < count;) {
        const ssize_t got = ::poll(&entry, 1, 10000) == 1 ? ::recv(socket_, bytes.data(), count - taken, 0) : 0;
        if (got <= 0)
            throw std::runtime_error("a request without its byte");
        taken += static_cast<std::size_t>(got);
    }
}

int DaemonEnd::unread_bytes() const
{
    int bytes = -1;
    ::ioctl(socket_, FIONREAD, &bytes);
    return bytes;
}

void DaemonEnd::event(const Bytes& event)
{
    put_event(event);
    announce();
}

void DaemonEnd::announce(std::size_t count)
{
    const Bytes bytes(count, 'x');
    if (::send(socket_, bytes.data(), count, MSG_NOSIGNAL) != static_cast<ssize_t>(count))
        throw std::runtime_error("cannot announce");
}

void DaemonEnd::flow_control(std::int32_t level)
{
    __atomic_store_n(static_cast<std::int32_t*>(qb_rb_shared_user_data_get(rings_[request_ring])), level,
                     __ATOMIC_RELEASE);
}

void DaemonEnd::give_to(uid_t owner)
{
    const auto give = [=](const std::string& path) {
        if (::chown(path.c_str(), owner, static_cast<gid_t>(-1)) != 0)
            throw std::runtime_error("cannot change the owner of " + path);
    };
    give(directory_);
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
        give(entry.path());
}

void DaemonEnd::hang_up()
{
    if (socket_ != -1)
        ::shutdown(socket_, SHUT_RDWR);
}

bool DaemonEnd::hung_up() const
{
    pollfd entry{socket_, POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0;
}

void DaemonEnd::put(Ring ring, const Bytes& bytes)
{
    if (qb_rb_chunk_write(rings_[ring], bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        throw std::runtime_error("no room in the ring");
}

void DaemonEnd::put_claiming(Ring ring, std::uint32_t length)
{
    std::memset(qb_rb_chunk_alloc(rings_[ring], kChunk), 0, kChunk);
    qb_rb_chunk_commit(rings_[ring], length);
}

void DaemonEnd::put_unmarked(Ring ring)
{
    auto* chunk = static_cast<std::uint32_t*>(qb_rb_chunk_alloc(rings_[ring], kChunk));
    std::memset(chunk, 0, kChunk);
    qb_rb_chunk_commit(rings_[ring], kChunk);
    chunk[-1] = 0; // libqb marks a complete chunk here
}

void DaemonEnd::put_taken(Ring ring)
{
    put(ring, Bytes(kChunk, '\0'));
    void* data = nullptr;
    if (qb_rb_chunk_peek(rings_[ring], &data, 0) != static_cast<ssize_t>(kChunk))
        throw std::runtime_error("no chunk in the ring");
}

bool DaemonEnd::has_room_for_event(std::size_t size) const
{
    return qb_rb_space_free(rings_[event_ring]) > static_cast<ssize_t>(size + kChunkOverhead);
}

std::ptrdiff_t DaemonEnd::event_space_used() const
{
    return qb_rb_space_used(rings_[event_ring]);
}

} // namespace test
