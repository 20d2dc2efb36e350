// SPDX-License-Identifier: BSD-3-Clause
// What the integration tests of libcpg share: handles that record their events, and members in other processes.
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

inline constexpr std::size_t kAtomic = 1047552; // the longest message that is sent in one piece

struct Member {
    std::uint32_t nodeid = 0;
    std::uint32_t pid = 0;
    std::uint32_t reason = 0;
    bool operator==(const Member&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Member& member);
using Members = std::vector<Member>;

// The pid of this process in the daemon's pid namespace.
std::uint32_t own_pid();
// The entry for this process on node 1 in a list of members, or of joined or left ones.
Member self(std::uint32_t reason = CPG_REASON_UNDEFINED);

// The arguments of a callback.
struct Event {
    enum Kind { message, confchg, totem };
    Kind kind = message;
    std::string group{};
    std::uint32_t nodeid = 0; // of the sender, or of the ring's representative
    std::uint32_t pid = 0;
    std::string data{}; // of a message
    Members members{};  // of a group, or of the cluster (without pids)
    Members left{};
    Members joined{};
    std::uint64_t ring = 0;
    bool operator==(const Event&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Event& event);

using Events = std::deque<Event>;
using Texts = std::vector<std::string>;

// The data of the messages among the events; the other events.
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

// A handle. The constructor throws if initialize fails.
class Cpg : public OwnHandle {
public:
    // The arguments of the running callback, unchanged.
    struct Call {
        cpg_handle_t handle;
        Event::Kind kind;
        char* data; // of a message
        std::size_t size;
    };

    explicit Cpg(Wanted wanted = {});

    // Joins, waits until the membership begins, and drops the events until then. Throws if it fails.
    void enter(std::string_view group);

    // Runs in each callback after the event is recorded. It may leave with longjmp(): the stack frames around it hold
    // no objects with destructors.
    std::function<void(const Call&)> on_event;

    // Returns the recorded events and drops them.
    Events events() const;
    Events take();
    std::size_t count() const;

    // Polls and dispatches until there are `count` messages, or until the condition is true. Returns false if that
    // takes too long.
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

// Repeats cpg_join while it returns CS_ERR_TRY_AGAIN.
cs_error_t join(cpg_handle_t handle, std::string_view group);
cs_error_t leave(cpg_handle_t handle, std::string_view group);

// cpg_mcast_joined with one part: once, or repeated while it returns CS_ERR_TRY_AGAIN.
cs_error_t send_once(cpg_handle_t handle, std::string_view data);
cs_error_t send(cpg_handle_t handle, std::string_view data);

// Sends "1", "2" .. "count". Throws if it cannot.
void send_numbers(cpg_handle_t handle, int count);
// The texts "first" .. "last".
Texts numbers(int first, int last);

// cpg_membership_get. Throws if it fails.
Members members_of(cpg_handle_t handle, std::string_view group);
// Waits until the group has `count` members. It uses its own handle.
bool await_members(std::string_view group, std::size_t count);

// The contents of a message of that size, different for each seed.
std::string pattern(std::size_t size, unsigned seed = 0);

// A member of the group in another process. It joins during construction.
class MemberProcess : public Companion {
public:
    explicit MemberProcess(std::string_view group);
    Member member(std::uint32_t reason = CPG_REASON_UNDEFINED, std::uint32_t nodeid = 1) const
    {
        return {nodeid, static_cast<std::uint32_t>(pid()), reason};
    }

    // Commands are "send TEXT", "large SIZE", "leave" and "finalize". Returns the first word and the result: "send:
    // CS_OK".
    std::string tell(const std::string& command);
};

// Waits until the daemon accepts connections and has formed its first membership.
void await_settled();

struct SettledDaemon : Daemon {
    SettledDaemon() { await_settled(); }
};
using CpgTest = SuiteTest<SettledDaemon>;
using CpgFaultTest = FreshTest<SettledDaemon>;

// All functions that take a handle, each with valid arguments.
const std::vector<HandleCall>& cpg_calls();

} // namespace test
