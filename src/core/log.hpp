// SPDX-License-Identifier: BSD-3-Clause
// The log that COROSYNC_CLIENT_LOG asks for: one line per call that fails. It takes no lock and allocates nothing. Each
// line opens its file anew, so that a program may close all of its descriptors, and fork, at any time.
#pragma once

#include "core/reason.hpp"

namespace corosync {

// Reads the variable, once in a process.
void configure_log() noexcept;
[[nodiscard]] bool log_is_on() noexcept;

// Logs that `call` ended with `error`, unless this second has a line for the reason. `words` are those of the reason.
void write_log(Reason& reason, const Call& call, cs_error_t error, const char* words) noexcept;

} // namespace corosync
