// SPDX-License-Identifier: BSD-3-Clause
// Makes a program from a seed.
#pragma once

#include "program.hpp"

#include <cstdint>

namespace differential {

// What programs may contain. Each can be left out, to find differences that it would hide.
struct Wishes {
    std::size_t steps = 300; // without those inside others
    bool around = true;      // the daemon is stopped or killed, and another process acts
    bool inside = true;      // callbacks make calls
    bool forks = true;       // children that callbacks fork go on
    bool large = true;       // messages above 4 KiB
    bool memory = true;      // memory is scarce
    int nodes = 1;           // nodes of the cluster
};

Program generate(std::uint64_t seed, const Wishes& wishes);

} // namespace differential
