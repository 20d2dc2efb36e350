// SPDX-License-Identifier: BSD-3-Clause
// soak MINUTES [SEED]: three nodes whose daemons are killed, frozen and cut off at random, with a streamer on each. The
// last line of its output has the figures. The exit status is not 0 if members got events that contradict each other or
// the promises.
#include "listeners.hpp"
#include "streamer.hpp"

#include "support/cluster.hpp"
#include "support/process.hpp"

#include <array>
#include <cstdlib>
#include <deque>
#include <exception>
#include <iostream>
#include <random>

#include <sys/wait.h>

namespace {

using namespace soak;
using namespace test;

constexpr int kNodes = 3;
constexpr int kMostInTrouble = 2; // nodes in trouble at the same time
constexpr std::size_t kRecent = 12;
constexpr auto kShortestPause = 100ms;
constexpr auto kLongestPause = 6000ms;
constexpr auto kSettling = 2s; // messages go on for this time after the last fault
constexpr auto kGathering = 60s;
constexpr auto kMostExcused = 0.001; // share of the delivered messages: there is a pause after each message

// Kills, freezes and cuts off one node after the other, and repairs them.
class Troubles {
public:
    Troubles(Cluster& cluster, std::uint64_t seed) : cluster_(cluster), random_(seed) {}

    void pause()
    {
        const auto longest = chance(0.5) ? kLongestPause : kLongestPause / 4;
        std::this_thread::sleep_for(std::chrono::milliseconds(between(kShortestPause.count(), longest.count())));
    }

    // One fault begins or ends.
    void next()
    {
        note_the_dead();
        int in_trouble = 0;
        for (int node = 1; node <= kNodes; ++node)
            in_trouble += at(node).any();
        const auto node = static_cast<int>(between(1, kNodes));
        // Usually one node at a time, so that two go on together.
        if (in_trouble > 0 && (in_trouble >= kMostInTrouble || chance(0.8)))
            heal_any();
        else
            harm(node);
    }

    void heal_all()
    {
        note_the_dead();
        for (int node = 1; node <= kNodes; ++node)
            heal(node);
    }

    // The last faults, with the time in seconds since the beginning.
    const std::deque<std::string>& recent() const { return recent_; }

    // How often the daemon died, by itself or because we killed it.
    std::uint32_t deaths(int node) { return at(node).deaths; }

    struct Figures {
        unsigned kills = 0;
        unsigned freezes = 0;
        unsigned partitions = 0;
        unsigned ends = 0; // daemons that ended by themselves
    };
    const Figures& figures() const { return figures_; }

private:
    struct Node {
        bool killed = false;
        bool frozen = false;
        bool cut_off = false;
        std::uint32_t deaths = 0;
        bool any() const { return killed || frozen || cut_off; }
    };

    Node& at(int node) { return nodes_.at(static_cast<std::size_t>(node - 1)); }
    bool chance(double share) { return std::bernoulli_distribution(share)(random_); }
    std::int64_t between(std::int64_t low, std::int64_t high)
    {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }

    void harm(int number)
    {
        Node& node = at(number);
        switch (between(0, 2)) {
        case 0:
            if (!node.killed) {
                note("kill", number);
                kill(number);
                ++figures_.kills;
            }
            return;
        case 1:
            if (!node.killed && !node.frozen) {
                note("freeze", number);
                cluster_.stop(number);
                node.frozen = true;
                ++figures_.freezes;
            }
            return;
        default:
            if (!node.cut_off) {
                note("cut off", number);
                cluster_.cut_off(number);
                node.cut_off = true;
                ++figures_.partitions;
            }
        }
    }

    void kill(int number)
    {
        cluster_.kill(number);
        at(number).killed = true;
        at(number).frozen = false;
        ++at(number).deaths;
    }

    void heal_any()
    {
        int number = 0;
        do
            number = static_cast<int>(between(1, kNodes));
        while (!at(number).any());
        heal(number);
    }

    void heal(int number)
    {
        Node& node = at(number);
        if (node.any())
            note("heal", number);
        if (node.frozen)
            cluster_.resume(number);
        if (node.cut_off)
            cluster_.reconnect(number);
        if (node.killed)
            cluster_.restart(number);
        node = {.deaths = node.deaths};
    }

    void note_the_dead()
    {
        for (int number = 1; number <= kNodes; ++number) {
            if (at(number).killed || !waits_in_state(cluster_.daemon(number).pid(), WEXITED))
                continue;
            note("found dead", number);
            kill(number);
            ++figures_.ends;
        }
    }

    void note(const char* what, int number)
    {
        const std::chrono::duration<double> since = Clock::now() - start_;
        recent_.push_back(std::to_string(since.count()) + " " + what + " node " + std::to_string(number));
        if (recent_.size() > kRecent)
            recent_.pop_front();
    }

