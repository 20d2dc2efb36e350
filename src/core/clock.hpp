// Time for limits: monotonic, so that nobody who sets the clock ends a wait.
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

// However many signals arrive meanwhile.
inline void pause_ms(int milliseconds)
{
    const std::int64_t end = now_ns() + milliseconds * std::int64_t{1000000};
    const timespec when{static_cast<time_t>(end / 1000000000), static_cast<long>(end % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) {
    }
}

} // namespace corosync
