// SPDX-License-Identifier: BSD-3-Clause
// The world around a program: the daemon, the steward, and another process. The player requests what is to happen to
// them. With DIFFERENTIAL_NODES in the environment, it is a cluster of this many nodes: the program and the steward are
// on the first, and there is another process on each.
#pragma once

#include "other.hpp"
#include "steward.hpp"

#include "support/cluster.hpp"
#include "support/daemon.hpp"

#include <array>
#include <memory>
#include <string>

namespace differential {

class Stage {
public:
    Stage();

    // Makes it as if no program had run on it; throws if that fails.
    void prepare();

    // Does what the step with this name requests. When it returns, all that this causes has arrived.
    bool obey(const std::string& command);

    // Calls call() in the program's sandbox and returns its result.
    template <class Call> auto beside(Call call, int node = 1)
    {
        return cluster_ ? cluster_->beside(node, call) : call();
    }

    // Ends all that the program started.
    void tidy();

    int line() const { return lines_.players; } // the players' line to the steward
    bool usable() const;                        // false if the daemon has died without having been killed

    pid_t daemon_pid() const { return daemon().pid(); }

private:
    void open();
    void kill();
    bool end_other(int node, bool politely);
    bool send_away(int node, bool stopped);
    bool fetch_back();
    test::Daemon& daemon() const { return cluster_ ? cluster_->daemon(1) : *daemon_; }
    bool there() const { return cluster_ || daemon_; }

    StewardLines lines_;
    const int nodes_;
    std::unique_ptr<test::Daemon> daemon_;
    std::unique_ptr<test::Cluster> cluster_; // in a cluster, instead
    std::unique_ptr<Steward> steward_;
    std::array<std::unique_ptr<Other>, 4> others_; // by node, from 1
    bool stopped_ = false;
    int away_ = 0; // a node that is cut off or stopped
    bool away_stopped_ = false;
};

} // namespace differential
