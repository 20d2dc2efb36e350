// SPDX-License-Identifier: BSD-3-Clause
#include "cluster.hpp"

#include "eventually.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <stdexcept>

namespace test {

namespace {

// With this the cluster detects a lost node within a second instead of several.
constexpr const char* kFast = "  token: 500\n"
                              "  token_coefficient: 0\n"
                              "  join: 50\n"
                              "  consensus: 600\n"
                              "  interface {\n"
                              "    linknumber: 0\n"
                              "    knet_ping_interval: 50\n"
                              "    knet_ping_timeout: 300\n"
                              "    knet_pong_count: 1\n"
                              "  }\n";

constexpr Duration kForming = 30s;

std::string address_of(int node)
{
    return "10.77.0." + std::to_string(node);
}

std::string port_of(int node)
{
    return "port" + std::to_string(node);
}

std::string output_of(const char* command)
{
    std::FILE* pipe = ::popen(command, "re");
    if (!pipe)
        throw std::runtime_error(std::string("cannot run ") + command);
    std::string output;
    std::array<char, 4096> buffer{};
    while (const auto size = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), size);
    ::pclose(pipe);
    return output;
}

} // namespace

Cluster::Bridge::Bridge()
{
    run("ip link add bridge type bridge stp_state 0 forward_delay 0");
    run("ip link set bridge up");
}

Cluster::Bridge::~Bridge()
{
    [[maybe_unused]] const int status = std::system("ip link del bridge");
}

Cluster::Node::Node(int number) : network("n" + std::to_string(number))
{
    const auto& name = network.name();
    run("ip link add " + port_of(number) + " type veth peer name eth0 netns " + name);
    run("ip link set " + port_of(number) + " master bridge up");
    run("ip -n " + name + " addr add " + address_of(number) + "/24 dev eth0");
    run("ip -n " + name + " link set eth0 up");
}

Cluster::Node::~Node()
{
    daemon.reset();
    // The other end in the namespace would go with that, but too late if another cluster is made immediately.
    [[maybe_unused]] const int status = std::system(("ip -n " + network.name() + " link del eth0").c_str());
}

Cluster::Cluster(int nodes) : Cluster(nodes, Daemon::Options{}) {}

Cluster::Cluster(int nodes, const Daemon::Options& options)
{
    auto own = options;
    own.totem = kFast + options.totem;
    own.wait = false;
    own.addresses.clear();
    for (int number = 1; number <= nodes; ++number)
        own.addresses.push_back(address_of(number));
    for (int number = 1; number <= nodes; ++number) {
        Node& node = nodes_.emplace_back(number);
        own.name = node.network.name();
        own.network = &node.network;
        node.daemon = std::make_unique<Daemon>(own);
    }
    if (options.wait)
        await_complete();
}

Cluster::~Cluster() = default;

Cluster::Node& Cluster::at(int node)
{
    if (node < 1 || node > size())
        throw std::out_of_range("node " + std::to_string(node));
    return *std::next(nodes_.begin(), node - 1);
}

Daemon& Cluster::daemon(int node)
{
    return *at(node).daemon;
}

void Cluster::await_complete()
{
    for (int node = 1; node <= size(); ++node) {
        daemon(node).await_service();
        await_votes(node, size());
    }
}

void Cluster::await_votes(int node, int expected)
{
    if (!eventually(kForming, [&] { return votes(node) == expected; }))
        throw std::runtime_error("node " + std::to_string(node) + " sees " + std::to_string(votes(node)) +
                                 " votes instead of " + std::to_string(expected));
}

int Cluster::votes(int node)
{
    const auto output = beside(node, [] { return output_of("corosync-quorumtool -s 2>/dev/null"); });
    constexpr std::string_view kLabel = "Total votes:";
    const auto found = output.find(kLabel);
    return found == std::string::npos ? -1 : std::atoi(output.c_str() + found + kLabel.size());
}

void Cluster::cut_off(int node)
{
    run("ip link set " + port_of(node) + " down");
}

void Cluster::reconnect(int node)
{
    run("ip link set " + port_of(node) + " up");
}

} // namespace test
