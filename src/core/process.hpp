// SPDX-License-Identifier: BSD-3-Clause
// Processes: a number that identifies this one, and whether another one has ended.
//
// The number changes with each fork, and reading it costs one load. getpid() would cost a system call each time. Also,
// a child in a new pid namespace may have the same pid as its parent.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace corosync {

// All threads of a process get the same number. It differs from the numbers of all ancestors. Range: 1 to 2^31 - 1.
std::uint32_t this_process();

// Whether the process has ended. True also for a zombie.
bool is_dead(pid_t pid);

} // namespace corosync
