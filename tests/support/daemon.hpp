// SPDX-License-Identifier: BSD-3-Clause
// A real corosync daemon, for use inside the sandbox (sandbox.sh): one at a time for each network namespace. For more
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

    // TEST_DAEMON_IPC=socket asks for sockets, all else for shared memory.
    static Ipc ipc_from_environment();

    struct Options {
        Ipc ipc = ipc_from_environment();
        std::string totem{};    // further lines of the totem section
        bool votequorum = true; // as the provider of quorum
        std::string quorum{};   // further lines of the quorum section
        std::string sections{}; // further sections
        bool wait = true;       // until it serves

        std::string name = "corosync";                      // of its files in the scratch directory
        std::vector<std::string> addresses = {"127.0.0.1"}; // of all nodes
        const NetworkNamespace* network = nullptr;          // that it lives in, with a /run of its own
    };

    // All of these throw, with the end of the daemon's log, if they do not get what they ask for in time.
    Daemon();
    explicit Daemon(const Options& options);
    ~Daemon(); // kills, reaps, leaves nothing of its own behind
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    pid_t pid() const { return pid_; }
    std::string log() const; // of all that it has started
    void await_service();

    void kill();                 // SIGKILL, and reaps
    void kill_without_reaping(); // is a zombie on return
    int terminate();             // SIGTERM, and reaps: the exit status
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

// Stopped as long as this lives.
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
