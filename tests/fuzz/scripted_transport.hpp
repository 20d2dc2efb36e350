// SPDX-License-Identifier: BSD-3-Clause
// A daemon out of the fuzzer's bytes. scripted_transport.cpp is linked in place of the core's libqb_transport.cpp, so
// that all above a transport is the library's own and runs without a system call: from the C functions to the
// dispatch loop.
#pragma once

#include "input.hpp"

namespace fuzz {

// Each request and each look for an event takes a piece of it. At its end the daemon is gone. For one handle at a time.
inline Input* script;

// Is told of each event that is taken, if it is set.
inline void (*on_event)(Bytes event);

} // namespace fuzz
