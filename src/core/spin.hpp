// SPDX-License-Identifier: BSD-3-Clause
// Spins on the response ring for a short time before sleeping on it.
//
// On a CPU of its own the daemon replies within two microseconds, and a sleep plus a wake-up cost twenty times that. A
// daemon on our CPU behaves in one of two ways. With a real-time policy, the default, it replies before we look the
// first time. Otherwise it needs the CPU time that we spend spinning. So after a spin without a reply, the next 1, 2, 4
// ... 256 requests do not spin.
//
// We never call sched_yield(). If another program wants this CPU, sched_yield() would give it a whole time slice, which
// costs milliseconds per request. A sleeping request is woken as soon as its reply arrives.
#pragma once

#include "core/clock.hpp"
#include "core/probes.hpp"

#include <sched.h>

#include <cstdint>

namespace corosync {

class Spin {
public:
    // A budget of 0 turns spinning off. So does a single CPU, where spinning can only delay the reply.
    void configure(unsigned budget_us)
    {
        cpu_set_t usable;
        CPU_ZERO(&usable);
        const bool several = sched_getaffinity(0, sizeof usable, &usable) == 0 && CPU_COUNT(&usable) >= 2;
        budget_ns_ = several ? budget_us * std::int64_t{1000} : 0;
    }

    // Calls look() until it returns a value other than 0 or the time is over. Returns the last value.
    template <class Look> auto until(Look look)
    {
        decltype(look()) found = 0;
        if (budget_ns_ == 0 || !should_spin())
            return found;
        const std::int64_t end = now_ns() + budget_ns_;
        do {
            for (int i = 0; found == 0 && i < kLooksPerClock; ++i) {
                pause();
                found = look();
            }
        } while (found == 0 && now_ns() < end);
        COROSYNC_PROBE1(spin, found != 0);
        record(found != 0);
        return found;
    }

    // True if this request should spin.
    bool should_spin()
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
