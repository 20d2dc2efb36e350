// SPDX-License-Identifier: BSD-3-Clause
// A mutex that is safe across fork().
//
// A child has only the thread that called fork(). If another thread held a lock at that moment, the child never
// releases it, and the guarded data may be half changed. So a lock records the process of its holder. lock() fails if
// the holder is in another process.
#pragma once

#include "core/annotations.hpp"
#include "core/process.hpp"

#include <pthread.h>

#include <atomic>
#include <cstdint>

namespace corosync {

class COROSYNC_LOCK Mutex {
public:
    constexpr Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    // Waits for the lock. False if another thread held it when this process was forked.
    [[nodiscard]] bool lock() COROSYNC_TRY_ACQUIRE(true)
    {
        const std::uint32_t mine = own_word();
        return try_acquire(mine) || wait(mine, -1);
    }
    [[nodiscard]] bool try_lock() COROSYNC_TRY_ACQUIRE(true) { return try_acquire(own_word()); }
    // Waits at most `limit_ms` milliseconds.
    [[nodiscard]] bool try_lock_for(int limit_ms) COROSYNC_TRY_ACQUIRE(true)
    {
        const std::uint32_t mine = own_word();
        return try_acquire(mine) || wait(mine, limit_ms);
    }
    // A thread that holds the lock across its own fork() may unlock it in the child too.
    void unlock() COROSYNC_RELEASE()
    {
        // Release pairs with the acquire of the next holder: it sees what was changed under the lock.
        if ((word_.exchange(0, std::memory_order_release) & kContended) != 0)
            wake_one();
    }

    // For clang's analysis only: tells it that the lock is held, in a lambda that runs under the lock.
    void assert_held() const COROSYNC_ASSERTS_HELD {}

    // True if another thread held the lock when this process was forked. Then no thread here can ever get it.
    [[nodiscard]] bool held_at_fork() const
    {
        const std::uint32_t word = word_.load(std::memory_order_relaxed);
        return word != 0 && (word & ~kContended) != own_word();
    }

private:
    static constexpr std::uint32_t kContended = 1; // a thread may be sleeping until the lock is free
    static std::uint32_t own_word() { return this_process() << 1; }

    bool try_acquire(std::uint32_t mine)
    {
        std::uint32_t free = 0;
        return word_.compare_exchange_strong(free, mine, std::memory_order_acquire, std::memory_order_relaxed);
    }
    bool wait(std::uint32_t mine, int limit_ms);
    void wake_one();

    std::atomic<std::uint32_t> word_{0}; // 0: free; otherwise twice the number of the holder's process, plus kContended
};

// Unlocks at the end of the scope a mutex that the caller has locked, like std::lock_guard with std::adopt_lock.
class COROSYNC_SCOPED_LOCK LockGuard {
public:
    explicit LockGuard(Mutex& mutex) COROSYNC_REQUIRES(mutex) : mutex_(mutex) {}
    ~LockGuard() COROSYNC_RELEASE() { mutex_.unlock(); }
    LockGuard(const LockGuard&) = delete;
    LockGuard& operator=(const LockGuard&) = delete;

private:
    Mutex& mutex_;
};

// How long a fork waits for a lock, or for what else must be done before it. In a signal handler it may wait for its
// own thread.
inline constexpr int kForkWaitMs = 100;

// Notes which thread holds a lock across its fork, for handlers that must release it afterwards, in both processes. The
// child inherits the note.
class HeldForFork {
public:
    void begin() { thread_.store(pthread_self(), std::memory_order_relaxed); }
    // True if this thread holds the lock for its fork; it must release it now.
    [[nodiscard]] bool end()
    {
        if (thread_.load(std::memory_order_relaxed) != pthread_self())
            return false;
        thread_.store({}, std::memory_order_relaxed);
        return true;
    }

private:
    std::atomic<pthread_t> thread_{}; // 0: none
};

// Lets threads wait for a change of guarded data. A waiter reads epoch() under the lock, then calls wait() without the
// lock.
class Condition {
public:
    [[nodiscard]] std::uint32_t epoch() const { return count_.load(std::memory_order_acquire); }
    void notify_all();
    // Waits until notify_all() is called after epoch() returned `seen`, at most `limit_ms` milliseconds.
    void wait(std::uint32_t seen, int limit_ms);

private:
    std::atomic<std::uint32_t> count_{0};
};

} // namespace corosync
