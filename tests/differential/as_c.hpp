// SPDX-License-Identifier: BSD-3-Clause
// Prints a program as a C program of public calls.
#pragma once

#include "program.hpp"

#include <string>

namespace differential {

std::string as_c(const Program& program);

// The beginning of such a program.
extern const char* const kPrelude;

} // namespace differential
