// SPDX-License-Identifier: BSD-3-Clause
// The program that the soak test runs on each node: a member of a group that sends messages of all sizes, reports the
// events that it gets, and connects again whenever its daemon dies. It also has trackers of libcmap and libvotequorum.
//
// It writes one line for each:
//   confchg COUNT MEMBER.. COUNT LEFT.. COUNT JOINED..   nodes
//   ring NODE SEQ
//   message NODE STAY NUMBER SIZE
//   lost           the daemon has died; the next stay begins
//   sent NUMBER    it has sent this many messages in this stay, and sends no more
//   trackers VOTES CMAP   the events that they got
//   wrong ...      something that must not happen
// It reads "stop" (send no more) and "end".
#pragma once

#include "support/companion.hpp"

#include <cstdint>

namespace soak {

void stream(std::uint32_t node, std::uint64_t seed, test::Line& line);

} // namespace soak
