// SPDX-License-Identifier: BSD-3-Clause
#include "clocks.hpp"

#include "support/next_function.hpp"

#include <atomic>
#include <cerrno>
#include <utility>

#include <sys/time.h>

namespace test {

namespace {

std::atomic<std::time_t> offset = 0; // seconds
constexpr long kSlice = 2'000'000;   // nanoseconds; a wait sees a change of the clock after at most this time
constexpr long kSecond = 1'000'000'000;

int real_time(clockid_t clock, timespec* time)
{
    static const auto real = next<int(clockid_t, timespec*)>("clock_gettime");
    return real(clock, time);
}

bool can_be_set(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

bool is_past(const timespec& end)
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return std::pair(now.tv_sec, now.tv_nsec) >= std::pair(end.tv_sec, end.tv_nsec);
}

} // namespace

ClockIsSet::ClockIsSet(std::chrono::seconds by)
{
    offset = by.count();
}

ClockIsSet::~ClockIsSet()
{
    offset = 0;
}

int wait_until(int (*real)(sem_t*, const timespec*), sem_t* semaphore, const timespec* end)
{
    for (;;) {
        timespec slice{};
        real_time(CLOCK_REALTIME, &slice);
        if (!is_past(*end))
            slice.tv_nsec += kSlice;
        slice.tv_sec += slice.tv_nsec / kSecond;
        slice.tv_nsec %= kSecond;
        if (const int result = real(semaphore, &slice); result == 0 || errno != ETIMEDOUT || is_past(*end))
            return result;
    }
}

} // namespace test

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept
{
    const int result = test::real_time(clock, time);
    if (result == 0 && test::can_be_set(clock))
        time->tv_sec += test::offset;
    return result;
}

int gettimeofday(timeval* time, void* zone) noexcept
{
    static const auto real = test::next<int(timeval*, void*)>("gettimeofday");
    const int result = real(time, zone);
    if (result == 0)
        time->tv_sec += test::offset;
    return result;
}

std::time_t time(std::time_t* result) noexcept
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (result != nullptr)
        *result = now.tv_sec;
    return now.tv_sec;
}
}
