// SPDX-License-Identifier: BSD-3-Clause
// Handle -> object, counted and generation-checked, without a lock.
//
// A handle is a random 31-bit check above a slot number. Each slot has one atomic word: the check of the open
// handle (0 while closing) above a count of references. One reference belongs to the table itself until the
// handle is closed; every running call holds another, its pin. Whoever drops the last one destroys the object.
// Nothing here can be left locked by a fork, a cancelled thread or a callback that never returns.
#pragma once

#include "core/object.hpp"

#include <sys/random.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace corosync {

// The program's own random() sequence stays untouched.
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

// Objects come from make().
template <class T> class HandleTable {
public:
    // Takes the object over and returns its handle; 0, which no handle is, if there is no room for it.
    std::uint64_t add(T* object)
    {
        for (std::uint32_t index = 0; index < kMaxSlots; ++index) {
            Slot* slot = slot_for_add(index);
            if (slot == nullptr)
                return 0;
            std::uint64_t free = 0;
            // Acquire pairs with the release in unpin(): the former owner is done with the slot's fields.
            if (!slot->word.compare_exchange_strong(free, kReserved, std::memory_order_acquire,
                                                    std::memory_order_relaxed))
                continue;
            std::uint32_t check = random_check();
            if (check == slot->last_check)
                check = check % 0x7fffffffU + 1;
            slot->last_check = check;
            slot->object = object;
            // Release: who sees the check sees the object.
            slot->word.store(word(check, 1), std::memory_order_release);
            return word(check, index);
        }
        return 0;
    }

    // The object, which stays until unpin(); nullptr if the handle is not open.
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

    // Ends the handle: from now on it is unknown. The table's reference becomes the caller's, to be given
    // back with unpin(). Of several callers one gets the object, the others nullptr.
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

    // Gives back `count` references; the last one takes the object with it.
    void unpin(std::uint64_t handle, unsigned count = 1)
    {
        Slot* slot = existing_slot(handle);
        // Read while the reference still keeps it: once the count is 0 the slot belongs to the next add().
        T* object = slot->object;
        // Release: what this user did to the object happens before its destruction, which acquires.
        if (slot->word.fetch_sub(count, std::memory_order_acq_rel) == count)
            destroy(object);
    }

    // f(object) for each object that there is, whether its handle is still open or not. It stays while f runs.
    template <class F> void for_each(F f)
    {
        for (std::uint32_t index = 0; index < kMaxSlots; ++index) {
            Slot* slot = existing_slot(index);
            if (slot == nullptr)
                return; // blocks come one after the other
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

    static constexpr std::uint64_t kReserved = 0xffffffffU; // by add(), for an object that is not there yet

    static constexpr std::uint32_t kFirst = 64; // in the table itself; each further block doubles it
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

    // Block b holds the slots from kFirst << b on, as many as lie before it.
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
        // Acquire pairs with the release that published the block: its slots are zeroed.
        Slot* slots = blocks_[block].load(std::memory_order_acquire);
        return slots != nullptr ? &slots[index - (kFirst << block)] : nullptr;
    }

    Slot* slot_for_add(std::uint32_t index)
    {
        if (Slot* slot = existing_slot(index); slot != nullptr)
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
    // Blocks stay for ever: a stale handle may be looked up at any time.
    std::atomic<Slot*> blocks_[kBlocks]{};
};

} // namespace corosync
