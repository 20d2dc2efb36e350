// SPDX-License-Identifier: BSD-3-Clause
// Long messages arrive in parts. They are put together here, one at a time for each sender.
//
// What a sender announces is never trusted: memory grows with the bytes that arrive, and a message whose parts do not
// add up to exactly what they all claim is dropped without a trace.
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

    // Takes in a part, whose bytes are `part.part_length` many. 1 if it was the last one: `whole` is then an ordinary
    // DELIVER event in memory that `buffer` owns. 0 if there is nothing to deliver. -ENOMEM drops the message.
    int add(const PartialDeliverEvent& part, const std::byte* bytes, Buffer& buffer, Event& whole);

    // Forgets what a sender has begun.
    void drop(std::uint32_t nodeid, std::uint32_t pid);

private:
    struct Assembly {
        Assembly* next = nullptr;
        std::uint32_t nodeid = 0;
        std::uint32_t pid = 0;
        std::size_t length = 0;    // of the message, as the first part said
        std::size_t have = 0;      // so much of it has come
        std::size_t capacity = 0;  // so much of it fits
        std::byte* data = nullptr; // a DeliverEvent, the message, and slack

        ~Assembly();
        bool append(const std::byte* bytes, std::size_t size);
    };

    Assembly** find(std::uint32_t nodeid, std::uint32_t pid);

    Assembly* first_ = nullptr;
};

} // namespace corosync::cpg
