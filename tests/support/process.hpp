// SPDX-License-Identifier: BSD-3-Clause
// What this process holds, and short-lived children.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include <sys/types.h>

namespace test {

// Throws what errno says of the function if the call was not good.
void check(bool good, const char* function);

// Number and target of each open descriptor.
std::map<int, std::string> open_descriptors();

// The names in /dev/shm.
std::set<std::string> shared_memory_entries();

// Those of the connections to the daemon with this pid.
std::set<std::string> connection_entries(pid_t daemon);

// Removes a name in /dev/shm with all below it. Daemon and clients may be removing it at the same time.
void remove_shared_memory_entry(const std::string& name);

// Whether the process has mapped the memory of a connection, even if its files have been removed.
bool maps_rings(pid_t process);

int thread_count();

// A child that runs body; the result is its exit status (0..255). Assertions that fail in the child are lost, so body
// must return what it finds.
class Child {
public:
    explicit Child(const std::function<int()>& body);
    ~Child() { status(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    // Waits for the child's end, and kills it if it does not end in time. The exit status, or -1 if it was killed or
    // died of a signal.
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

// Sends no signal if pid is 0: kill() would send it to our process group, and ctest's group includes all sandboxes that
// run at the moment.
void signal_child(pid_t pid, int signal);

// Whether the child has reached one of these states (WEXITED, WSTOPPED). It stays a zombie if it has ended.
bool waits_in_state(pid_t pid, int events);

// The scratch directory that the sandbox provides; throws outside a sandbox.
std::string scratch_directory();

} // namespace test
