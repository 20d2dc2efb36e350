// SPDX-License-Identifier: BSD-3-Clause
// A short look at the response ring before sleeping on it. On a CPU of its own the daemon answers within two
// microseconds, and a sleep and a wake-up cost twenty times that. A daemon that shares our CPU has answered before the
// first look if it has a real-time policy, as it does by default; otherwise it needs the CPU that a spin burns, so
// after a miss skip the spin for 1, 2, 4 ... 256 requests.
//
// No sched_yield(): where another program wants this CPU it hands over a whole time slice, milliseconds for each
// request. Who sleeps instead is woken when the answer is there.
#pragma once

#include "core/clock.hpp"

#include <sched.h>

#include <cstdint>

namespace corosync {

class Spin {
public:
    // Off with a budget of 0, and on a single CPU, where it can only delay the answer.
    void configure(unsigned budget_us)
    {
        cpu_set_t usable;
        CPU_ZERO(&usable);
        const bool several = sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_COUNT(&usable) >= 2;
        budget_ns_ = several ? budget_us * std::int64_t{1000} : 0;
    }

    // Calls look() until it gives something else than 0 or the budget is spent. Returns the last result.
    template <class Look> auto until(Look look)
    {
        decltype(look()) found = 0;
        if (budget_ns_ == 0 || !due())
            return found;
        const std::int64_t end = now_ns() + budget_ns_;
        do {
            for (int i = 0; found == 0 && i < kLooksPerClock; ++i) {
                pause();
                found = look();
            }
        } while (found == 0 && now_ns() < end);
        record(found != 0);
        return found;
    }

    // True if this request is to spin at all.
    bool due()
    {
        if (to_skip_ == 0)
            return true;
        --to_skip_;
        return false;
    }

    void record(bool hit)
    {
        if (hit)
            backoff_ = 0;
        else if (backoff_ < kMaxBackoff)
            backoff_ = backoff_ == 0 ? 1 : backoff_ * 2;
        to_skip_ = backoff_;
    }

private:
    static constexpr unsigned kMaxBackoff = 256;
    static constexpr int kLooksPerClock = 8; // well under a microsecond

    static void pause()
    {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#elif defined(__aarch64__)
        asm volatile("yield");
#endif
    }

    std::int64_t budget_ns_ = 0;
    unsigned backoff_ = 0;
    unsigned to_skip_ = 0;
};

} // namespace corosync
