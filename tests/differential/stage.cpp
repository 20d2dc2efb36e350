// SPDX-License-Identifier: BSD-3-Clause
#include "stage.hpp"

#include "support/process.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <sys/wait.h>

namespace differential {

Stage::Stage() : nodes_(std::getenv("DIFFERENTIAL_NODES") ? std::atoi(std::getenv("DIFFERENTIAL_NODES")) : 1) {}

void Stage::open()
{
    steward_.reset();
    daemon_.reset();
    cluster_.reset();
    if (nodes_ > 1)
        cluster_ = std::make_unique<test::Cluster>(nodes_);
    else
        daemon_ = std::make_unique<test::Daemon>();
    steward_ = beside([this] { return std::make_unique<Steward>(lines_); });
}

void Stage::prepare()
{
    if (steward_ && usable() && steward_->reset())
        return;
    open();
    if (!steward_->reset())
        throw std::runtime_error("a fresh daemon is not as it should be");
}

bool Stage::usable() const
{
    return there() && (!steward_ || !test::waits_in_state(daemon_pid(), WEXITED));
}

void Stage::kill()
{
    daemon().kill(); // first, so that it tells nobody that the others have ended
    for (auto& other : others_)
        other.reset();
    steward_.reset();
}

bool Stage::end_other(int node, bool politely)
{
    auto& other = others_.at(static_cast<std::size_t>(node));
    if (!other)
        return true;
    const auto pid = other->pid();
    if (politely)
        other->ask("end");
    other.reset();
    return steward_->await_end(pid);
}

// Waits until the nodes that are left have noticed, and their events have arrived.
bool Stage::send_away(int node, bool stopped)
{
    away_ = node;
    away_stopped_ = stopped;
    if (stopped)
        cluster_->stop(node);
    else
        cluster_->cut_off(node);
    for (int one = 1; one <= nodes_; ++one)
        if (one != node)
            cluster_->await_votes(one, nodes_ - 1);
    return steward_->barrier();
}

bool Stage::fetch_back()
{
    if (!away_)
        return true;
    if (away_stopped_)
        cluster_->resume(away_);
    else
        cluster_->reconnect(away_);
    for (int node = 1; node <= nodes_; ++node)
        cluster_->await_votes(node, nodes_);
    away_ = 0;
    return steward_->barrier();
}

bool Stage::obey(const std::string& command)
{
    if (command == "stop" || command == "continue") {
        stopped_ = command == "stop";
        stopped_ ? daemon().stop() : daemon().resume();
        return true;
    }
    if (command == "kill") {
        if (steward_)
            kill();
        return true;
    }
    if (command == "start") {
        if (steward_)
            return true;
        daemon().restart();
        steward_ = std::make_unique<Steward>(lines_);
        return true;
    }
    // Commands for another process: the last word is the node.
    const int node = std::max(1, std::atoi(command.c_str() + command.find_last_of(' ') + 1));
    if (!steward_ || node > nodes_)
        return false;
    if (command.starts_with("cut ") || command.starts_with("freeze "))
        return send_away(node, command[0] == 'f');
    if (command.starts_with("back"))
        return fetch_back();
    if (node == away_)
        return false;
    if (command.starts_with("end") || command.starts_with("die"))
        return end_other(node, command[0] == 'e');
    auto& other = others_.at(static_cast<std::size_t>(node));
    if (!other)
        other = beside([] { return std::make_unique<Other>(); }, node);
    const bool done = other->ask(command);
    return steward_->barrier() && done;
}

void Stage::tidy()
{
    if (stopped_)
        daemon().resume();
    stopped_ = false;
    if (!steward_ && there()) {
        daemon().restart();
        steward_ = std::make_unique<Steward>(lines_);
    }
    fetch_back();
    for (int node = 1; node <= nodes_; ++node)
        if (usable())
            end_other(node, false);
    for (auto& other : others_)
        other.reset();
}

} // namespace differential
