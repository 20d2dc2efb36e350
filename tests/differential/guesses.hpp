// SPDX-License-Identifier: BSD-3-Clause
// What the generator assumes about the handles, if nothing unforeseen happens.
#pragma once

#include "program.hpp"
#include "random.hpp"

#include <array>
#include <cstdint>

namespace differential {

class Guesses {
public:
    void learn(const Step& step);

    // Usually one of the handles that suit the step.
    std::int64_t slot_for(Op op, Random& random);

private:
    struct Guess {
        bool live = false, member = false, left = false, told = false;
        int waiting = 0; // waiting events
    };

    static bool suits(Op op, const Guess& guess);
    Guess& of(Op op, std::int64_t slot)
    {
        return all_[static_cast<std::size_t>(service_of(op))][static_cast<std::size_t>(slot)];
    }

    std::array<std::array<Guess, kSlots>, 3> all_{};
};

} // namespace differential
