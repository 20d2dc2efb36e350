// SPDX-License-Identifier: BSD-3-Clause
// One of the two compared sides: a sandbox with a daemon, and a process that runs programs in it.
#pragma once

#include "program.hpp"

#include <string>
#include <vector>

#include <sys/types.h>

namespace differential {

using Transcript = std::vector<std::string>; // lines

class Connection {
public:
    // command: the program, with its arguments and environment.
    explicit Connection(std::vector<std::string> command);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void ask(const Program& program);
    Transcript answer(); // throws if the other end has gone

private:
    pid_t pid_ = 0;
    int to_ = -1;
    int from_ = -1;
    std::string heard_;
};

} // namespace differential
