// SPDX-License-Identifier: BSD-3-Clause
// What the tests of libvotequorum share: handles that record their events, and a daemon that is quorate.
#pragma once

#include "fixture.hpp"

#include <functional>
#include <mutex>
#include <ostream>
#include <vector>

#include <corosync/votequorum.h>

inline bool operator==(const votequorum_ring_id_t& a, const votequorum_ring_id_t& b)
{
    return a.nodeid == b.nodeid && a.seq == b.seq;
}
inline void PrintTo(const votequorum_ring_id_t& ring, std::ostream* out)
{
    *out << "ring " << ring.nodeid << "." << ring.seq;
}

namespace test {

// The arguments of a callback as text: "nodelist 1 2 3", "quorate 2:1 3:1 1:1" or "inquorate ..." (node:state),
// "expected 3", "extra 1 bytes". Ring ids are left out, because they differ from run to run.
struct Notice {
    std::uint64_t context;
    std::string text;
    bool operator==(const Notice&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Notice& notice);

using Texts = std::vector<std::string>;
using Notices = std::vector<Notice>;

// Plain: votequorum_initialize(). With a model: the newer function and its callback for extra information.
enum class Initialize { plain, with_model };

// A handle with all callbacks. The constructor throws if initialize fails.
class Votequorum : public OwnHandle {
public:
    explicit Votequorum(Initialize how = Initialize::plain);
    votequorum_info info(unsigned nodeid = 0) const; // throws if the call fails

    cs_error_t track(unsigned flags, std::uint64_t context = 0) const
    {
        return votequorum_trackstart(handle_, context, flags);
    }
    cs_error_t dispatch(cs_dispatch_flags_t type) const { return votequorum_dispatch(handle_, type); }

    // Runs in each callback after the notice is recorded.
    std::function<void()> on_notice;

    // The notices that any thread has recorded. Taking them removes them.
    std::size_t count() const;
    Notices take_notices();
    Texts take();

    // Dispatches until this number of notices is recorded, or the time limit is over.
    Texts await(std::size_t notices);

    // Dispatches until these are the last notices, or the time limit is over, and returns the last ones. For a cluster:
    // on an overloaded machine its nodes may split and merge once more.
    Texts await_last(const Texts& expected);

    // The ring id of the last node list.
    votequorum_ring_id_t ring() const;

private:
    friend struct Callbacks;
    void write_down(std::uint64_t context, const std::string& text);

    mutable std::mutex lock_;
    Notices notices_;
    votequorum_ring_id_t ring_{};
};

// A daemon that is quorate. (It accepts connections a moment earlier.)
class QuorateDaemon : public Daemon {
public:
    QuorateDaemon() : QuorateDaemon(Options{}) {}
    explicit QuorateDaemon(const Options& options);
};

using VotequorumTest = SuiteTest<QuorateDaemon>;
// Tests that change votes need this, because not all such changes can be undone.
using VotequorumFreshTest = FreshTest<QuorateDaemon>;

// All functions that take a handle, each with valid arguments. None of them makes a permanent change.
const std::vector<HandleCall>& calls_with_a_handle();

} // namespace test
