// SPDX-License-Identifier: BSD-3-Clause
// Gives the names in a reply to the handshake to the core.
#pragma once

#include "core/ring_files.hpp"
#include "support/handshake_reply.hpp"

namespace test {

inline bool parses(const HandshakeReply& reply, corosync::RingFiles& files)
{
    const auto field = [&](int ring) {
        return corosync::View(reinterpret_cast<const std::byte*>(reply.names[ring]), HandshakeReply::kNameField);
    };
    return files.parse("cmap", {field(0), field(1), field(2)});
}

} // namespace test
