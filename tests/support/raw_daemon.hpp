// SPDX-License-Identifier: BSD-3-Clause
// A daemon that can lie. A child process plays the handshake from a script for each visitor; the rings are real, and
// the test controls the daemon's side of them.
#pragma once

#include "bytes.hpp"
#include "eventually.hpp"
#include "handshake_reply.hpp"

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

struct qb_ringbuffer_s;

namespace test {

// The daemon's side of one connection: three rings in a directory of their own, and a socket.
class DaemonEnd {
public:
    enum Ring : std::size_t { request_ring, response_ring, event_ring };

    DaemonEnd(const std::string& service, std::uint32_t message_size);
    ~DaemonEnd();
    DaemonEnd(const DaemonEnd&) = delete;
    DaemonEnd& operator=(const DaemonEnd&) = delete;

    const std::string& directory() const { return directory_; }
    const HandshakeReply& offer() const { return offer_; }

    // Waits for a request and takes it with its notification byte; empty if none comes.
    std::optional<Bytes> request(Duration limit = kPatience);
    // Takes a request, but leaves its byte on the socket.
    std::optional<Bytes> request_without_byte(Duration limit = kPatience);
    void take_bytes(std::size_t count);
    int unread_bytes() const;

    void reply(const Bytes& reply) { put(response_ring, reply); }
    void event(const Bytes& event); // with its notification byte
    void put_event(const Bytes& event) { put(event_ring, event); }
    void announce(std::size_t count = 1); // notification bytes alone

    void put(Ring ring, const Bytes& bytes);
    void put_claiming(Ring ring, std::uint32_t length); // a chunk with a wrong length
    void put_unmarked(Ring ring);                       // a chunk without its mark
    void put_taken(Ring ring);                          // a chunk that was read, but not reclaimed
    bool has_room_for_event(std::size_t size) const;
    std::ptrdiff_t event_space_used() const; // by chunks that were not reclaimed

    void flow_control(std::int32_t level);

    void give_to(uid_t owner); // the directory and its files
    void hang_up();
    bool hung_up() const; // whether the client has closed the socket

private:
    friend class RawDaemon;

    const std::string directory_;
    const HandshakeReply offer_;
    std::array<qb_ringbuffer_s*, 3> rings_;
    int socket_ = -1; // set when the visitor has come
};

// A client that connects. The script runs in the child process.
class Visitor {
public:
    Visitor(int socket, int cues, const HandshakeReply& honest) : offer(honest), socket_(socket), cues_(cues) {}

    HandshakeReply offer; // correct, unless the script changes it

    bool read_request() const; // false if the visitor closes the socket instead
    void send(const void* data, std::size_t size) const;
    void send_offer() const { send(&offer, sizeof offer); }
    void hang_up() const;
    void await_cue() const; // until the test calls cue()
    static void become(uid_t uid);

private:
    int socket_;
    int cues_;
};

class RawDaemon {
public:
    using Script = std::function<void(const Visitor& visitor)>;
    using Lie = std::function<void(HandshakeReply& offer)>;

    static void honest(const Visitor& visitor);
    static Script with(const Lie& lie); // correct except for this lie

    struct Options {
        std::string service = "cmap";
        std::uint32_t message_size = HandshakeReply::kMessageSize;
        uid_t uid = 0;            // of the process that listens and replies
        std::size_t visitors = 2; // how many visitors get rings; others are refused
    };

    // The first script is for the first visitor, and so on; the last one is for all others.
    explicit RawDaemon(std::vector<Script> scripts) : RawDaemon(std::move(scripts), Options{}) {}
    RawDaemon(std::vector<Script> scripts, const Options& options);
    RawDaemon() : RawDaemon({honest}) {}
    ~RawDaemon();
    RawDaemon(const RawDaemon&) = delete;
    RawDaemon& operator=(const RawDaemon&) = delete;

    pid_t pid() const { return pid_; }
    std::size_t visits();            // so far
    bool visited(std::size_t times); // this many visits, and no more come within a moment

    // The rings that a visitor gets; after he has come, the daemon's side of his connection.
    DaemonEnd& rings(std::size_t visitor = 0) { return ends_.at(visitor); }
    DaemonEnd& end(std::size_t visitor = 0);

    void cue() const; // lets one waiting script go on
    void kill();      // and closes all connections

private:
    [[noreturn]] void serve(const std::vector<Script>& scripts, uid_t uid, const std::string& service) const;
    void collect();

    std::deque<DaemonEnd> ends_;
    std::size_t visits_ = 0;
    pid_t pid_ = 0;
    int arrivals_[2] = {-1, -1}; // passes visitors' descriptors from the child to the test
    int cues_[2] = {-1, -1};
};

} // namespace test
