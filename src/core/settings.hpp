// SPDX-License-Identifier: BSD-3-Clause
// What the environment may say, read once for each connection. There is no other knob.
#pragma once

#include <sys/types.h>

namespace corosync {

enum class Transport {
    automatic, // rings, or libqb's client where the daemon offers something else
    ring,      // rings or nothing
    libqb,     // libqb's client
};

struct Settings {
    Transport transport = Transport::automatic; // COROSYNC_CLIENT_TRANSPORT = auto | ring | libqb
    unsigned spin_us = 20;                      // COROSYNC_CLIENT_SPIN_US = 0 to 100
    unsigned connect_ms = 0;                    // COROSYNC_CLIENT_CONNECT_MS = 1 to 3600000; 0: no limit
    const char* peer_uids = nullptr;            // COROSYNC_CLIENT_PEER_UIDS = uid,uid,...

    static Settings from_environment();

    // An abstract socket name belongs to whoever binds it first. A daemon is believed if it runs as root, as the
    // caller itself, or as a user that the administrator lists.
    [[nodiscard]] bool trusts_peer(uid_t uid) const;
};

} // namespace corosync
