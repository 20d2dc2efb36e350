// SPDX-License-Identifier: BSD-3-Clause
// Shared by the scenes of libvotequorum.
#pragma once

#include "conformance.hpp"
#include "support/eventually.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <corosync/votequorum.h>

namespace conformance {

// What the callbacks of all handles of this process got, in words: "7:nodelist(1)", "7:quorate(1:1)", "7:expected(3)",
// each with its context in front.
inline std::vector<std::string> told;

// Runs in each callback, with its handle, after the callback has been written down.
inline std::function<void(votequorum_handle_t)> in_callback;

inline std::string take_told()
{
    std::string words;
    for (const auto& one : std::exchange(told, {}))
        words += (words.empty() ? "" : ",") + one;
    return words.empty() ? "nothing" : words;
}

namespace votequorum {

inline void tell(votequorum_handle_t handle, std::uint64_t context, const std::string& what)
{
    told.push_back(std::to_string(context) + ":" + what);
    if (in_callback)
        in_callback(handle);
}

inline void quorum(votequorum_handle_t handle, std::uint64_t context, std::uint32_t quorate, std::uint32_t entries,
                   votequorum_node_t nodes[])
{
    std::string list;
    for (std::uint32_t i = 0; i < entries; ++i)
        list += (i ? "," : "") + std::to_string(nodes[i].nodeid) + ":" + std::to_string(nodes[i].state);
    tell(handle, context, (quorate ? "quorate(" : "inquorate(") + list + ")");
}

inline void expected_votes(votequorum_handle_t handle, std::uint64_t context, std::uint32_t votes)
{
    tell(handle, context, "expected(" + std::to_string(votes) + ")");
}

inline votequorum_ring_id_t last_ring{};

inline void node_list(votequorum_handle_t handle, std::uint64_t context, votequorum_ring_id_t ring,
                      std::uint32_t entries, std::uint32_t nodes[])
{
    last_ring = ring;
    std::string list;
    for (std::uint32_t i = 0; i < entries; ++i)
        list += (i ? "," : "") + std::to_string(nodes[i]);
    tell(handle, context, "nodelist(" + list + ")");
}

} // namespace votequorum

inline votequorum_callbacks_t kAllCallbacks{votequorum::quorum, votequorum::expected_votes, votequorum::node_list};

// A handle, finalized at the end of its scope. Throws if it cannot be opened.
class Votequorum {
public:
    explicit Votequorum(votequorum_callbacks_t* callbacks = &kAllCallbacks)
    {
        if (votequorum_initialize(&handle_, callbacks) != CS_OK)
            throw std::runtime_error("votequorum_initialize");
    }
    ~Votequorum()
    {
        if (handle_)
            finalize();
    }
    Votequorum(const Votequorum&) = delete;
    Votequorum& operator=(const Votequorum&) = delete;

    operator votequorum_handle_t() const { return handle_; }
    cs_error_t finalize() { return votequorum_finalize(std::exchange(handle_, test::kNoHandle)); }
    int fd() const
    {
        int fd = -1;
        votequorum_fd_get(handle_, &fd);
        return fd;
    }

private:
    votequorum_handle_t handle_ = test::kNoHandle;
};

// A daemon serves for a moment before it is quorate. Nothing that this does is left when it returns.
inline void await_quorate()
{
    const Since before;
    const auto quorate = [] {
        const Votequorum votequorum;
        votequorum_info info{};
        return test::eventually([&] {
            return votequorum_getinfo(votequorum, 0, &info) == CS_OK && (info.flags & VOTEQUORUM_INFO_QUORATE);
        });
    };
    if (!quorate())
        throw std::runtime_error("the daemon does not become quorate");
    before.held(); // until the daemon has closed the connection that asked
}

// Dispatches until there have been this many callbacks.
inline void await_told(votequorum_handle_t handle, std::size_t count)
{
    test::eventually([&] { return votequorum_dispatch(handle, CS_DISPATCH_ALL) != CS_OK || told.size() >= count; });
}

// A handle that tracks, to wait until all handles that track have got a change.
class Witness {
public:
    Witness()
    {
        if (votequorum_trackstart(votequorum_, 0, CS_TRACK_CHANGES_ONLY) != CS_OK)
            throw std::runtime_error("votequorum_trackstart");
    }
    void await_change()
    {
        seen_ = 0;
        const bool came =
            test::eventually([&] { return votequorum_dispatch(votequorum_, CS_DISPATCH_ALL) != CS_OK || seen_ > 0; });
        // When the daemon answers this, it has sent the change to the others.
        votequorum_info info{};
        if (!came || votequorum_getinfo(votequorum_, 0, &info) != CS_OK)
            throw std::runtime_error("no change came");
    }

private:
    static inline int seen_ = 0;
    static void see(votequorum_handle_t, std::uint64_t, std::uint32_t) { ++seen_; }

    votequorum_callbacks_t callbacks_{nullptr, see, nullptr};
    const Votequorum votequorum_{&callbacks_};
};

inline std::string flags_of(votequorum_handle_t handle)
{
    votequorum_info info{};
    const cs_error_t error = votequorum_getinfo(handle, 0, &info);
    if (error != CS_OK)
        return "error=" + std::to_string(error);
    return "flags=" + std::to_string(info.flags) + ",device=" + quoted(info.qdevice_name);
}

} // namespace conformance
