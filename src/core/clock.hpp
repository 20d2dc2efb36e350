// SPDX-License-Identifier: BSD-3-Clause
// Monotonic time, for limits: setting the system clock does not change a wait.
#pragma once

#include <time.h>

#include <cerrno>
#include <cstdint>

namespace corosync {

inline std::int64_t now_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

inline std::int64_t now_ms()
{
    return now_ns() / 1000000;
}

// The absolute time in `milliseconds` from now, for system calls that wait until a given time.
inline timespec moment_in(int milliseconds, clockid_t clock = CLOCK_MONOTONIC)
{
    timespec when{};
    clock_gettime(clock, &when);
    when.tv_nsec += milliseconds % 1000 * 1000000L;
    when.tv_sec += milliseconds / 1000 + when.tv_nsec / 1000000000;
    when.tv_nsec %= 1000000000;
    return when;
}

// Sleeps for the whole time, also if signals arrive.
inline void pause_ms(int milliseconds)
{
    const timespec when = moment_in(milliseconds);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) {
    }
}

} // namespace corosync
