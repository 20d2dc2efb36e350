// SPDX-License-Identifier: BSD-3-Clause
// Steps of random programs that several threads carry out at once, on handles that they share. What must not be is a
// failure of the test.
#pragma once

#include "generator.hpp"
#include "random.hpp"

#include <atomic>
#include <cstdint>

namespace differential::shared {

extern std::atomic<long> progress;  // of all
extern thread_local Random* chance; // the thread's, for what its callbacks do
constexpr int kHandles = 3 * kSlots;

void step(const Step& with);

// Of the handles, if there is one of that number.
void finalize_one(std::int64_t number);

// What the members that are left have sent themselves has come to them, once they have got all that there is.
void settle_up();
void forget(); // the members

} // namespace differential::shared
