// SPDX-License-Identifier: BSD-3-Clause
// The main program of tests that run with the guards.
#include "guards.hpp"

#include <gtest/gtest.h>

int main(int argc, char** argv)
{
    ::testing::InitGoogleTest(&argc, argv);
    test::install_guards();
    return RUN_ALL_TESTS();
}
