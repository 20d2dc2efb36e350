// SPDX-License-Identifier: BSD-3-Clause
// Maps handles to objects, with reference counts and generation checks, without a lock.
//
// A handle has a random 31-bit check in its high half and a slot number in its low half. Each slot has one atomic word:
// the check of the open handle (0 while closing) in the high half, a reference count in the low half. The table holds
// one reference until the handle is closed. Every running call holds another one, its pin. Whoever drops the last
// reference destroys the object. There is nothing that a fork, a cancelled thread or a callback that never returns
// could leave locked.
#pragma once

#include "core/object.hpp"

#include <sys/random.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace corosync {

// Does not change the program's random() sequence.
inline std::uint32_t random_check()
{
    std::uint32_t value = 0;
    if (getrandom(&value, sizeof value, GRND_NONBLOCK) != sizeof value) {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        value = static_cast<std::uint32_t>(now.tv_nsec) * 2654435761U;
    }
    value &= 0x7fffffffU;
    return value != 0 ? value : 1;
}

// The objects must come from make().
template <class T> class HandleTable {
public:
    // Takes ownership of the object and returns its handle. Returns 0, which is never a handle, if there is no room or
    // memory.
    std::uint64_t add(T* object)
    {
        for (std::uint32_t index = 0;; ++index) {
            Slot* slot = slot_for_add(index);
            if (slot == nullptr)
                return 0;
            std::uint64_t free = 0;
            // Acquire pairs with the release in unpin(): the previous owner no longer uses the slot's fields.
            if (!slot->word.compare_exchange_strong(free, kReserved, std::memory_order_acquire,
                                                    std::memory_order_relaxed))
                continue;
            std::uint32_t check = random_check();
            if (check == slot->last_check)
                check = check % 0x7fffffffU + 1;
            slot->last_check = check;
            slot->object = object;
            // Release: a thread that sees the check also sees the object.
            slot->word.store(word(check, 1), std::memory_order_release);
            return word(check, index);
        }
    }

    // Returns the object, which lives at least until unpin(). Returns nullptr if the handle is not open.
    T* pin(std::uint64_t handle)
    {
        Slot* slot = existing_slot(handle);
        if (slot == nullptr)
            return nullptr;
        std::uint64_t seen = slot->word.load(std::memory_order_relaxed);
        do {
            if (!matches(seen, handle))
                return nullptr;
        } while (
            !slot->word.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire, std::memory_order_relaxed));
        return slot->object;
    }

    // Whether the handle is open at this moment.
    bool has(std::uint64_t handle)
    {
        const Slot* slot = existing_slot(handle);
        return slot != nullptr && matches(slot->word.load(std::memory_order_relaxed), handle);
    }

    // Ends the handle: pin() no longer finds it. The caller gets the table's reference and must drop it with unpin().
    // If several threads close the same handle, one of them gets the object and the others get nullptr.
    T* close(std::uint64_t handle)
    {
        Slot* slot = existing_slot(handle);
        if (slot == nullptr)
            return nullptr;
        std::uint64_t seen = slot->word.load(std::memory_order_relaxed);
        do {
            if (!matches(seen, handle))
                return nullptr;
        } while (!slot->word.compare_exchange_weak(seen, seen & 0xffffffffU, std::memory_order_acquire,
                                                   std::memory_order_relaxed));
        return slot->object;
    }

    // Drops `count` references. Dropping the last one destroys the object.
    void unpin(std::uint64_t handle, unsigned count = 1)
    {
        Slot* slot = existing_slot(handle);
        // Read the object before the count drops: at 0 the slot belongs to the next add().
        T* object = slot->object;
        // Release and acquire: everything that users did to the object happens before its destruction.
        if (slot->word.fetch_sub(count, std::memory_order_acq_rel) == count)
            destroy(object);
    }

    // Calls f(object) for each object, with open and with closed handles. The object lives at least until f returns.
    template <class F> void for_each(F f)
    {
        for (std::uint32_t index = 0;; ++index) {
            Slot* slot = existing_slot(index);
            if (slot == nullptr)
                return; // blocks are allocated in order
            std::uint64_t seen = slot->word.load(std::memory_order_relaxed);
            while (seen != 0 && seen != kReserved &&
                   !slot->word.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire,
                                                     std::memory_order_relaxed)) {
            }
            if (seen == 0 || seen == kReserved)
                continue;
            f(*slot->object);
            unpin(index);
        }
    }

private:
    struct Slot {
        std::atomic<std::uint64_t> word{0}; // 0: free
        T* object = nullptr;
        std::uint32_t last_check = 0;
    };

    static constexpr std::uint64_t kReserved = 0xffffffffU; // set by add() until it has stored the object

    static constexpr std::uint32_t kFirst = 64; // slots in the table itself; each further block doubles the number
    static constexpr std::uint32_t kBlocks = 16;
    static constexpr std::uint32_t kMaxSlots = kFirst << kBlocks;

    static std::uint64_t word(std::uint32_t check, std::uint32_t low)
    {
        return (static_cast<std::uint64_t>(check) << 32) | low;
    }
    static bool matches(std::uint64_t seen, std::uint64_t handle)
    {
        return (handle >> 32) != 0 && (seen >> 32) == (handle >> 32);
    }

    // Block b holds the slots from kFirst << b to (kFirst << (b + 1)) - 1.
    static std::uint32_t block_of(std::uint32_t index)
    {
        return 31U - static_cast<std::uint32_t>(__builtin_clz(index / kFirst));
    }

    Slot* existing_slot(std::uint64_t handle)
    {
        const auto index = static_cast<std::uint32_t>(handle);
        if (index < kFirst)
            return &first_[index];
        if (index >= kMaxSlots)
            return nullptr;
        const std::uint32_t block = block_of(index);
        // Acquire pairs with the release that published the block: this thread sees its zeroed slots.
        Slot* slots = blocks_[block].load(std::memory_order_acquire);
        return slots != nullptr ? &slots[index - (kFirst << block)] : nullptr;
    }

    // nullptr if there is no memory or no further slot.
    Slot* slot_for_add(std::uint32_t index)
    {
        if (Slot* slot = existing_slot(index); slot != nullptr || index >= kMaxSlots)
            return slot;
        const std::uint32_t block = block_of(index);
        auto* fresh = static_cast<Slot*>(calloc(kFirst << block, sizeof(Slot)));
        if (fresh == nullptr)
            return nullptr;
        Slot* none = nullptr;
        if (!blocks_[block].compare_exchange_strong(none, fresh, std::memory_order_release, std::memory_order_relaxed))
            free(fresh); // another thread was first
        return existing_slot(index);
    }

    Slot first_[kFirst];
    // Blocks are never freed: a program may use a stale handle at any time.
    std::atomic<Slot*> blocks_[kBlocks]{};
};

} // namespace corosync
