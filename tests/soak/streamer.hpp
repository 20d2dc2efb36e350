// SPDX-License-Identifier: BSD-3-Clause
// The program that the soak test runs on each node: a member of a group that sends messages of all sizes, says what it
// is told, and starts anew whenever its daemon dies. Trackers of libcmap and libvotequorum live beside it.
//
// It says, one line each:
//   confchg COUNT MEMBER.. COUNT LEFT.. COUNT JOINED..   nodes
//   ring NODE SEQ
//   message NODE STAY NUMBER SIZE
//   lost           the daemon; from now on it is the next stay
//   sent NUMBER    so many messages in this stay, and no more
//   trackers VOTES CMAP   events that they were told
//   wrong ...      what must not happen
// It is told "stop", to send no more, and "end".
#pragma once

#include "support/companion.hpp"

#include <cstdint>

namespace soak {

void stream(std::uint32_t node, std::uint64_t seed, test::Line& line);

} // namespace soak
