// From a seed to a program.
#pragma once

#include "program.hpp"

#include <cstdint>

namespace differential {

struct Wishes {
    std::size_t steps = 300;  // that are not inside others
    bool large_inside = true; // messages above 4 KiB, where callbacks dispatch, jump and fork
    bool around = true;       // things happen to the daemon, and another process is there
};

Program generate(std::uint64_t seed, const Wishes& wishes);

} // namespace differential
