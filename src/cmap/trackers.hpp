// SPDX-License-Identifier: BSD-3-Clause
// The trackers of one connection: what to call for an event that carries their cookie.
#pragma once

#include "core/lock.hpp"

#include <corosync/cmap.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace corosync::cmap {

struct Tracker {
    cmap_notify_fn_t notify = nullptr;
    void* user_data = nullptr;
    cmap_track_handle_t handle = 0; // the daemon's, and the program's
};

class Trackers {
public:
    Trackers() = default;
    ~Trackers() COROSYNC_NO_LOCK_ANALYSIS;
    Trackers(const Trackers&) = delete;
    Trackers& operator=(const Trackers&) = delete;

    // All of these give -ENOTCONN if another thread was at it when this process was forked, and otherwise what they
    // say.

    // Registers a tracker before the daemon is asked for it, since its first event may overtake the answer. 0 with the
    // cookie to ask with, or -ENOMEM.
    int add(cmap_notify_fn_t notify, void* user_data, std::uint64_t& cookie);
    // The daemon's answer.
    void confirm(std::uint64_t cookie, cmap_track_handle_t handle);
    void remove(std::uint64_t cookie);

    // Decodes an event and calls its tracker's callback, unless `closing` is set by then. 0, also if there is no such
    // tracker; -EPROTO if it is malformed.
    int deliver(cmap_handle_t handle, std::byte* event, std::size_t size, const std::atomic<bool>& closing);

    // 1, or 0 for the cookie of a deleted tracker, or of none. May wait a moment for another thread's confirm().
    int find(std::uint64_t cookie, Tracker& tracker);

private:
    struct Entry {
        std::uint64_t cookie; // serial number above the index; 0 if free
        bool confirmed;
        Tracker tracker;
    };

    Entry* entry_of(std::uint64_t cookie) COROSYNC_REQUIRES(mutex_);
    bool grow() COROSYNC_REQUIRES(mutex_);

    Mutex mutex_;
    Condition changed_; // of an entry that somebody may wait for
    Entry* entries_ COROSYNC_GUARDED_BY(mutex_) = nullptr;
    std::size_t size_ COROSYNC_GUARDED_BY(mutex_) = 0;
    std::uint32_t serial_ COROSYNC_GUARDED_BY(mutex_) = 0;
};

} // namespace corosync::cmap
