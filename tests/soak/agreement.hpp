// SPDX-License-Identifier: BSD-3-Clause
// Compares the events that the members of a group get on several nodes, and reports where they contradict each other or
// the promises of closed process groups:
//   - A sender's messages come in order and once; its own have no gaps, except those that its daemon dropped.
//   - Members that go from one ring to the next together get the same events in between, in the same order (virtual
//     synchrony).
//   - Members that part or die have got their events in the same order as the others.
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

// The process on a node, from one connection to the daemon to the next. Its connections (stays) are numbered.
struct Member {
    std::uint32_t node = 0;
    std::uint32_t stay = 0;
    auto operator<=>(const Member&) const = default;
};
std::string text_of(const Member& member);

struct Message {
    Member sender;
    std::uint32_t number = 0; // counted from 1 for each member
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
    // Returns the log of a node's daemon.
    using Log = std::function<std::string(std::uint32_t node)>;
    explicit Agreement(Log log) : log_(std::move(log)) {}

    // The events of a member, in its order. They begin with its own confchg.
    void ring(Member member, Ring ring);
    void confchg(Member member, const Confchg& confchg);
    void message(Member member, const Message& message);
    // Its daemon died. Events that no member has got are lost with it.
    void loses_daemon(Member member);
    // The member ends by itself, after it has got all events.
    void ends(Member member, std::uint32_t sent);
    void violation(const std::string& what);

    bool has_all(Member member, Member sender, std::uint32_t sent) const;

    struct Figures {
        std::uint64_t messages = 0; // delivered to all members together
        std::uint64_t bytes = 0;
        std::uint64_t confchgs = 0;
        std::uint64_t rings = 0;
        std::uint64_t together = 0; // comparisons of two members that went on together
        std::uint64_t apart = 0;    // comparisons of two that did not
        std::uint64_t excused = 0;  // messages that one of the two had missed when they met
        std::uint64_t dropped = 0;  // messages that did not come back to their senders
        std::uint64_t violations = 0;
    };
    const Figures& figures() const { return figures_; }
    const std::vector<std::string>& violations() const { return violations_; } // the first ones

private:
    struct Item {
        Message message{};
        Confchg confchg{}; // if the item is not a message
        bool operator==(const Item&) const = default;
    };
    // The events that one member got in one ring.
    struct Segment {
        Member member{};
        Ring ring{};
        Ring next{};        // {} if this was the last one
        bool whole = false; // it was a member from the beginning of the ring
        std::vector<Item> items{};
        std::set<std::uint32_t> parted{}; // nodes from which it parted before the next ring
        std::set<std::uint32_t> fresh{};  // nodes whose first messages may have begun before they were members
    };
    struct State {
        Segment segment{};
        bool joined = false;
        std::map<Member, std::uint32_t> last{}; // number of the last message of each sender
        std::set<std::uint32_t> fresh{};
    };

    State& state_of(Member member);
    bool drops_explain(std::uint32_t node, std::uint32_t gap);
    void close(State& state, Ring next);
    void compare(const Segment& a, const Segment& b);
    void compare_together(const Segment& a, const Segment& b);
    void compare_apart(const Segment& a, const Segment& b);
    // Messages that a member may have missed at the beginning of a ring.
    class Misses {
    public:
        explicit Misses(const Segment& segment);
        bool excuse(const Message& message);

    private:
        std::map<std::uint32_t, std::uint32_t> first_; // number of the first message from each sender
        std::set<std::uint32_t> fresh_;
        std::set<std::uint32_t> missed_;
    };

    const Log log_;
    std::map<Member, State> members_;
    std::map<std::uint32_t, std::uint64_t> missing_; // each node's own messages
    std::map<Ring, std::vector<Segment>> closed_;
    std::deque<Ring> recent_; // rings whose segments are kept
    Figures figures_;
    std::vector<std::string> violations_;
};

} // namespace soak
