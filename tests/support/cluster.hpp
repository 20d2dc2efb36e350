// SPDX-License-Identifier: BSD-3-Clause
// Several real daemons in one cluster, each in a network namespace of its own, on a bridge: for use inside the sandbox
// (sandbox.sh). Nodes are numbered from 1; the numbers are also their ids.
//
//   Cluster cluster(3);                                           // complete when it returns
//   cpg_handle_t handle = cluster.beside(2, [] { return open(); });  // a client of node 2; used from anywhere
//   cluster.cut_off(3);
//   cluster.await_votes(2, 2);
//
// A client that is to be killed or stopped needs a process of its own: see companion.hpp.
#pragma once

#include "daemon.hpp"
#include "network.hpp"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace test {

class Cluster {
public:
    // Both throw if the cluster does not form. `options` is for all nodes; the cluster sets name, addresses and network
    // itself.
    explicit Cluster(int nodes = 3);
    Cluster(int nodes, const Daemon::Options& options);
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    int size() const { return static_cast<int>(nodes_.size()); }
    Daemon& daemon(int node);

    // Returns call(), run in the node's network namespace. Connections made there go to the node's daemon; processes
    // started there stay there.
    template <class Call> auto beside(int node, Call call)
    {
        const Visit visit(&at(node).network);
        return call();
    }

    // Waits until every node sees all votes, or until one node sees this many. Wait on each node that must notice the
    // change: a node that was just resumed still has its old view for a while.
    void await_complete();
    void await_votes(int node, int votes);
    // The votes that corosync-quorumtool shows; -1 if the daemon does not answer.
    int votes(int node);

    // Takes the node's only link down.
    void cut_off(int node);
    void reconnect(int node);

    void kill(int node) { daemon(node).kill(); }
    int terminate(int node) { return daemon(node).terminate(); }
    void stop(int node) { daemon(node).stop(); }
    void resume(int node) { daemon(node).resume(); }
    // Kills the daemon unless it is dead, starts a new one, and returns when it serves. It may not have joined the
    // cluster yet.
    void restart(int node) { daemon(node).restart(); }

private:
    struct Node {
        explicit Node(int number);
        ~Node();

        NetworkNamespace network;
        std::unique_ptr<Daemon> daemon;
    };
    class Bridge {
    public:
        Bridge();
        ~Bridge();
        Bridge(const Bridge&) = delete;
        Bridge& operator=(const Bridge&) = delete;
    };

    Node& at(int node);

    Bridge bridge_;
    std::list<Node> nodes_;
};

} // namespace test
