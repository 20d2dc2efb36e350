// SPDX-License-Identifier: BSD-3-Clause
// What the tests of libvotequorum share: handles that write down what their callbacks are told, and a daemon
// that is quorate.
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

// What a callback was told, in words: "nodelist 1 2 3", "quorate 2:1 3:1 1:1" or "inquorate ..." (node:state),
// "expected 3", "extra 1 bytes". The numbers of rings have no place in it: they differ from run to run.
struct Notice {
    std::uint64_t context;
    std::string text;
    bool operator==(const Notice&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Notice& notice);

using Texts = std::vector<std::string>;
using Notices = std::vector<Notice>;

// With votequorum_initialize(), or with the newer function and its callback for extra information.
enum class Initialize { plain, with_model };

// A handle with all callbacks. Throws if it can't be had.
class Votequorum : public OwnHandle {
public:
    explicit Votequorum(Initialize how = Initialize::plain);
    votequorum_info info(unsigned nodeid = 0) const; // throws if there is none

    cs_error_t track(unsigned flags, std::uint64_t context = 0) const
    {
        return votequorum_trackstart(handle_, context, flags);
    }
    cs_error_t dispatch(cs_dispatch_flags_t type) const { return votequorum_dispatch(handle_, type); }

    // Runs in each callback when the notice is written down.
    std::function<void()> on_notice;

    // What was written down, by any thread. Taken, it is forgotten.
    std::size_t count() const;
    Notices take_notices();
    Texts take();

    // Dispatches until so much is written down, or the patience is at its end.
    Texts await(std::size_t notices);

    // Dispatches until these are the last that are written down; what is there instead when the patience is at its end.
    // For a cluster, where an overloaded machine can make nodes part and meet once more.
    Texts await_last(const Texts& expected);

    // Of the last node list.
    votequorum_ring_id_t ring() const;

private:
    friend struct Callbacks;
    void write_down(std::uint64_t context, const std::string& text);

    mutable std::mutex lock_;
    Notices notices_;
    votequorum_ring_id_t ring_{};
};

// A daemon that is quorate: it serves a moment before.
class QuorateDaemon : public Daemon {
public:
    QuorateDaemon() : QuorateDaemon(Options{}) {}
    explicit QuorateDaemon(const Options& options);
};

using VotequorumTest = SuiteTest<QuorateDaemon>;
// Also because not all changes of votes can be taken back.
using VotequorumFreshTest = FreshTest<QuorateDaemon>;

// All functions that take a handle, each with arguments that are right. None of them changes anything for good.
const std::vector<HandleCall>& calls_with_a_handle();

} // namespace test
