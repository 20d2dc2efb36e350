// SPDX-License-Identifier: BSD-3-Clause
// A program as a program in C of public calls.
#pragma once

#include "program.hpp"

#include <string>

namespace differential {

std::string as_c(const Program& program);

// What such a program begins with.
extern const char* const kPrelude;

} // namespace differential
