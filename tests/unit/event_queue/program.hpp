// SPDX-License-Identifier: BSD-3-Clause
// A program that dispatches events and does in their callbacks whatever a program may do, and what must be true of it.
#pragma once

#include "search.hpp"

#include <string>

namespace program {

// How far the search goes.
struct Bounds {
    int events = 0;
    bool large = true;     // events may be large
    bool parts = false;    // or parts of a message
    int malformed = 0;     // or malformed
    bool hang_up = true;   // the daemon may hang up
    int dispatches = 0;    // of the program's first thread
    int nesting = 1;       // of its dispatches
    int jumps = 0;         // out of callbacks
    int forks = 0;         // preparations for one, in callbacks
    bool finalize = false; // in a callback of the first thread, or by another thread at any time
    int others = 0;        // dispatches of a second thread, step by step at every point where the first holds no lock
    int other_jumps = 0;
    int refusals = 0; // of memory to call in a loan
};

void explore(search::Search& search, const Bounds& bounds);

} // namespace program
