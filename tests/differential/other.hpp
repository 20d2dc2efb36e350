// SPDX-License-Identifier: BSD-3-Clause
// Another process: it joins groups, sends messages, sets keys, and exits.
#pragma once

#include <string>

#include <sys/types.h>

namespace differential {

class Other {
public:
    Other(); // starts it; throws if there is no daemon
    ~Other();
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;

    pid_t pid() const { return pid_; }

    // "join GROUP", "leave", "send SIZE", "set KEY NUMBER", "end". The work is done when this returns; false if it
    // failed.
    bool ask(const std::string& command);
    void kill(); // waits for its end, too

private:
    pid_t pid_ = 0;
    int line_ = -1;
};

} // namespace differential
