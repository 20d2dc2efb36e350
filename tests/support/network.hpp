// SPDX-License-Identifier: BSD-3-Clause
// Networks for daemons that must not meet, or only over a bridge: for use inside the sandbox (sandbox.sh).
//
// A daemon's sockets have fixed names, so each daemon needs its own network namespace. A client belongs to the
// namespace in which its thread was when it connected; after that it can be used from any namespace.
#pragma once

#include <string>
#include <vector>

namespace test {

class NetworkNamespace {
public:
    explicit NetworkNamespace(std::string name);
    ~NetworkNamespace(); // with all its links
    NetworkNamespace(const NetworkNamespace&) = delete;
    NetworkNamespace& operator=(const NetworkNamespace&) = delete;

    const std::string& name() const { return name_; }

    // Moves this process there for good, with an empty /run. A child calls this before it runs another program.
    bool move_in() const;

private:
    friend class Visit;

    std::string name_;
    int fd_ = -1;
};

// As long as this lives, this thread is in the namespace, and so are the threads and processes that it starts.
class Visit {
public:
    explicit Visit(const NetworkNamespace* to); // nullptr: stays here
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

private:
    int home_ = -1;
};

// Runs a command, throws if it fails.
void run(const std::string& command);

} // namespace test
