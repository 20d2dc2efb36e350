// SPDX-License-Identifier: BSD-3-Clause
// All functions of libvotequorum 3.1 that take a handle, each with valid arguments. Finalize is the last. None of them
// makes a permanent change.
#pragma once

#include "support/client.hpp"

#include <vector>

namespace test {

const std::vector<HandleCall>& votequorum_calls();

} // namespace test
