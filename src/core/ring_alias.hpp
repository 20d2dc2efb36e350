// SPDX-License-Identifier: BSD-3-Clause
// A second view of the event ring, in which large events are lent to callbacks.
//
// A callback reads a lent event where it lies in the ring, so the ring cannot go on until the callback has returned. If
// anybody needs what lies behind it earlier, the loan is called in: the alias becomes private memory with the same
// contents at the same addresses, and the place in the ring is free again. The callback does not notice, even if it
// runs in another thread and writes to the event meanwhile:
//   1. The private view of the ring's file, which has been there from the beginning, is moved over the shared one. The
//      kernel does that in one step: what was written before has gone to the ring, and is seen through the private
//      view; what is written afterwards gives the page a copy of its own.
//   2. The event's other pages get their copies.
// A ring's loan can be called in once. Programs that need it once need it often, and a copy is then cheaper.
//
// Both views are made when the first large event comes, since many connections never get one.
#pragma once

#include "core/ring_files.hpp"

#include <cstddef>

namespace corosync {

class RingAlias {
public:
    RingAlias() = default;
    ~RingAlias() { unmap(); }
    RingAlias(const RingAlias&) = delete;
    RingAlias& operator=(const RingAlias&) = delete;

    // Makes the views. False if that cannot be done, or if memory is locked (the private view would be copied at once).
    bool map(const RingFiles& files, std::size_t ring_size);

    [[nodiscard]] bool mapped() const { return shared_ != nullptr; }

    // The address in the alias of what lies at `offset` of the ring.
    [[nodiscard]] std::byte* at(std::size_t offset) const { return shared_ + offset; }

    // Calls in the event of `size` bytes at `offset`. False if there is no memory; it may be tried again.
    bool call_in(std::size_t offset, std::size_t size);

    void unmap();

private:
    bool map_halves(int file, std::byte* at, int protection, int flags) const;

    std::byte* shared_ = nullptr;  // twice the ring, one behind the other, as events may go across its end
    std::byte* private_ = nullptr; // likewise
    std::size_t moved_ = 0;        // so much of the private one lies over the shared one
    std::size_t ring_size_ = 0;
};

} // namespace corosync
