# SPDX-License-Identifier: BSD-3-Clause
# Sourced inside sandbox.sh, after node.sh: private corosync nodes in one cluster, each in a network namespace of its
# own, on a bridge. Nodes are numbered from 1; the numbers are also their ids.
# shellcheck shell=bash

# at NODE CMD...: runs CMD in the namespaces of that node's daemon.
at() {
    local node=$1
    shift
    nsenter --net="/run/netns/n$node" "$@"
}

# make_network NODES
make_network() {
    local node
    nodes=$1
    ip link add bridge type bridge stp_state 0 forward_delay 0
    ip link set bridge up
    for node in $(seq "$nodes"); do
        ip netns add "n$node"
        ip -n "n$node" link set lo up
        ip link add "port$node" type veth peer name eth0 netns "n$node"
        ip link set "port$node" master bridge up
        ip -n "n$node" addr add "10.77.0.$node/24" dev eth0
        ip -n "n$node" link set eth0 up
    done
}

# start_member NODE: starts one node. The cluster's configuration must exist.
start_member() {
    # shellcheck disable=SC2016 # the inner shell expands that
    at "$1" unshare -m --propagation private sh -c '
        echo $$ >"$0.pid" && mount -t tmpfs tmpfs /run && exec corosync -f -c "$1"' \
        "$WORK/n$1" "$WORK/cluster.conf" >>"$WORK/n$1.log" 2>&1 &
    disown $! # otherwise bash prints a message when we kill it
}

# start_cluster: starts all nodes on that network, and returns when all have joined.
start_cluster() {
    local node totem='  token: 1000
  token_coefficient: 0
  join: 50
  consensus: 1200
  interface {
    linknumber: 0
    knet_ping_interval: 50
    knet_ping_timeout: 300
    knet_pong_count: 1
  }'
    need_corosync
    # shellcheck disable=SC2046 # one word for each node
    configuration "$totem" "" $(seq -f '10.77.0.%g' "$nodes") >"$WORK/cluster.conf"
    for node in $(seq "$nodes"); do
        start_member "$node"
    done
    for node in $(seq "$nodes"); do
        await 30 sees "$node" "$nodes" || {
            echo "node $node did not see the others; its log:" >&2
            cat "$WORK/n$node.log" >&2
            return 1
        }
    done
}

# kill_member NODE: kills it at once. The sandbox removes what the daemon leaves.
kill_member() {
    kill -KILL "$(cat "$WORK/n$1.pid")"
    await 10 ended "$(cat "$WORK/n$1.pid")"
}

stop_cluster() {
    local node
    for node in $(seq "$nodes"); do
        kill_member "$node"
    done
}

ended() {
    ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

# sees NODE VOTES: whether that node sees this many votes.
sees() {
    [ "$(at "$1" corosync-quorumtool -s 2>/dev/null | sed -n 's/^Total votes: *//p')" = "$2" ]
}

# Takes the node's only link down, or up again.
cut_off() {
    ip link set "port$1" down
}
reconnect() {
    ip link set "port$1" up
}
