// SPDX-License-Identifier: BSD-3-Clause
// A number that identifies this process and changes with each fork. Reading it costs one load.
//
// getpid() would cost a system call each time. Also, a child in a new pid namespace may have the same pid as its
// parent.
#pragma once

#include <cstdint>

namespace corosync {

// All threads of a process get the same number. It differs from the numbers of all ancestors. Range: 1 to 2^31 - 1.
std::uint32_t this_process();

} // namespace corosync
