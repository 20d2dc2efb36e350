// SPDX-License-Identifier: BSD-3-Clause
// Guards around every test: nothing may leak, nothing may hang.
#pragma once

#include "eventually.hpp"

#include <map>
#include <set>
#include <string>

namespace test {

// What can leak, at one moment.
struct Holdings {
    std::map<int, std::string> descriptors;
    std::set<std::string> shared_memory; // without the black boxes of daemons
    int threads = 0;

    static Holdings now();
};

// How what is held now differs from `before`, as text, empty when it does not. Waits for the difference to go
// away, since threads, and a daemon removing the files of a connection, need a moment.
std::string leaks_since(const Holdings& before, Duration patience = kPatience);

// Ends the process with a message if it is not disarmed within the limit. There is one for the process.
class Watchdog {
public:
    static void arm(const std::string& what, std::chrono::seconds limit);
    static void disarm();
};

// Puts the guards around every test of this program. TEST_TIME_LIMIT, in seconds, replaces the usual limit. If there is
// TEST_GUARDS_ANSWER they say, as a line, that they are there: "guarded".
void install_guards();

} // namespace test
