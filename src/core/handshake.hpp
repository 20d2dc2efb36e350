// SPDX-License-Identifier: BSD-3-Clause
// The connection handshake of libqb's IPC, done by ourselves so that the rings can be held directly.
#pragma once

#include "core/connect_deadline.hpp"
#include "core/message.hpp"
#include "core/ring_files.hpp"
#include "core/settings.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace corosync {

// Message sizes asked for and, by that, granted: a daemon gives what it is asked for, and this is what it takes for
// every event to fit.
inline constexpr std::uint32_t kMessageSize = 8192 * 128;
inline constexpr std::uint32_t kMaxMessageSize = 64U << 20;

// What a daemon promised, checked.
struct Offer {
    std::uint32_t message_size = 0;
    RingFiles files;
};

struct Server {
    pid_t pid = 0; // 0 if it lives in another pid namespace
    uid_t uid = 0;
};

// Results of the handshake besides 0 and the negative errno values: libqb's client may know better.
inline constexpr int kUnrecognized = 1;   // not what this code knows; the next answer may be, as while a daemon starts
inline constexpr int kNoSharedMemory = 2; // a good answer that offers no shared memory, as the daemon is configured

inline constexpr std::size_t kHandshakeReplySize = 12328;

// Decodes a reply. Returns 0, the daemon's own negative errno, kUnrecognized or kNoSharedMemory. `reply` may be shorter
// than a whole one: what it starts with decides whether the rest is worth waiting for.
int decode_handshake(const View& reply, const char* service, Offer& offer);

// A connected socket to the service in the abstract namespace, or a negative errno.
int connect_abstract(const char* service);

// Asks on a connected socket, and waits for the answer as `deadline` says. Returns 0, a negative errno, kUnrecognized
// or kNoSharedMemory. -EACCES also means that the peer is nobody whom `settings` trust.
int perform_handshake(int socket, const char* service, const Settings& settings, const ConnectDeadline& deadline,
                      Server& server, Offer& offer);

// The process behind a connected socket, as the kernel knows it from listen().
bool socket_peer(int socket, Server& server);

} // namespace corosync
