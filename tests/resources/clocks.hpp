// SPDX-License-Identifier: BSD-3-Clause
// Replaces the clock that can be set, CLOCK_REALTIME and the like, for the program and all its libraries.
#pragma once

#include <chrono>
#include <ctime>

#include <semaphore.h>

namespace test {

// Sets the clock forward, or back if the value is negative, for all threads, also for those that already wait for a
// time of this clock. Ends with the scope.
class ClockIsSet {
public:
    explicit ClockIsSet(std::chrono::seconds by);
    ~ClockIsSet();
    ClockIsSet(const ClockIsSet&) = delete;
    ClockIsSet& operator=(const ClockIsSet&) = delete;
};

// sem_timedwait() on that clock, made from the real function.
int wait_until(int (*real)(sem_t*, const timespec*), sem_t* semaphore, const timespec* end);

} // namespace test
