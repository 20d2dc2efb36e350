// SPDX-License-Identifier: BSD-3-Clause
// A daemon in memory: events in its ring, and the bytes on the socket that announce them. model_daemon.cpp replaces the
// core's ring_transport.cpp, ring_alias.cpp, handshake.cpp and lock.cpp, so that all code above a transport is the
// library's own.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>

namespace corosync {
class RingTransport;
}

namespace model {

constexpr int kMostEvents = 6;
constexpr std::size_t kSmall = 16;
constexpr std::size_t kLarge = 64; // events of this size are lent, if that is possible
constexpr std::byte kPart{0x80};   // marks a part of a message

enum class Kind { small, large, part };

struct Event {
    Kind kind = Kind::small;
    bool lent = false; // delivered where it is in the ring
    bool kept = false; // the loan was called in: its memory stays when its place in the ring is reused
    bool held = false; // its callback has not ended
    alignas(8) std::byte memory[kLarge];

    [[nodiscard]] std::size_t size() const { return kind == Kind::large ? kLarge : kSmall; }
};

struct World {
    // The daemon's side.
    int committed = 0; // events that are or were in the ring
    int announced = 0; // events whose bytes have been sent
    bool hung_up = false;
    // Between daemon and client.
    int unread = 0;    // bytes on the socket
    int reclaimed = 0; // events that are no longer in the ring
    Event events[kMostEvents];
    // The client's side.
    bool woken = false;        // the reading half is shut down
    bool may_lend = true;      // until a loan has been called in
    std::uint64_t seen = 0;    // a hash of all that the queue has been told since it was called
    bool lock_awaited = false; // a finalize waits for the lock, and must stop there

    void commit(Kind kind);
    void announce()
    {
        ++announced;
        ++unread;
    }
    [[nodiscard]] bool readable() const { return unread > 0 || hung_up || woken; }
};
inline World world;
inline corosync::RingTransport* transport;

// The program that is searched defines these.
void before(const char* call);            // comes before each look at what the daemon may change
void asleep();                            // poll sleeps
bool memory();                            // whether there is memory to call in a loan
[[noreturn]] void fail(const char* what); // ends the run

// Real descriptors, for a poll that must return at once.
struct Descriptors {
    Descriptors();
    ~Descriptors();
    Descriptors(const Descriptors&) = delete;
    Descriptors& operator=(const Descriptors&) = delete;
};

} // namespace model
