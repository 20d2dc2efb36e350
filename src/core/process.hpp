// SPDX-License-Identifier: BSD-3-Clause
// Which process this is, by a number that changes with each fork, at the price of a load.
//
// A process id would need a system call each time, and a child in a pid namespace of its own may have its parent's.
#pragma once

#include <cstdint>

namespace corosync {

// The same number for all threads of a process, and another one than that of each process it descends from. From 1 to
// 2^31 - 1.
std::uint32_t this_process();

} // namespace corosync
