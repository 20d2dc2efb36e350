// SPDX-License-Identifier: BSD-3-Clause
#include "core/lock.hpp"

#include "core/clock.hpp"
#include "core/reasons.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

namespace corosync {
namespace {

// The system call that takes our timespec, also on 32-bit systems with a 64-bit time_t.
#ifdef SYS_futex_time64
constexpr long kFutex = sizeof(time_t) > sizeof(long) ? SYS_futex_time64 : SYS_futex;
#else
constexpr long kFutex = SYS_futex;
#endif

// Sleeps while `word` is `value`, at most `limit_ms` milliseconds by the monotonic clock. Negative: no limit.
void sleep_while(std::atomic<std::uint32_t>& word, std::uint32_t value, std::int64_t limit_ms)
{
    timespec limit{};
    limit.tv_sec = static_cast<time_t>(limit_ms / 1000);
    limit.tv_nsec = static_cast<long>(limit_ms % 1000 * 1000000);
    syscall(kFutex, &word, FUTEX_WAIT_PRIVATE, value, limit_ms < 0 ? nullptr : &limit, nullptr, 0);
}

void wake(std::atomic<std::uint32_t>& word, int count)
{
    syscall(kFutex, &word, FUTEX_WAKE_PRIVATE, count, nullptr, nullptr, 0);
}

} // namespace

bool Mutex::wait(std::uint32_t mine, int limit_ms)
{
    const std::int64_t end = limit_ms < 0 ? 0 : now_ms() + limit_ms;
    for (;;) {
        std::uint32_t seen = word_.load(std::memory_order_relaxed);
        if (seen == 0) {
            // Other threads may still sleep, so a thread that has waited keeps kContended set.
            if (word_.compare_exchange_strong(seen, mine | kContended, std::memory_order_acquire,
                                              std::memory_order_relaxed))
                return true;
            continue;
        }
        if ((seen & ~kContended) != mine) {
            explain(reasons::used_in_child);
            return false;
        }
        const std::int64_t left = limit_ms < 0 ? -1 : end - now_ms();
        if (limit_ms >= 0 && left <= 0) {
            wake_one(); // an unlock may have woken this thread only
            return false;
        }
        if ((seen & kContended) == 0 &&
            !word_.compare_exchange_strong(seen, seen | kContended, std::memory_order_relaxed))
            continue;
        sleep_while(word_, mine | kContended, left);
    }
}

void Mutex::wake_one()
{
    corosync::wake(word_, 1);
}

void Condition::notify_all()
{
    // Release pairs with the acquire in epoch(): a thread that sees the new epoch also sees the change.
    count_.fetch_add(1, std::memory_order_release);
    corosync::wake(count_, INT_MAX);
}

void Condition::wait(std::uint32_t seen, int limit_ms)
{
    sleep_while(count_, seen, limit_ms);
}

} // namespace corosync
