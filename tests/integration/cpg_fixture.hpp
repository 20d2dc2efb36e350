// SPDX-License-Identifier: BSD-3-Clause
// What the integration tests of libcpg share: handles that write down what their callbacks are told, and members in
// processes of their own.
#pragma once

#include "fixture.hpp"
#include "support/companion.hpp"

#include <cstring>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <ostream>
#include <string_view>
#include <vector>

#include <corosync/cpg.h>

namespace test {

inline constexpr std::size_t kAtomic = 1047552; // the longest message that goes out in one piece

struct Member {
    std::uint32_t nodeid = 0;
    std::uint32_t pid = 0;
    std::uint32_t reason = 0;
    bool operator==(const Member&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Member& member);
using Members = std::vector<Member>;

// The pid of this process as the daemon knows it.
std::uint32_t own_pid();
// This process on node 1, in a list of members or of those who came or went.
Member self(std::uint32_t reason = CPG_REASON_UNDEFINED);

// What a callback was told.
struct Event {
    enum Kind { message, confchg, totem };
    Kind kind = message;
    std::string group{};
    std::uint32_t nodeid = 0; // the sender's; the ring's representative
    std::uint32_t pid = 0;
    std::string data{}; // of a message
    Members members{};  // of a group; of the cluster, without pids
    Members left{};
    Members joined{};
    std::uint64_t ring = 0;
    bool operator==(const Event&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Event& event);

using Events = std::deque<Event>;
using Texts = std::vector<std::string>;

// The data of the messages among them; those of the other kind.
Texts messages(const Events& events);
Events confchgs(const Events& events);
Events totems(const Events& events);

// Which callbacks a handle has, and its flags.
struct Wanted {
    bool deliver = true;
    bool confchg = true;
    bool totem = false;
    unsigned flags = 0;
};

// A handle. Throws if it can't be had.
class Cpg : public OwnHandle {
public:
    // The arguments of the running callback, as they came.
    struct Call {
        cpg_handle_t handle;
        Event::Kind kind;
        char* data; // of a message
        std::size_t size;
    };

    explicit Cpg(Wanted wanted = {});

    // Joins and waits until the membership begins; what is told until then is forgotten. Throws if it fails.
    void enter(std::string_view group);

    // Runs in each callback after the event is written down. Nothing that a jump out of it would harm lives in the
    // frames around it.
    std::function<void(const Call&)> on_event;

    // What was written down; and forgotten by that.
    Events events() const;
    Events take();
    std::size_t count() const;

    // Dispatches, behind poll, until there are so many messages, or this is true. False if that does not come about.
    bool await_messages(std::size_t count);
    bool await(const std::function<bool()>& condition);

private:
    struct Callbacks;

    void write_down(Event&& event);

    mutable std::mutex lock_;
    Events events_;
    std::size_t messages_ = 0;
};

cpg_name name_of(std::string_view bytes);

// cpg_join, again while the daemon says to try again.
cs_error_t join(cpg_handle_t handle, std::string_view group);
cs_error_t leave(cpg_handle_t handle, std::string_view group);

// cpg_mcast_joined with one part, once, or again while the daemon says to try again.
cs_error_t send_once(cpg_handle_t handle, std::string_view data);
cs_error_t send(cpg_handle_t handle, std::string_view data);

// Sends "1", "2" .. "count". Throws if it cannot.
void send_numbers(cpg_handle_t handle, int count);
// The same texts.
Texts numbers(int first, int last);

// cpg_membership_get. Throws if it fails.
Members members_of(cpg_handle_t handle, std::string_view group);
// Waits until the group has so many members, asked through a handle of its own.
bool await_members(std::string_view group, std::size_t count);

// Contents of a message of that size, different for each seed.
std::string pattern(std::size_t size, unsigned seed = 0);

// A member of the group in a process of its own, from its construction on.
class MemberProcess : public Companion {
public:
    explicit MemberProcess(std::string_view group);
    Member member(std::uint32_t reason = CPG_REASON_UNDEFINED, std::uint32_t nodeid = 1) const
    {
        return {nodeid, static_cast<std::uint32_t>(pid()), reason};
    }

    // "send TEXT", "large SIZE", "leave" or "finalize". The same word and the result: "send: CS_OK".
    std::string tell(const std::string& command);
};

// Waits until the daemon beside us serves, and has come out of its first membership.
void await_settled();

struct SettledDaemon : Daemon {
    SettledDaemon() { await_settled(); }
};
using CpgTest = SuiteTest<SettledDaemon>;
using CpgFaultTest = FreshTest<SettledDaemon>;

// All functions that take a handle, each with arguments that are right.
const std::vector<HandleCall>& cpg_calls();

} // namespace test
