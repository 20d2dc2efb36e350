// SPDX-License-Identifier: BSD-3-Clause
// Prints the calls of a program as statements in C.
#pragma once

#include "program.hpp"

#include <cstdint>
#include <string>

namespace differential {

std::string number(std::int64_t value);
std::string quoted(const Name& name);
std::string handle(const Step& step);

// The call of a function of the libraries, but not of a dispatch.
std::string call_text(const Step& step);

} // namespace differential
