// SPDX-License-Identifier: BSD-3-Clause
// Shared by the scenes of libcpg; test::Cpg of the integration tests writes down what callbacks get.
#pragma once

#include "conformance.hpp"
#include "integration/cpg_fixture.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <corosync/cpg.h>
#include <fcntl.h>

namespace conformance {

using test::Cpg;

// Waits until the daemon serves and has formed its first membership. Nothing that this does is left when it returns.
inline void settle()
{
    const Since before;
    test::await_settled();
    test::eventually([&] { return before.held() == "fds 0 shm 0"; }); // a busy daemon takes its time
}

// The names of processes in the transcript, by the pids with which they join. The process that writes it is "self".
inline std::map<std::uint32_t, std::string> process_names;

// Short data as they are, long data as their size and a checksum.
inline std::string data_word(std::string_view data)
{
    constexpr std::size_t kEnough = 32;
    if (data.size() <= kEnough)
        return conformance::quoted(data);
    std::uint32_t sum = 2166136261; // FNV-1a
    for (const char byte : data)
        sum = (sum ^ static_cast<unsigned char>(byte)) * 16777619;
    return std::to_string(data.size()) + "#" + std::to_string(sum);
}

// "1:self" in a list of members; "1:self/2" with the reason in a list of joined or left members.
inline std::string process_word(const test::Member& member)
{
    const auto known = process_names.find(member.pid);
    std::string word = std::to_string(member.nodeid) + ":";
    if (member.pid == test::own_pid())
        word += "self";
    else
        word += known == process_names.end() ? "stranger" : known->second;
    return member.reason == CPG_REASON_UNDEFINED ? word : word + "/" + std::to_string(member.reason);
}

inline std::string list_word(const test::Members& members)
{
    std::string word;
    for (const auto& member : members)
        word += (word.empty() ? "" : ",") + process_word(member);
    return "{" + word + "}";
}

// message("group",1:self,"data"), confchg("group",{1:self}left{1:other/2}joined{1:self/1}), totem({1}); totem(200nodes)
// if there are many.
inline std::string event_word(const test::Event& event)
{
    const auto unless_empty = [](const char* name, const test::Members& list) {
        return list.empty() ? "" : name + list_word(list);
    };
    const std::string group = conformance::quoted(std::string_view(event.group));
    switch (event.kind) {
    case test::Event::message:
        return "message(" + group + "," + process_word({.nodeid = event.nodeid, .pid = event.pid, .reason = 0}) + "," +
               data_word(event.data) + ")";
    case test::Event::confchg:
        return "confchg(" + group + "," + list_word(event.members) + unless_empty("left", event.left) +
               unless_empty("joined", event.joined) + ")";
    case test::Event::totem:
        break;
    }
    std::string nodes;
    if (event.members.size() > 16)
        return "totem(" + std::to_string(event.members.size()) + "nodes)";
    for (const auto& member : event.members)
        nodes += (nodes.empty() ? "" : ",") + std::to_string(member.nodeid);
    return "totem({" + nodes + "})";
}

// What a handle's callbacks have got since the last call.
inline std::string take_told(Cpg& cpg)
{
    std::string words;
    for (const auto& event : cpg.take())
        words += (words.empty() ? "" : ",") + event_word(event);
    return words.empty() ? "nothing" : words;
}

// The result of one dispatch, and what its callbacks got.
inline std::string dispatched(Cpg& cpg, cs_dispatch_flags_t type)
{
    const auto error = cpg_dispatch(cpg, type);
    return std::to_string(error) + " " + take_told(cpg);
}

// The same, after this many events.
inline std::string told_after(Cpg& cpg, std::size_t events)
{
    cpg.await([&] { return cpg.count() >= events; });
    return take_told(cpg);
}

// The members of the group, as the daemon says.
inline std::string members_word(cpg_handle_t handle, const std::string& group)
{
    return list_word(test::members_of(handle, group));
}

// The same, after a time in which the last members may leave.
inline std::string members_left(const std::string& group)
{
    const Cpg asking;
    test::eventually([&] { return test::members_of(asking, group).empty(); });
    return members_word(asking, group);
}

// Waits until a handle's queue holds all that was sent through it: the daemon handles a connection's requests in order,
// and all messages have one order.
class Marker {
public:
    Marker() { cpg_.enter("marker." + std::to_string(test::own_pid())); }
    void await_queue(cpg_handle_t handle)
    {
        unsigned nodeid = 0;
        const bool asked = cpg_local_get(handle, &nodeid) == CS_OK; // the daemon has read all requests before this one
        if (!asked || test::send(cpg_, "x") != CS_OK || !cpg_.await_messages(1))
            throw std::runtime_error("the mark does not come back");
        cpg_.take();
    }

private:
    Cpg cpg_;
};

// A name without blanks, for the transcript.
inline std::string in_one_word(std::string name)
{
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
}

// A member of the group in a process of its own, with a name in the transcript.
struct Other : test::MemberProcess {
    Other(const std::string& name, const std::string& group) : MemberProcess(group)
    {
        process_names[member().pid] = name;
    }
};

} // namespace conformance
