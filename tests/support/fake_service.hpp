// SPDX-License-Identifier: BSD-3-Clause
// Runs in the child of a FakeDaemon, and connects it with the test.
#pragma once

#include "fake_daemon.hpp"

namespace test {

enum class Command : std::uint32_t { on_next_request, now, last_request, requests, clients };

// Whole frames over a stream socket: the length, then the bytes. False when the other end is closed.
bool send_frame(int socket, const Bytes& frame);
bool receive_frame(int socket, Bytes& frame);

Bytes pack(Command command, const Steps& steps);

// Serves until `control` is closed; sends a frame there when it is ready.
[[noreturn]] void run_fake_service(const FakeDaemon::Options& options, int control);

} // namespace test
