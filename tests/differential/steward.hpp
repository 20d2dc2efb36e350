// SPDX-License-Identifier: BSD-3-Clause
// A process that runs with the player. It knows when all that was caused has arrived, and undoes what a program has
// done to the daemon.
#pragma once

#include <sys/types.h>

namespace differential {

// The lines to the steward. They exist before the players and the steward start.
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

    // Waits until all that was caused so far has arrived: until a message that is sent now has come back. All these
    // functions return false if this daemon cannot do it. On the players' line, 'b' requests it and 'k' is the reply.
    bool barrier() { return ask('b'); }

    // Waits until the daemon and all its clients know that the process has ended.
    bool await_end(pid_t process);

    // Removes all that earlier programs have left.
    bool reset() { return ask('r'); }

private:
    bool ask(char word);

    pid_t pid_ = 0;
    int line_ = -1;
};

} // namespace differential
