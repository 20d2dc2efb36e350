// SPDX-License-Identifier: BSD-3-Clause
// Random numbers that are the same on each machine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace differential {

// SplitMix64.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::int64_t below(std::int64_t limit)
    {
        std::uint64_t value = state_ += 0x9e3779b97f4a7c15;
        value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
        value = (value ^ value >> 27) * 0x94d049bb133111eb;
        return static_cast<std::int64_t>((value ^ value >> 31) % static_cast<std::uint64_t>(limit));
    }
    bool chance(int percent) { return below(100) < percent; }
    std::int64_t of(std::initializer_list<std::int64_t> values) { return values.begin()[below(std::ssize(values))]; }

private:
    std::uint64_t state_;
};

} // namespace differential
