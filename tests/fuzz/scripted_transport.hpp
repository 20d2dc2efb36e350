// SPDX-License-Identifier: BSD-3-Clause
// A daemon made from the fuzzer's bytes. scripted_transport.cpp replaces the core's libqb_transport.cpp, so that all
// code above a transport, from the C functions to the dispatch loop, is the library's own and runs without a system
// call.
#pragma once

#include "input.hpp"

namespace fuzz {

// Each request and each look for an event reads a piece of it. At its end the daemon has hung up. For one handle at a
// time.
inline Input* script;

// If it is set, it is called for each event that is read.
inline void (*on_event)(Bytes event);

} // namespace fuzz
