// SPDX-License-Identifier: BSD-3-Clause
// The environment variables, read once per connection. There are no other settings.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace corosync {

// The largest message of a connection, which is also the size of each of its rings. The daemon grants what a client
// requests. Every event fits into the first of these sizes.
inline constexpr std::uint32_t kMessageSize = 8192 * 128;
inline constexpr std::uint32_t kMaxMessageSize = 64U << 20;

enum class Transport {
    automatic, // rings, or libqb's client if the daemon offers something else
    ring,      // rings only
    libqb,     // libqb's client only
};

struct Settings {
    Transport transport = Transport::automatic; // COROSYNC_CLIENT_TRANSPORT = auto | ring | libqb
    unsigned spin_us = 20;                      // COROSYNC_CLIENT_SPIN_US = 0 to 100
    std::uint32_t message_size = kMessageSize;  // COROSYNC_CLIENT_RING_KIB = 1024 to 65536
    unsigned connect_ms = 0;                    // COROSYNC_CLIENT_CONNECT_MS = 1 to 3600000; 0: no limit
    const char* peer_uids = nullptr;            // COROSYNC_CLIENT_PEER_UIDS = uid,uid,...

    static Settings from_environment();

    // Any process can bind an abstract socket name first. So we trust a daemon only if it runs as root, as our own
    // user, or as a user that the administrator lists.
    [[nodiscard]] bool trusts_peer(uid_t uid) const;
};

} // namespace corosync
