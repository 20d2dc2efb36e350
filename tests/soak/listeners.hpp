// SPDX-License-Identifier: BSD-3-Clause
// Receive what the streamers send, and give it to Agreement.
#pragma once

#include "agreement.hpp"

#include "support/companion.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace soak {

class Listeners {
public:
    // The streamers of nodes 1, 2 ..
    Listeners(std::list<test::Companion>& streamers, Agreement::Log log);
    ~Listeners();
    Listeners(const Listeners&) = delete;
    Listeners& operator=(const Listeners&) = delete;

    // All have sent their last message and have got all messages of the others.
    bool complete() const;
    // From now on streamers may end; each has got all events.
    void release();
    // How often the node's daemon was lost.
    std::uint32_t losses(std::uint32_t node) const;
    void violation(const std::string& what);

    Agreement::Figures figures() const;
    std::vector<std::string> violations() const;
    std::uint64_t votes_told() const { return votes_told_; }
    std::uint64_t map_told() const { return map_told_; }

private:
    struct Node {
        std::uint32_t stay = 1;
        std::optional<std::uint32_t> sent{}; // messages in this stay, if it will send no more
    };

    void listen(test::Companion& streamer, std::uint32_t node);
    void hear(std::uint32_t node, const std::string& text);

    mutable std::mutex lock_;
    Agreement agreement_;
    std::map<std::uint32_t, Node> nodes_;
    bool released_ = false;
    std::atomic<std::uint64_t> votes_told_ = 0;
    std::atomic<std::uint64_t> map_told_ = 0;
    std::atomic<bool> enough_ = false;
    std::list<std::thread> threads_; // come last: they use the other members
};

} // namespace soak
