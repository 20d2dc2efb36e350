// SPDX-License-Identifier: BSD-3-Clause
// Mutual exclusion that a fork cannot turn into waiting for ever.
//
// A child has only the thread that forked. A lock that another thread held at that moment is never released in the
// child, and what it guards may be half changed. So a lock records the process of its holder, and whoever asks for one
// that is held in another process is refused.
#pragma once

#include "core/annotations.hpp"
#include "core/process.hpp"

#include <atomic>
#include <cstdint>

namespace corosync {

class COROSYNC_LOCK Mutex {
public:
    constexpr Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    // Waits for the holder. False if it was held at the fork that began this process.
    [[nodiscard]] bool lock() COROSYNC_TRY_ACQUIRE(true)
    {
        const std::uint32_t mine = own_word();
        return try_acquire(mine) || wait(mine, -1);
    }
    [[nodiscard]] bool try_lock() COROSYNC_TRY_ACQUIRE(true) { return try_acquire(own_word()); }
    // Waits no longer than `limit_ms`.
    [[nodiscard]] bool try_lock_for(int limit_ms) COROSYNC_TRY_ACQUIRE(true)
    {
        const std::uint32_t mine = own_word();
        return try_acquire(mine) || wait(mine, limit_ms);
    }
    // Also in the child of a thread that had it when it forked.
    void unlock() COROSYNC_RELEASE()
    {
        // Release pairs with the acquire of the next holder, who sees what was changed under the lock.
        if ((word_.exchange(0, std::memory_order_release) & kContended) != 0)
            wake_one();
    }

    // For the analysis only: the lock is held here, in a lambda that is called at once.
    void assert_held() const COROSYNC_ASSERTS_HELD {}

    // It was held at the fork that began this process, and nobody here will ever have it.
    [[nodiscard]] bool held_at_fork() const
    {
        const std::uint32_t word = word_.load(std::memory_order_relaxed);
        return word != 0 && (word & ~kContended) != own_word();
    }

private:
    static constexpr std::uint32_t kContended = 1; // somebody may sleep until it is free
    static std::uint32_t own_word() { return this_process() << 1; }

    bool try_acquire(std::uint32_t mine)
    {
        std::uint32_t free = 0;
        return word_.compare_exchange_strong(free, mine, std::memory_order_acquire, std::memory_order_relaxed);
    }
    bool wait(std::uint32_t mine, int limit_ms);
    void wake_one();

    std::atomic<std::uint32_t> word_{0}; // 0: free; otherwise twice the holder's process, and kContended
};

// Releases at the end of the scope what the caller has locked.
class COROSYNC_SCOPED_LOCK LockGuard {
public:
    explicit LockGuard(Mutex& mutex) COROSYNC_REQUIRES(mutex) : mutex_(mutex) {}
    ~LockGuard() COROSYNC_RELEASE() { mutex_.unlock(); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;

private:
    Mutex& mutex_;
};

// Tells waiting threads that something has changed. A waiter notes now() under the lock that guards the change, and
// waits without the lock.
class Condition {
public:
    [[nodiscard]] std::uint32_t epoch() const { return count_.load(std::memory_order_acquire); }
    void notify_all();
    // Until an announcement after `seen`, or for `limit_ms` at the most.
    void wait(std::uint32_t seen, int limit_ms);

private:
    std::atomic<std::uint32_t> count_{0};
};

} // namespace corosync
