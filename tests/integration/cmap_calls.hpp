// SPDX-License-Identifier: BSD-3-Clause
// All functions of libcmap that take a handle, each with valid arguments.
#pragma once

#include "support/client.hpp"

#include <vector>

namespace test {

const std::vector<HandleCall>& cmap_calls();

} // namespace test
