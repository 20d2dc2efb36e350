// SPDX-License-Identifier: BSD-3-Clause
// Steps of random programs that several threads run at once, on shared handles. A result that must not be is a failure
// of the test.
#pragma once

#include "generator.hpp"
#include "random.hpp"

#include <atomic>
#include <cstdint>

namespace differential::shared {

extern std::atomic<long> progress;  // steps of all threads
extern thread_local Random* chance; // the thread's own, for the steps in its callbacks
constexpr int kHandles = 3 * kSlots;

void step(const Step& with);

// Finalizes one of the handles, if there is one with that number.
void finalize_one(std::int64_t number);

// Checks that the members that are left have got all their own messages, after they have got all events.
void settle_up();
void forget(); // forgets the members

} // namespace differential::shared
