// SPDX-License-Identifier: BSD-3-Clause
#include "agreement.hpp"

#include <algorithm>

namespace soak {

namespace {

constexpr std::size_t kRingsKept = 50; // no member is that many rings behind
constexpr std::size_t kViolationsKept = 20;
constexpr Ring kEnd{0, 1};             // all members end in this ring; it is in no log
constexpr std::uint32_t kFrame = 1000; // messages that are longer take more than a frame

std::string text_of(const std::set<std::uint32_t>& nodes)
{
    std::string text;
    for (const auto node : nodes)
        text += " " + std::to_string(node);
    return text;
}

std::string text_of(const Message& message)
{
    return "message " + std::to_string(message.number) + " of " + text_of(message.sender) + " (" +
           std::to_string(message.size) + " bytes)";
}

std::string text_of(const Confchg& confchg)
{
    return "confchg (members" + text_of(confchg.members) + ", left" + text_of(confchg.left) + ", joined" +
           text_of(confchg.joined) + ")";
}

constexpr std::size_t kBefore = 4; // items that are shown before the one that differs
constexpr std::size_t kBehind = 6;

template <class Item> std::string text_around(const std::vector<Item>& items, std::size_t index)
{
    std::string text;
    for (std::size_t i = index - std::min(index, kBefore); i < std::min(items.size(), index + kBehind); ++i)
        text += (i == index ? "\n  > " : "\n    ") +
                (items[i].message.number != 0 ? text_of(items[i].message) : text_of(items[i].confchg));
    return text + (index < items.size() ? "\n    .." : "\n  > nothing");
}

} // namespace

std::string text_of(const Member& member)
{
    return "node " + std::to_string(member.node) + "/" + std::to_string(member.stay);
}

Agreement::State& Agreement::state_of(Member member)
{
    auto& state = members_[member];
    state.segment.member = member;
    return state;
}

void Agreement::ring(Member member, Ring ring)
{
    ++figures_.rings;
    auto& state = state_of(member);
    auto& segment = state.segment;
    if (!state.joined || segment.ring == Ring{}) {
        segment.ring = ring; // the ring in which it joins
        return;
    }
    if (segment.ring == ring)
        return; // this is the second ring event, because it has joined
    close(state, ring);
    segment = {.member = member, .ring = ring, .whole = true, .fresh = state.fresh};
}

void Agreement::confchg(Member member, const Confchg& confchg)
{
    ++figures_.confchgs;
    auto& state = state_of(member);
    const auto& fresh = confchg.joined.contains(member.node) ? confchg.members : confchg.joined;
    state.fresh.insert(fresh.begin(), fresh.end());
    state.segment.fresh.insert(fresh.begin(), fresh.end());
    if (confchg.joined.contains(member.node))
        state.joined = true;
    state.segment.items.push_back({.confchg = confchg});
}

void Agreement::message(Member member, const Message& message)
{
    ++figures_.messages;
    figures_.bytes += message.size;
    auto& state = state_of(member);
    auto& last = state.last[message.sender];
    const auto told = text_of(member) + " is told " + text_of(message) + " behind number " + std::to_string(last);
    if (message.number <= last)
        violation(told);
    else if (message.sender == member && message.number != last + 1 &&
             !drops_explain(member.node, message.number - last - 1))
        violation(told + ": its own");
    last = std::max(last, message.number);
    state.fresh.erase(message.sender.node);
    state.segment.items.push_back({.message = message});
}

// A daemon accepts a message with CS_OK and drops it if it has no room. Only its log shows that.
bool Agreement::drops_explain(std::uint32_t node, std::uint32_t gap)
{
    figures_.dropped += gap;
    missing_[node] += gap;
    return missing_[node] <= dropped_messages(log_(node));
}

void Agreement::loses_daemon(Member member)
{
    close(state_of(member), {});
    members_.erase(member);
}

void Agreement::ends(Member member, std::uint32_t sent)
{
    auto& state = state_of(member);
    if (state.last[member] != sent)
        violation(text_of(member) + " has sent " + std::to_string(sent) + " messages, and " +
                  std::to_string(state.last[member]) + " came back");
    close(state, kEnd);
    members_.erase(member);
}

void Agreement::violation(const std::string& what)
{
    ++figures_.violations;
    if (violations_.size() < kViolationsKept)
        violations_.push_back(what);
}

bool Agreement::has_all(Member member, Member sender, std::uint32_t sent) const
{
    const auto state = members_.find(member);
    if (state == members_.end())
        return false;
    const auto last = state->second.last.find(sender);
    return sent == (last == state->second.last.end() ? 0 : last->second);
}

void Agreement::close(State& state, Ring next)
{
    auto& segment = state.segment;
    segment.next = next;
    if (segment.ring == Ring{})
        return; // it died before it had its first ring
    // Nodes may part and meet again so quickly that no member gets a ring in between or learns which nodes left.
    if (next != Ring{})
        segment.parted = nodes_left(log_(segment.member.node), segment.ring, next);
    state.fresh.insert(segment.parted.begin(), segment.parted.end());
    if (!closed_.contains(segment.ring)) {
        recent_.push_back(segment.ring);
        if (recent_.size() > kRingsKept) {
            closed_.erase(recent_.front());
            recent_.pop_front();
        }
    }
    auto& others = closed_[segment.ring];
    for (const auto& other : others)
        compare(other, segment);
    others.push_back(std::move(segment));
}

void Agreement::compare(const Segment& a, const Segment& b)
{
    if (a.next == b.next && a.next != Ring{} && !a.parted.contains(b.member.node) && !b.parted.contains(a.member.node))
        compare_together(a, b);
    else
        compare_apart(a, b);
}

void Agreement::compare_together(const Segment& a, const Segment& b)
{
    ++figures_.together;
    std::size_t in_a = 0;
    std::size_t in_b = 0;
    const auto begins_in = [](const Segment& earlier, const Segment& later) {
        const auto& items = earlier.items;
        return static_cast<std::size_t>(std::find(items.begin(), items.end(), later.items.front()) - items.begin());
    };
    // The member that joined later begins in the middle of the other one's items.
    if (!b.whole && !b.items.empty())
        in_a = begins_in(a, b);
    if (!a.whole && !a.items.empty() && (b.whole || in_a == a.items.size())) {
        in_b = begins_in(b, a);
        in_a = 0;
    }
    Misses misses_of_a(a);
    Misses misses_of_b(b);
    while (in_a < a.items.size() || in_b < b.items.size()) {
        const bool both = in_a < a.items.size() && in_b < b.items.size();
        if (both && a.items[in_a] == b.items[in_b]) {
            ++in_a;
            ++in_b;
        } else if (in_a < a.items.size() && misses_of_b.excuse(a.items[in_a].message)) {
            ++figures_.excused;
            ++in_a;
        } else if (in_b < b.items.size() && misses_of_a.excuse(b.items[in_b].message)) {
            ++figures_.excused;
            ++in_b;
        } else {
            violation("between the rings " + text_of(a.ring) + " and " + text_of(a.next) + " " + text_of(a.member) +
                      " is told" + text_around(a.items, in_a) + "\n  and " + text_of(b.member) + " is told" +
                      text_around(b.items, in_b));
            return;
        }
    }
}

Agreement::Misses::Misses(const Segment& segment) : fresh_(segment.fresh)
{
    for (const auto& item : segment.items)
        if (item.message.number != 0)
            first_.try_emplace(item.message.sender.node, item.message.number);
}

// The daemons pack messages into frames. A daemon that comes to know a sender in the middle of a message drops all
// messages before the next frame that begins with one. If the sender does not pause, these may be thousands. If the
// ring ends before another message of that sender is delivered, one of the dropped messages was longer than a frame.
bool Agreement::Misses::excuse(const Message& message)
{
    const auto node = message.sender.node;
    if (!fresh_.contains(node))
        return false;
    if (const auto first = first_.find(node); first != first_.end())
        return message.number < first->second;
    return message.size > kFrame ? missed_.insert(node), true : missed_.contains(node);
}

void Agreement::compare_apart(const Segment& a, const Segment& b)
{
    ++figures_.apart;
    const auto common = [](const Segment& of, const Segment& with) {
        std::set<Message> known;
        for (const auto& item : with.items)
            known.insert(item.message);
        std::vector<Message> result;
        for (const auto& item : of.items)
            if (item.message.number != 0 && known.contains(item.message))
                result.push_back(item.message);
        return result;
    };
    const auto of_a = common(a, b);
    const auto of_b = common(b, a);
    const auto [in_a, in_b] = std::mismatch(of_a.begin(), of_a.end(), of_b.begin(), of_b.end());
    if (in_a != of_a.end() && in_b != of_b.end())
        violation("in ring " + text_of(a.ring) + " " + text_of(a.member) + " is told " + text_of(*in_a) + " where " +
                  text_of(b.member) + " is told " + text_of(*in_b));
}

} // namespace soak
