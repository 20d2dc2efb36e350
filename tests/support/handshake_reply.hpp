// SPDX-License-Identifier: BSD-3-Clause
// A daemon's reply to the handshake, field by field, so that a test can change each of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace test {

// A ring's file is a multiple of this, or of the page size if that is larger.
#if defined(__arm__) || defined(__powerpc__)
constexpr std::size_t kRingUnit = 16384;
#else
constexpr std::size_t kRingUnit = 4096;
#endif

struct HandshakeReply {
    static constexpr std::size_t kNameField = 4096;
    static constexpr std::int32_t kId = -1;
    static constexpr std::int32_t kSharedMemory = 1;
    static constexpr std::uint32_t kMessageSize = 1048576;

    alignas(8) std::int32_t id = kId;
    alignas(8) std::int32_t size = 12328;
    alignas(8) std::int32_t error = 0;
    alignas(8) std::int32_t transport = kSharedMemory;
    std::uint32_t message_size = kMessageSize;
    void* server_handle = nullptr;
    char names[3][kNameField] = {}; // request, response, event

    HandshakeReply() = default;

    // With the names of rings in `directory`.
    HandshakeReply(const std::string& directory, const std::string& service)
    {
        name(0, directory + "/qb-request-" + service);
        name(1, directory + "/qb-response-" + service);
        name(2, directory + "/qb-event-" + service);
    }

    static HandshakeReply refusal(std::int32_t negative_errno)
    {
        HandshakeReply reply;
        reply.error = negative_errno;
        return reply;
    }

    void name(int ring, std::string_view text)
    {
        std::memset(names[ring], 0, kNameField);
        text.copy(names[ring], kNameField);
    }

    [[nodiscard]] const std::byte* data() const { return reinterpret_cast<const std::byte*>(this); }
};
static_assert(sizeof(HandshakeReply) == 12328);
static_assert(offsetof(HandshakeReply, transport) == 24);
static_assert(offsetof(HandshakeReply, names) == 32 + sizeof(void*));

// The size of its header.
inline constexpr std::size_t kReplyHeader = 24;

} // namespace test
