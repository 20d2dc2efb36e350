// SPDX-License-Identifier: BSD-3-Clause
// Several real daemons in one cluster, each in a network namespace of its own, on a bridge: for use inside the sandbox
// (sandbox.sh). Nodes are numbered from 1, which are also their ids.
//
//   Cluster cluster(3);                                           // complete when it returns
//   cpg_handle_t handle = cluster.beside(2, [] { return open(); });  // a client of node 2; used from anywhere
//   cluster.cut_off(3);
//   cluster.await_votes(2, 2);
//
// A client that is to be killed or stopped lives in a process of its own: see companion.hpp.
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
    // Both throw what keeps the cluster from forming. `options` is for all nodes; name, addresses and network in it
    // are the cluster's own business.
    explicit Cluster(int nodes = 3);
    Cluster(int nodes, const Daemon::Options& options);
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    int size() const { return static_cast<int>(nodes_.size()); }
    Daemon& daemon(int node);

    // What call() gives, called beside the node: what connects there connects to the node's daemon, and so do
    // processes that are started there, always.
    template <class Call> auto beside(int node, Call call)
    {
        const Visit visit(&at(node).network);
        return call();
    }

    // Until every node sees all votes, or one sees so many. What changed must be waited for where it must be noticed:
    // a node just thawed believes its old view for a while.
    void await_complete();
    void await_votes(int node, int votes);
    // As corosync-quorumtool tells it; -1 if the daemon does not answer.
    int votes(int node);

    // The node's only link.
    void cut_off(int node);
    void reconnect(int node);

    void kill(int node) { daemon(node).kill(); }
    int terminate(int node) { return daemon(node).terminate(); }
    void stop(int node) { daemon(node).stop(); }
    void resume(int node) { daemon(node).resume(); }
    // Kills it unless it is dead, starts a new one, and returns when that serves: not yet when it has joined.
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
