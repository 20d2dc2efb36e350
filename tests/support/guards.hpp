// SPDX-License-Identifier: BSD-3-Clause
// Guards around every test: a test fails if it leaks or hangs.
#pragma once

#include "eventually.hpp"

#include <map>
#include <set>
#include <string>

namespace test {

// All that can leak, at one moment.
struct Holdings {
    std::map<int, std::string> descriptors;
    std::set<std::string> shared_memory; // without the daemons' blackboxes
    int threads = 0;

    static Holdings now();
};

// The differences between `before` and now, as text; empty if there are none. Waits for them to go away, since threads,
// and a daemon that removes a connection's files, need a moment.
std::string leaks_since(const Holdings& before, Duration patience = kPatience);

// Ends the process with a message if it is not disarmed within the limit. A process has only one.
class Watchdog {
public:
    static void arm(const std::string& what, std::chrono::seconds limit);
    static void disarm();
};

// Puts the guards around every test of this program. TEST_TIME_LIMIT, in seconds, replaces the usual limit. If
// TEST_GUARDS_ANSWER is set, prints "guarded" to show that they are installed.
void install_guards();

} // namespace test
