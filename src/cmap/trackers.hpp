// The trackers of one connection: what to call for an event that carries their cookie.
#pragma once

#include "core/lock.hpp"

#include <corosync/cmap.h>

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
    ~Trackers();
    Trackers(const Trackers&) = delete;
    Trackers& operator=(const Trackers&) = delete;

    // Registers a tracker before the daemon is asked for it, since its first event may overtake the answer. Returns
    // the cookie to ask with, or 0 if there is no memory.
    std::uint64_t add(cmap_notify_fn_t notify, void* user_data);
    // The daemon's answer.
    void confirm(std::uint64_t cookie, cmap_track_handle_t handle);
    void remove(std::uint64_t cookie);

    // Decodes an event and calls its tracker's callback. 0, also if there is no such tracker; -EPROTO if it is
    // malformed.
    int deliver(cmap_handle_t handle, std::byte* event, std::size_t size);

    // False for the cookie of a deleted tracker, or of none. May wait a moment for another thread's confirm().
    bool find(std::uint64_t cookie, Tracker& tracker);

private:
    struct Entry {
        std::uint64_t cookie; // serial number above the index; 0 if free
        bool confirmed;
        Tracker tracker;
    };

    Entry* entry_of(std::uint64_t cookie);
    bool grow();

    Mutex mutex_;
    pthread_cond_t confirmed_ = PTHREAD_COND_INITIALIZER;
    Entry* entries_ = nullptr;
    std::size_t size_ = 0;
    std::uint32_t serial_ = 0;
};

} // namespace corosync::cmap
