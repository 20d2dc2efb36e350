// SPDX-License-Identifier: BSD-3-Clause
// Long messages arrive in parts. Here the parts become whole messages again, one message at a time per sender.
//
// The length that a sender claims is never trusted. The memory grows with the bytes that arrive. A message is silently
// dropped unless its parts add up to exactly the length that each of them claims.
#pragma once

#include "core/buffer.hpp"
#include "core/transport.hpp"
#include "cpg/wire.hpp"

#include <cstddef>
#include <cstdint>

namespace corosync::cpg {

class Assemblies {
public:
    Assemblies() = default;
    ~Assemblies();
    Assemblies(const Assemblies&) = delete;
    Assemblies& operator=(const Assemblies&) = delete;

    // Adds a part with its `part.part_length` bytes. 1 if it completes the message: `whole` is then an ordinary DELIVER
    // event in memory that `buffer` owns. 0 if there is nothing to deliver. -ENOMEM drops the message.
    int add(const PartialDeliverEvent& part, const std::byte* bytes, Buffer& buffer, Event& whole);

    // Drops a sender's incomplete message.
    void drop(std::uint32_t nodeid, std::uint32_t pid);

private:
    struct Assembly {
        Assembly* next = nullptr;
        std::uint32_t nodeid = 0;
        std::uint32_t pid = 0;
        std::size_t length = 0;    // of the whole message, from the first part
        std::size_t have = 0;      // bytes that have arrived
        std::size_t capacity = 0;  // bytes that `data` has room for
        std::byte* data = nullptr; // a DeliverEvent, the message, and slack

        ~Assembly();
        bool append(const std::byte* bytes, std::size_t size);
    };

    Assembly** find(std::uint32_t nodeid, std::uint32_t pid);

    Assembly* first_ = nullptr;
};

} // namespace corosync::cpg
