// SPDX-License-Identifier: BSD-3-Clause
// From a seed to a program.
#pragma once

#include "program.hpp"

#include <cstdint>

namespace differential {

// What programs have; each can be left out to look behind what it finds.
struct Wishes {
    std::size_t steps = 300; // that are not inside others
    bool around = true;      // things happen to the daemon, and another process is there
    bool inside = true;      // callbacks do things
    bool forks = true;       // callbacks' children go on
    bool large = true;       // messages above 4 KiB
    bool memory = true;      // too little of it
    int nodes = 1;           // of the cluster
};

Program generate(std::uint64_t seed, const Wishes& wishes);

} // namespace differential
