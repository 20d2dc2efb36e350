// SPDX-License-Identifier: BSD-3-Clause
// Stands between the program, with all its libraries, and the clock that may be set: CLOCK_REALTIME with its like.
#pragma once

#include <chrono>
#include <ctime>

#include <semaphore.h>

namespace test {

// Sets the clock forward, or back if it is negative, for all threads, also those that wait for a time of it to come;
// until the end of the scope.
class ClockIsSet {
public:
    explicit ClockIsSet(std::chrono::seconds by);
    ~ClockIsSet();
    ClockIsSet(const ClockIsSet&) = delete;
    ClockIsSet& operator=(const ClockIsSet&) = delete;
};

// sem_timedwait() by that clock, made of the real one.
int wait_until(int (*real)(sem_t*, const timespec*), sem_t* semaphore, const timespec* end);

} // namespace test
