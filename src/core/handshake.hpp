// SPDX-License-Identifier: BSD-3-Clause
// The connection handshake of libqb's IPC. We do it ourselves, because libqb's client does not give its rings to the
// caller.
#pragma once

#include "core/connect_deadline.hpp"
#include "core/message.hpp"
#include "core/ring_files.hpp"
#include "core/settings.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace corosync {

// The checked contents of a handshake reply.
struct Offer {
    std::uint32_t message_size = 0;
    RingFiles files;
};

struct Server {
    pid_t pid = 0; // 0 if the daemon is in another pid namespace
    uid_t uid = 0;
};

// Results of the handshake besides 0 and negative errno values. libqb's client can be tried after both.
inline constexpr int kUnrecognized = 1;   // unknown format; a later reply may be fine, as when a daemon starts
inline constexpr int kNoSharedMemory = 2; // a well-formed reply that offers no shared memory, as configured

inline constexpr std::size_t kHandshakeReplySize = 12328;

// Decodes a reply. Returns 0, the negative errno in the reply, kUnrecognized or kNoSharedMemory. `reply` may be
// incomplete: then the result says whether the bytes so far are acceptable.
int decode_handshake(const View& reply, const char* service, Offer& offer);

// Connects to the service's socket in the abstract namespace. Returns the socket or a negative errno.
int connect_abstract(const char* service);

// Sends the handshake request on a connected socket and waits for the reply until `deadline`. Returns 0, a negative
// errno, kUnrecognized or kNoSharedMemory. Returns -EACCES also if `settings` do not trust the peer.
int perform_handshake(int socket, const char* service, const Settings& settings, const ConnectDeadline& deadline,
                      Server& server, Offer& offer);

// The peer of a connected socket. The kernel recorded its credentials at listen().
bool socket_peer(int socket, Server& server);

} // namespace corosync
