// SPDX-License-Identifier: BSD-3-Clause
// A process beside the player's that knows when all that has been caused has arrived, and that undoes what a program
// has done to the daemon.
#pragma once

#include <sys/types.h>

namespace differential {

// Where players ask, and whatever steward there is answers; it is there before either of them.
struct StewardLines {
    StewardLines();
    ~StewardLines();
    StewardLines(const StewardLines&) = delete;
    StewardLines& operator=(const StewardLines&) = delete;

    int players = -1;
    int stewards = -1;
};

class Steward {
public:
    explicit Steward(const StewardLines& lines); // starts it; throws if there is no daemon
    ~Steward();
    Steward(const Steward&) = delete;
    Steward& operator=(const Steward&) = delete;

    // Until what has been caused so far has arrived: a message that is sent now has come back. All of these are false
    // if that cannot be had of this daemon. On the players' line a 'b' asks for it, to be answered with 'k'.
    bool barrier() { return ask('b'); }

    // The daemon knows that the process has ended, and so does everybody who is told.
    bool await_end(pid_t process);

    // Nothing is left of the programs before.
    bool reset() { return ask('r'); }

private:
    bool ask(char word);

    pid_t pid_ = 0;
    int line_ = -1;
};

} // namespace differential
