// SPDX-License-Identifier: BSD-3-Clause
// Compares what the members of a group on several nodes are told, and says where they contradict each other or the
// promises of closed process groups:
//   - of each sender its messages come in order and once, and to itself without a gap, but for what its daemon dropped;
//   - who goes from one ring to the next together is told the same in between, in the same order (virtual synchrony);
//   - who parts, or dies, has been told what it was told in the same order as the others.
#pragma once

#include "daemon_log.hpp"

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace soak {

// The process on a node, from one connection to its daemon to the next: stays are numbered.
struct Member {
    std::uint32_t node = 0;
    std::uint32_t stay = 0;
    auto operator<=>(const Member&) const = default;
};
std::string text_of(const Member& member);

struct Message {
    Member sender;
    std::uint32_t number = 0; // from 1 on, of each member
    std::uint32_t size = 0;
    auto operator<=>(const Message&) const = default;
};

struct Confchg {
    std::set<std::uint32_t> members; // nodes
    std::set<std::uint32_t> left;
    std::set<std::uint32_t> joined;
    auto operator<=>(const Confchg&) const = default;
};

class Agreement {
public:
    // Of a node's daemon.
    using Log = std::function<std::string(std::uint32_t node)>;
    explicit Agreement(Log log) : log_(std::move(log)) {}

    // What a member is told, in its order. It begins with its own confchg.
    void ring(Member member, Ring ring);
    void confchg(Member member, const Confchg& confchg);
    void message(Member member, const Message& message);
    // Its daemon died, and took with it what nobody has been told.
    void loses_daemon(Member member);
    // Of its own accord, when it has been told all.
    void ends(Member member, std::uint32_t sent);
    void violation(const std::string& what);

    bool has_all(Member member, Member sender, std::uint32_t sent) const;

    struct Figures {
        std::uint64_t messages = 0; // delivered, by all
        std::uint64_t bytes = 0;
        std::uint64_t confchgs = 0;
        std::uint64_t rings = 0;
        std::uint64_t together = 0; // comparisons of two members who went on together
        std::uint64_t apart = 0;    // and who did not
        std::uint64_t excused = 0;  // messages that one of the two had missed when they met
        std::uint64_t dropped = 0;  // messages that did not come back to their senders
        std::uint64_t violations = 0;
    };
    const Figures& figures() const { return figures_; }
    const std::vector<std::string>& violations() const { return violations_; } // the first of them

private:
    struct Item {
        Message message{};
        Confchg confchg{}; // where no message is
        bool operator==(const Item&) const = default;
    };
    // What one member is told in one ring.
    struct Segment {
        Member member{};
        Ring ring{};
        Ring next{};        // none: where it was last seen
        bool whole = false; // from the beginning of the ring on
        std::vector<Item> items{};
        std::set<std::uint32_t> parted{}; // nodes from which it parted before the next ring
        std::set<std::uint32_t> fresh{};  // nodes whose first messages may have begun before they were members
    };
    struct State {
        Segment segment{};
        bool joined = false;
        std::map<Member, std::uint32_t> last{}; // message of each sender
        std::set<std::uint32_t> fresh{};
    };

    State& state_of(Member member);
    bool drops_explain(std::uint32_t node, std::uint32_t gap);
    void close(State& state, Ring next);
    void compare(const Segment& a, const Segment& b);
    void compare_together(const Segment& a, const Segment& b);
    void compare_apart(const Segment& a, const Segment& b);
    // What a member may have missed at the beginning of a ring.
    class Misses {
    public:
        explicit Misses(const Segment& segment);
        bool excuse(const Message& message);

    private:
        std::map<std::uint32_t, std::uint32_t> first_; // number told of each sender
        std::set<std::uint32_t> fresh_;
        std::set<std::uint32_t> missed_;
    };

    const Log log_;
    std::map<Member, State> members_;
    std::map<std::uint32_t, std::uint64_t> missing_; // of each node's own messages
    std::map<Ring, std::vector<Segment>> closed_;
    std::deque<Ring> recent_; // of which segments are kept
    Figures figures_;
    std::vector<std::string> violations_;
};

} // namespace soak
