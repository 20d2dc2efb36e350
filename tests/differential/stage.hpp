// SPDX-License-Identifier: BSD-3-Clause
// What a program is played on: the daemon, the steward, and another process. The player asks for what is to happen to
// them. Or, with DIFFERENTIAL_NODES in the environment, a cluster of so many nodes: the program and the steward are on
// the first, and another process on each.
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

    // As if nothing had been played on it; throws if that cannot be had.
    void prepare();

    // Of the step with this name: done, and all that it causes has arrived, when this returns.
    bool obey(const std::string& command);

    // What call() gives, called where the program belongs.
    template <class Call> auto beside(Call call, int node = 1)
    {
        return cluster_ ? cluster_->beside(node, call) : call();
    }

    // Nothing goes on of what the program started.
    void tidy();

    int line() const { return lines_.players; } // the player's, of whatever steward there is
    bool usable() const;                        // the daemon is not dead without having been killed

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
    std::unique_ptr<test::Cluster> cluster_; // or this
    std::unique_ptr<Steward> steward_;
    std::array<std::unique_ptr<Other>, 4> others_; // by node, from 1
    bool stopped_ = false;
    int away_ = 0; // a node that is cut off or stopped
    bool away_stopped_ = false;
};

} // namespace differential
