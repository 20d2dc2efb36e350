// SPDX-License-Identifier: BSD-3-Clause
// Delta debugging: finds the fewest steps that still fail.
#pragma once

#include "program.hpp"

#include <functional>

namespace differential {

Program shrink(Program program, const std::function<bool(const Program&)>& fails);

} // namespace differential
