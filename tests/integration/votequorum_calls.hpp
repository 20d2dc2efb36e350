// SPDX-License-Identifier: BSD-3-Clause
// All functions of libvotequorum 3.1 that take a handle, each with arguments that are right; finalize is the last. None
// of them changes anything for good.
#pragma once

#include "support/client.hpp"

#include <vector>

namespace test {

const std::vector<HandleCall>& votequorum_calls();

} // namespace test
