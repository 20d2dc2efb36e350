// SPDX-License-Identifier: BSD-3-Clause
// A real corosync daemon, for use inside the sandbox (sandbox.sh): one at a time in each network namespace. For several
// see cluster.hpp.
#pragma once

#include "network.hpp"

#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

namespace test {

class Daemon {
public:
    enum class Ipc { shm, socket };

    // Sockets if TEST_DAEMON_IPC is "socket", otherwise shared memory.
    static Ipc ipc_from_environment();

    struct Options {
        Ipc ipc = ipc_from_environment();
        std::string totem{};    // further lines of the totem section
        bool votequorum = true; // use votequorum as the quorum provider
        std::string quorum{};   // further lines of the quorum section
        std::string sections{}; // further sections
        bool wait = true;       // wait until it serves

        std::string name = "corosync";                      // of its files in the scratch directory
        std::vector<std::string> addresses = {"127.0.0.1"}; // of all nodes
        const NetworkNamespace* network = nullptr;          // it runs there, with its own /run
    };

    // All of these throw, with the end of the daemon's log, if they do not succeed in time.
    Daemon();
    explicit Daemon(const Options& options);
    ~Daemon(); // kills it, and removes all that it has left
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    pid_t pid() const { return pid_; }
    std::string log() const; // of all daemons that it has started
    void await_service();

    void kill();                 // SIGKILL, and waits for its end
    void kill_without_reaping(); // it is a zombie on return
    int terminate();             // SIGTERM, and waits for its end: the exit status
    void stop();                 // SIGSTOP
    void resume();               // SIGCONT
    void restart();              // kills it unless it is dead, and starts a new one

private:
    void start();
    int reap();
    std::string log_tail() const;

    const pid_t creator_ = ::getpid();
    pid_t pid_ = 0;
    std::string configuration_;
    std::string log_;
    const NetworkNamespace* network_;
};

// The daemon is stopped as long as this lives.
class Freeze {
public:
    explicit Freeze(Daemon& daemon) : daemon_(&daemon) { daemon.stop(); }
    ~Freeze() { thaw(); }
    Freeze(const Freeze&) = delete;
    Freeze& operator=(const Freeze&) = delete;

    void thaw()
    {
        if (daemon_)
            daemon_->resume();
        daemon_ = nullptr;
    }

private:
    Daemon* daemon_;
};

} // namespace test
