// SPDX-License-Identifier: BSD-3-Clause
// Lets one of two processes or threads wait for the other.
#pragma once

#include "client.hpp"

#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

namespace test {

class Turns {
public:
    Turns() { EXPECT_EQ(0, ::pipe(ends_.data())); }
    ~Turns()
    {
        for (const int end : ends_)
            ::close(end);
    }
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    void give() const { EXPECT_EQ(1, ::write(ends_[1], "", 1)); }
    // Sleeps until the other one calls give(), without waking up before. False if that takes too long.
    bool take(Duration limit = kPatience) const
    {
        char byte = 0;
        return readable(ends_[0], limit) && ::read(ends_[0], &byte, 1) == 1;
    }

private:
    std::array<int, 2> ends_{};
};

} // namespace test
