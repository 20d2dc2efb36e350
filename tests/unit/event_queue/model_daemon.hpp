// SPDX-License-Identifier: BSD-3-Clause
// A daemon in memory: events in its ring, and the bytes on the socket that announce them. model_daemon.cpp is linked in
// place of the core's ring_transport.cpp, ring_alias.cpp, handshake.cpp and lock.cpp, so that all above a transport is
// the library's own.
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
constexpr std::size_t kLarge = 64; // lent, if that is possible
constexpr std::byte kPart{0x80};   // marks a part of a message

enum class Kind { small, large, part };

struct Event {
    Kind kind = Kind::small;
    bool lent = false; // given where it lies in the ring
    bool kept = false; // called in: its memory outlives its place in the ring
    bool held = false; // a callback has it, and has not ended
    alignas(8) std::byte memory[kLarge];

    [[nodiscard]] std::size_t size() const { return kind == Kind::large ? kLarge : kSmall; }
};

struct World {
    // The daemon's side.
    int committed = 0; // events that are or were in the ring
    int announced = 0; // those whose bytes have been sent
    bool hung_up = false;
    // What lies between.
    int unread = 0;    // bytes on the socket
    int reclaimed = 0; // events that the ring has no more
    Event events[kMostEvents];
    // The client's side.
    bool woken = false;        // the reading half is shut down
    bool may_lend = true;      // until a loan has been called in
    std::uint64_t seen = 0;    // a hash of what the queue has been told since it was called
    bool lock_awaited = false; // by a finalize, which must stop there

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

// What the program that is searched through defines.
void before(const char* call);            // each look at what the daemon may change
void asleep();                            // in poll
bool memory();                            // whether there is memory to call in a loan
[[noreturn]] void fail(const char* what); // ends the run

// Real descriptors for a sleep that is to end at once.
struct Descriptors {
    Descriptors();
    ~Descriptors();
    Descriptors(const Descriptors&) = delete;
    Descriptors& operator=(const Descriptors&) = delete;
};

} // namespace model
