// SPDX-License-Identifier: BSD-3-Clause
// The trackers of one connection. An event carries its tracker's cookie.
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
    cmap_track_handle_t handle = 0; // the daemon's handle, which the program also gets
};

class Trackers {
public:
    Trackers() = default;
    ~Trackers() COROSYNC_NO_LOCK_ANALYSIS;
    Trackers(const Trackers&) = delete;
    Trackers& operator=(const Trackers&) = delete;

    // All functions return -ENOTCONN if another thread held the lock when this process was forked.

    // Registers a tracker before the request to the daemon, since the first event may overtake the reply. 0 with the
    // cookie for the request, or -ENOMEM.
    int add(cmap_notify_fn_t notify, void* user_data, std::uint64_t& cookie);
    // Sets the handle that the daemon returned.
    void confirm(std::uint64_t cookie, cmap_track_handle_t handle);
    void remove(std::uint64_t cookie);

    // Decodes an event and calls its tracker's callback, unless `closing` is set. 0, also if there is no such tracker;
    // -EPROTO if the event is malformed.
    int deliver(cmap_handle_t handle, std::byte* event, std::size_t size, const std::atomic<bool>& closing);

    // 1 with the tracker, or 0 if no tracker has this cookie. May wait a moment until another thread has called
    // confirm().
    int find(std::uint64_t cookie, Tracker& tracker);

private:
    struct Entry {
        std::uint64_t cookie; // high half: serial number; low half: index; 0 if free
        bool confirmed;
        Tracker tracker;
    };

    Entry* entry_of(std::uint64_t cookie) COROSYNC_REQUIRES(mutex_);
    bool grow() COROSYNC_REQUIRES(mutex_);

    Mutex mutex_;
    Condition changed_; // of an entry
    Entry* entries_ COROSYNC_GUARDED_BY(mutex_) = nullptr;
    std::size_t size_ COROSYNC_GUARDED_BY(mutex_) = 0;
    std::uint32_t serial_ COROSYNC_GUARDED_BY(mutex_) = 0;
};

} // namespace corosync::cmap