    const Clock::time_point start_ = Clock::now();
    std::deque<std::string> recent_;
    Cluster& cluster_;
    std::mt19937_64 random_;
    std::array<Node, kNodes> nodes_{};
    Figures figures_;
};

void print_figures(const char* when, const Troubles& troubles, const Listeners& listeners, std::uint32_t losses)
{
    const auto told = listeners.figures();
    const auto& faults = troubles.figures();
    std::cout << "soak " << when << ": " << told.messages << " messages, " << told.bytes / 1'000'000
              << " MB delivered; " << faults.kills << " kills, " << faults.freezes << " freezes, " << faults.partitions
              << " partitions, " << faults.ends << " daemons that ended by themselves; " << told.confchgs
              << " confchgs, " << told.rings << " rings; " << told.together
              << " comparisons of members that went on together, " << told.apart << " of others, " << told.excused
              << " messages excused, " << told.dropped << " that did not come back to their senders; "
              << listeners.votes_told() << " changes of quorum, " << listeners.map_told() << " of the map; " << losses
              << " re-initialisations; " << told.violations << " violations" << std::endl;
}

// Waits until the cluster has formed. Returns the error if it does not.
std::string why_incomplete(Cluster& cluster)
{
    try {
        cluster.await_complete();
        return {};
    } catch (const std::exception& error) {
        return error.what();
    }
}

bool soak_for(std::chrono::minutes length, std::uint64_t seed)
{
    Cluster cluster(kNodes);
    std::list<Companion> streamers;
    for (int node = 1; node <= kNodes; ++node)
        cluster.beside(node, [&] {
            streamers.emplace_back([=](Line& line) { stream(static_cast<std::uint32_t>(node), seed, line); });
            return 0;
        });
    const auto tell_all = [&](const char* word) {
        for (auto& streamer : streamers)
            streamer.say(word);
    };
    Listeners listeners(streamers, [&](std::uint32_t node) { return cluster.daemon(static_cast<int>(node)).log(); });
    Troubles troubles(cluster, seed);
    const auto losses = [&] {
        std::uint32_t sum = 0;
        for (std::uint32_t node = 1; node <= kNodes; ++node)
            sum += listeners.losses(node);
        return sum;
    };

    const auto end = Clock::now() + length;
    for (auto report = Clock::now() + 1min; Clock::now() < end && listeners.violations().empty();) {
        troubles.pause();
        troubles.next();
        if (Clock::now() >= report) {
            print_figures("goes on", troubles, listeners, losses());
            report += 1min;
        }
    }

    troubles.heal_all();
    // A daemon that has not handled all messages of the others may form one ring after the other by itself. Without new
    // messages it can catch up.
    if (why_incomplete(cluster).empty())
        std::this_thread::sleep_for(kSettling);
    tell_all("stop");
    if (const auto why = why_incomplete(cluster); !why.empty())
        listeners.violation(why);
    if (!eventually(kGathering, [&] { return listeners.complete(); }))
        listeners.violation("not everything that was sent has been delivered to all");
    listeners.release();
    tell_all("end");
    for (auto& streamer : streamers)
        if (!eventually([&] { return waits_in_state(streamer.pid(), WEXITED); }))
            listeners.violation("a streamer does not end");
    for (int node = 1; node <= kNodes; ++node)
        if (listeners.losses(static_cast<std::uint32_t>(node)) > troubles.deaths(node))
            listeners.violation("the streamer of node " + std::to_string(node) + " lost a daemon that lived");
    eventually([&] { return listeners.map_told() > 0; });
    if (const auto told = listeners.figures();
        static_cast<double>(told.excused) > kMostExcused * static_cast<double>(told.messages))
        listeners.violation("more is missed than can be excused");

    for (const auto& text : listeners.violations())
        std::cout << "violation: " << text << '\n';
    if (!listeners.violations().empty())
        for (const auto& text : troubles.recent())
            std::cout << text << '\n';
    print_figures("over", troubles, listeners, losses());
    return listeners.figures().violations == 0;
}

} // namespace

int main(int count, char** arguments)
{
    const int minutes = count > 1 ? std::atoi(arguments[1]) : 0;
    const std::uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : std::random_device{}();
    if (minutes <= 0) {
        std::cerr << "usage: soak MINUTES [SEED]\n";
        return 2;
    }
    std::cout << "soak: " << minutes << " minutes, seed " << seed << std::endl;
    try {
        return soak_for(std::chrono::minutes(minutes), seed) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cout << "soak: " << error.what() << std::endl;
        return 1;
    }
}
