// SPDX-License-Identifier: BSD-3-Clause
#include "core/ring_alias.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace corosync {
namespace {

#ifndef MADV_POPULATE_READ // Linux 5.14; older kernels return EINVAL
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

// Makes the kernel copy pages of a private mapping. Their contents do not change.
bool copy_pages(std::byte* first, std::byte* end, std::size_t page)
{
    if (madvise(first, static_cast<std::size_t>(end - first), MADV_POPULATE_WRITE) == 0)
        return true;
    if (errno != EINVAL)
        return false;
    // Atomic, so that it does not undo a write of the callback.
    for (std::byte* at = first; at < end; at += page)
        __atomic_fetch_or(reinterpret_cast<unsigned char*>(at), 0, __ATOMIC_RELAXED);
    return true;
}

} // namespace

bool RingAlias::map(const RingFiles& files, std::size_t ring_size)
{
    void* reserved = mmap(nullptr, 4 * ring_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved == MAP_FAILED)
        return false;
    ring_size_ = ring_size;
    shared_ = static_cast<std::byte*>(reserved);
    private_ = shared_ + 2 * ring_size;
    const int file = files.open_event_data(ring_size);
    // PROT_NONE at first: if memory is locked, the kernel would copy an accessible mapping at once, and the copies
    // would become out of date. If memory is locked, MADV_DONTNEED fails.
    const bool mapped = file >= 0 && map_halves(file, shared_, PROT_READ | PROT_WRITE, MAP_SHARED) &&
                        map_halves(file, private_, PROT_NONE, MAP_PRIVATE) &&
                        madvise(private_, 2 * ring_size, MADV_DONTNEED) == 0 &&
                        mprotect(private_, 2 * ring_size, PROT_READ | PROT_WRITE) == 0;
    if (file >= 0)
        close(file);
    if (!mapped) {
        unmap();
        return false;
    }
    // One call instead of a page fault for each page later. If it fails, the faults come.
    madvise(shared_, 2 * ring_size_, MADV_POPULATE_READ);
    return true;
}

bool RingAlias::map_halves(int file, std::byte* at, int protection, int flags) const
{
    for (std::byte* half : {at, at + ring_size_})
        if (mmap(half, ring_size_, protection, flags | MAP_FIXED, file, 0) == MAP_FAILED)
            return false;
    return true;
}

bool RingAlias::call_in(std::size_t offset, std::size_t size)
{
    // The program may have locked its memory in the meantime. Then the private mapping has old copies: drop them.
    if (moved_ == 0) {
        munlock(private_, 2 * ring_size_);
        if (madvise(private_, 2 * ring_size_, MADV_DONTNEED) != 0)
            return false;
    }
    // Each half is one mapping and moves as a whole. Nothing is split, so this needs almost no memory.
    for (; moved_ < 2 * ring_size_; moved_ += ring_size_)
        if (mremap(private_ + moved_, ring_size_, ring_size_, MREMAP_MAYMOVE | MREMAP_FIXED, shared_ + moved_) ==
            MAP_FAILED)
            return false;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t first = offset / page * page;
    const std::size_t end = (offset + size + page - 1) / page * page;
    return copy_pages(shared_ + first, shared_ + end, page);
}

void RingAlias::unmap()
{
    if (shared_ == nullptr)
        return;
    munmap(shared_, 2 * ring_size_);
    if (moved_ < 2 * ring_size_)
        munmap(private_ + moved_, 2 * ring_size_ - moved_);
    shared_ = private_ = nullptr;
    moved_ = 0;
}

} // namespace corosync
