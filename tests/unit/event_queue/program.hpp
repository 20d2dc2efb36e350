// SPDX-License-Identifier: BSD-3-Clause
// A program that dispatches events and does in their callbacks all that a program may do, and the rules that must hold.
#pragma once

#include "search.hpp"

#include <string>

namespace program {

// How far the search goes.
struct Bounds {
    int events = 0;
    bool large = true;     // there are large events
    bool parts = false;    // there are parts of messages
    int malformed = 0;     // this many events are malformed
    bool hang_up = true;   // the daemon may hang up
    int dispatches = 0;    // of the program's first thread
    int nesting = 1;       // of its dispatches
    int jumps = 0;         // jumps out of callbacks
    int forks = 0;         // prepared forks, in callbacks
    bool finalize = false; // in a callback of the first thread, or by another thread at any time
    int others = 0; // dispatches of a second thread, which goes on step by step wherever the first thread holds no lock
    int other_jumps = 0;
    int refusals = 0; // how often there is no memory to call in a loan
};

void explore(search::Search& search, const Bounds& bounds);

} // namespace program
