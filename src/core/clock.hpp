// Time for limits: monotonic, so that nobody who sets the clock ends a wait.
#pragma once

#include <poll.h>
#include <time.h>

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
    const std::int64_t end = now_ms() + milliseconds;
    for (std::int64_t left = milliseconds; left > 0; left = end - now_ms())
        poll(nullptr, 0, static_cast<int>(left));
}

} // namespace corosync
