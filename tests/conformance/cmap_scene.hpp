// SPDX-License-Identifier: BSD-3-Clause
// Shared by the scenes of libcmap.
#pragma once

#include "conformance.hpp"

#include <cstdint>
#include <functional>
#include <string>

#include <corosync/cmap.h>

namespace conformance {

inline constexpr std::int32_t kEverything = CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE;

// A handle, finalized at the end of its scope. Throws if it cannot be opened.
class Cmap {
public:
    explicit Cmap(cmap_map_t map = CMAP_MAP_ICMAP);
    ~Cmap();
    Cmap(const Cmap&) = delete;
    Cmap& operator=(const Cmap&) = delete;

    operator cmap_handle_t() const { return handle_; }
    int fd() const { return fd_; }
    cs_error_t finalize();

private:
    cmap_handle_t handle_ = test::kNoHandle;
    int fd_ = -1;
};

// A tracker that writes down what its callback gets. It lives as long as the handle.
class Watch {
public:
    explicit Watch(cmap_handle_t handle) : handle_(handle) {}
    Watch(cmap_handle_t handle, const char* key, std::int32_t flags) : Watch(handle) { add(key, flags); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    cs_error_t add(const char* key, std::int32_t flags);
    cs_error_t remove() const { return cmap_track_delete(handle_, tracker_); }
    cmap_track_handle_t tracker() const { return tracker_; }

    // Runs in each callback, after the event has been written down.
    std::function<void()> on_event;

    std::size_t count() const { return count_; }
    // The events since the last call: 'add(key,TYPE:"NEW",TYPE:"OLD")', or "nothing".
    std::string take();

private:
    static void notify(cmap_handle_t handle, cmap_track_handle_t tracker, std::int32_t kind, const char* key,
                       cmap_notify_value now, cmap_notify_value before, void* self);

    cmap_handle_t handle_;
    cmap_track_handle_t tracker_ = 0;
    std::size_t count_ = 0;
    std::string events_;
};

// A callback that does nothing.
void ignore_event(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value,
                  void*);

// Sets the key to 1, 2, .. count through a handle of its own: so many events for each tracker of the key.
void change(const char* key, std::uint32_t count);

inline cs_error_t set_bytes(cmap_handle_t handle, const char* key, const std::string& bytes, int type)
{
    return cmap_set(handle, key, bytes.data(), bytes.size(), static_cast<cmap_value_types_t>(type));
}

// A request whose reply is known.
inline cs_error_t ask(cmap_handle_t handle)
{
    return cmap_get(handle, "totem.version", nullptr, nullptr, nullptr);
}

// cmap_get with this much room: the result, the length and type that it returns, what is then in the room, and whether
// anything was written after it.
std::string got(cmap_handle_t handle, const char* key, std::size_t room);

// The same, with more room than any value needs.
std::string got(cmap_handle_t handle, const char* key);

// The keys with this prefix.
std::string keys(cmap_handle_t handle, const char* prefix);

} // namespace conformance
