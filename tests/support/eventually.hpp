// SPDX-License-Identifier: BSD-3-Clause
// Waits for what another process or thread will do, but never longer than a limit.
#pragma once

#include <chrono>
#include <thread>

namespace test {

using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;
using Duration = Clock::duration;

// Long enough for all that happens at all, also on a busy machine and under a sanitizer.
inline constexpr Duration kPatience = 10s;

// Long enough to see that something does not happen.
inline constexpr Duration kGlance = 100ms;

template <class Predicate> bool eventually(Duration limit, Predicate&& predicate)
{
    const auto end = Clock::now() + limit;
    while (!predicate()) {
        if (Clock::now() >= end)
            return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

template <class Predicate> bool eventually(Predicate&& predicate)
{
    return eventually(kPatience, predicate);
}

} // namespace test
