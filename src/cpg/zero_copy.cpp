// SPDX-License-Identifier: BSD-3-Clause
#include "cpg/zero_copy.hpp"

#include "core/lock.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace corosync::cpg {
namespace {

constexpr std::size_t kAlignment = 64;

struct Entry {
    void* buffer;
    std::size_t size;
};

// Sorted by address. The table's memory is freed together with the last buffer.
class Table {
public:
    bool add(const Entry& entry)
    {
        if (count_ == capacity_) {
            const std::size_t larger = capacity_ == 0 ? 16 : capacity_ * 2;
            auto* grown = static_cast<Entry*>(realloc(entries_, larger * sizeof(Entry)));
            if (grown == nullptr)
                return false;
            entries_ = grown;
            capacity_ = larger;
        }
        const std::size_t at = position(entry.buffer);
        std::memmove(entries_ + at + 1, entries_ + at, (count_ - at) * sizeof(Entry));
        entries_[at] = entry;
        ++count_;
        return true;
    }

    bool remove(const void* buffer)
    {
        const std::size_t at = position(buffer);
        if (at == count_ || entries_[at].buffer != buffer)
            return false;
        --count_;
        std::memmove(entries_ + at, entries_ + at + 1, (count_ - at) * sizeof(Entry));
        if (count_ == 0) {
            free(entries_);
            entries_ = nullptr;
            capacity_ = 0;
        }
        return true;
    }

    [[nodiscard]] std::size_t size_of(const void* buffer) const
    {
        const std::size_t at = position(buffer);
        return at < count_ && entries_[at].buffer == buffer ? entries_[at].size : SIZE_MAX;
    }

private:
    [[nodiscard]] std::size_t position(const void* buffer) const
    {
        const auto address = reinterpret_cast<std::uintptr_t>(buffer);
        std::size_t low = 0;
        std::size_t high = count_;
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (reinterpret_cast<std::uintptr_t>(entries_[middle].buffer) < address)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    Entry* entries_ = nullptr;
    std::size_t count_ = 0;
    std::size_t capacity_ = 0;
};

// No destructors: none may run at exit while other threads still use these.
constinit Mutex mutex;
constinit Table table;

// Returns f() under the lock. Returns `if_lost` in a forked child if another thread held the lock at the fork.
template <class Result, class F> Result with_lock(Result if_lost, F f)
{
    if (!mutex.lock())
        return if_lost;
    const LockGuard guard(mutex);
    return f();
}

} // namespace

void* zero_copy_alloc(std::size_t size)
{
    void* buffer = nullptr;
    if (size > PTRDIFF_MAX || posix_memalign(&buffer, kAlignment, size != 0 ? size : 1) != 0)
        return nullptr;
    std::memset(buffer, 0, size);
    if (!with_lock(false, [&] { return table.add({buffer, size}); })) {
        free(buffer);
        return nullptr;
    }
    return buffer;
}

bool zero_copy_free(void* buffer)
{
    if (!with_lock(false, [&] { return table.remove(buffer); }))
        return false;
    free(buffer);
    return true;
}

std::size_t zero_copy_size(const void* buffer)
{
    return with_lock(SIZE_MAX, [&] { return table.size_of(buffer); });
}

} // namespace corosync::cpg
