// SPDX-License-Identifier: BSD-3-Clause
// What this process holds, and short-lived children.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include <sys/types.h>

namespace test {

// Number and target of each open descriptor.
std::map<int, std::string> open_descriptors();

// Names in /dev/shm.
std::set<std::string> shared_memory_entries();

// Those of the connections to the daemon of that pid.
std::set<std::string> connection_entries(pid_t daemon);

// Whether it has any connection's memory, whose files may be gone already.
bool maps_rings(pid_t process);

int thread_count();

// A child that runs body and ends with what it returns as its exit status (0..255). Assertions in the child are lost,
// so a body returns its findings.
class Child {
public:
    explicit Child(const std::function<int()>& body);
    ~Child() { status(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    // Waits for its end, and kills it if that does not come in time. The exit status, or -1 if it was killed, or died
    // of a signal.
    int status();

private:
    pid_t pid_;
    bool reaped_ = false;
    int status_ = -1;
};

inline int in_child(const std::function<int()>& body)
{
    return Child(body).status();
}

// The same for a child that this process has forked itself.
int status_of_child(pid_t pid);

// To no process, 0, it goes nowhere: kill() would take that for everybody in our process group, and ctest's group
// reaches into all of the sandboxes that run at the moment.
void signal_child(pid_t pid, int signal);

// Has that child come into one of these states (WEXITED, WSTOPPED)? It is not reaped.
bool waits_in_state(pid_t pid, int events);

// The scratch directory that the sandbox provides; throws outside a sandbox.
std::string scratch_directory();

} // namespace test
