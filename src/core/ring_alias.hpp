// SPDX-License-Identifier: BSD-3-Clause
// A second mapping of the event ring, called the alias. Callbacks read large events in the alias: the events are on
// loan.
//
// The ring cannot reclaim a lent event until the callback has returned. If another dispatch needs the next event
// earlier, the loan is called in: the alias becomes private memory with the same contents at the same addresses, and
// the ring reclaims the event. The callback does not notice, even if it runs in another thread and writes to the event
// meanwhile:
//   1. A private mapping of the ring's file exists from the start. mremap() moves it over the shared mapping. The
//      kernel does that in one step: earlier writes went to the ring, and the private mapping shows them. A later write
//      makes the kernel copy the page.
//   2. We make the kernel copy the event's other pages.
// This works once per ring. Afterwards events are copied: a program that needs this once needs it often, and then a
// copy is cheaper.
//
// Both mappings are made when the first large event arrives, since many connections never get one.
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

    // Makes the mappings. False if that fails, or if the program's memory is locked: the kernel would copy the private
    // mapping at once.
    bool map(const RingFiles& files, std::size_t ring_size);

    // The address in the alias of offset `offset` of the ring.
    [[nodiscard]] std::byte* at(std::size_t offset) const { return shared_ + offset; }

    // Calls in the event of `size` bytes at `offset`. False if there is no memory; the caller may try again.
    bool call_in(std::size_t offset, std::size_t size);

    void unmap();

private:
    bool map_halves(int file, std::byte* at, int protection, int flags) const;

    std::byte* shared_ = nullptr;  // the ring twice in a row, since an event may wrap around its end
    std::byte* private_ = nullptr; // the same
    std::size_t moved_ = 0;        // so many bytes of the private mapping have been moved over the shared one
    std::size_t ring_size_ = 0;
};

} // namespace corosync
