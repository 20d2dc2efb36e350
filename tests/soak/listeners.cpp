// SPDX-License-Identifier: BSD-3-Clause
#include "listeners.hpp"

#include "support/process.hpp"

#include <set>
#include <sstream>
#include <utility>

#include <sys/wait.h>

namespace soak {

namespace {

using namespace test;

std::set<std::uint32_t> read_nodes(std::istream& line)
{
    std::size_t count = 0;
    line >> count;
    std::set<std::uint32_t> nodes;
    for (std::uint32_t node = 0; count > 0 && line >> node; --count)
        nodes.insert(node);
    return nodes;
}

} // namespace

Listeners::Listeners(std::list<Companion>& streamers, Agreement::Log log) : agreement_(std::move(log))
{
    for (std::uint32_t node = 1; node <= streamers.size(); ++node)
        nodes_[node] = {};
    for (std::uint32_t node = 1; auto& streamer : streamers) {
        threads_.emplace_back([this, &streamer, node] { listen(streamer, node); });
        ++node;
    }
}

Listeners::~Listeners()
{
    enough_ = true;
    for (auto& thread : threads_)
        thread.join();
}

bool Listeners::complete() const
{
    const std::lock_guard held(lock_);
    for (const auto& [node, listener] : nodes_)
        for (const auto& [other, sender] : nodes_)
            if (!sender.sent || !agreement_.has_all({node, listener.stay}, {other, sender.stay}, *sender.sent))
                return false;
    return true;
}

void Listeners::release()
{
    const std::lock_guard held(lock_);
    released_ = true;
    for (const auto& [node, listener] : nodes_)
        agreement_.ends({node, listener.stay}, listener.sent.value_or(0));
}

std::uint32_t Listeners::losses(std::uint32_t node) const
{
    const std::lock_guard held(lock_);
    return nodes_.at(node).stay - 1;
}

void Listeners::violation(const std::string& what)
{
    const std::lock_guard held(lock_);
    agreement_.violation(what);
}

Agreement::Figures Listeners::figures() const
{
    const std::lock_guard held(lock_);
    return agreement_.figures();
}

std::vector<std::string> Listeners::violations() const
{
    const std::lock_guard held(lock_);
    return agreement_.violations();
}

void Listeners::listen(Companion& streamer, std::uint32_t node)
{
    while (!enough_) {
        if (const auto text = streamer.try_to_hear(100ms)) {
            hear(node, *text);
        } else if (waits_in_state(streamer.pid(), WEXITED)) {
            const std::lock_guard held(lock_);
            if (!released_)
                agreement_.violation("the streamer of node " + std::to_string(node) + " has died");
            return;
        }
    }
}

void Listeners::hear(std::uint32_t number, const std::string& text)
{
    const std::lock_guard held(lock_);
    Node& node = nodes_[number];
    const Member member{number, node.stay};
    std::istringstream line(text);
    std::string word;
    line >> word;
    if (word == "message") {
        Message message;
        line >> message.sender.node >> message.sender.stay >> message.number >> message.size;
        agreement_.message(member, message);
    } else if (word == "confchg") {
        Confchg confchg;
        for (auto* nodes : {&confchg.members, &confchg.left, &confchg.joined})
            *nodes = read_nodes(line);
        agreement_.confchg(member, confchg);
    } else if (word == "ring") {
        Ring ring;
        line >> ring.node >> ring.seq;
        agreement_.ring(member, ring);
    } else if (word == "lost") {
        agreement_.loses_daemon(member);
        node = {node.stay + 1};
    } else if (word == "sent") {
        std::uint32_t sent = 0;
        line >> sent;
        node.sent = sent;
    } else if (word == "trackers") {
        std::uint64_t votes = 0;
        std::uint64_t map = 0;
        line >> votes >> map;
        votes_told_ += votes;
        map_told_ += map;
    } else {
        agreement_.violation(text_of(member) + ": " + text);
    }
}

} // namespace soak
