// SPDX-License-Identifier: BSD-3-Clause
// What the integration tests of libcmap share: handles, and trackers that record their events.
#pragma once

#include "fixture.hpp"

#include <cstring>
#include <deque>
#include <functional>
#include <initializer_list>
#include <list>
#include <ostream>
#include <vector>

#include <corosync/cmap.h>

namespace test {

// For loops over a list of sizes.
using Sizes = std::initializer_list<std::size_t>;

// A value of the map: type and bytes, strings with their NUL.
struct Value {
    int type = 0;
    std::string bytes;
    bool operator==(const Value&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Value& value);

inline const Value kNoValue{};

template <class Number> std::string bytes_of(Number number)
{
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    return bytes;
}

inline Value u8(std::uint8_t number)
{
    return {CMAP_VALUETYPE_UINT8, bytes_of(number)};
}
inline Value u32(std::uint32_t number)
{
    return {CMAP_VALUETYPE_UINT32, bytes_of(number)};
}
inline Value text(const std::string& string)
{
    return {CMAP_VALUETYPE_STRING, string + '\0'};
}
inline Value binary(const std::string& bytes)
{
    return {CMAP_VALUETYPE_BINARY, bytes};
}

// The arguments of a callback.
struct Event {
    int kind = 0; // CMAP_TRACK_ADD, _MODIFY or _DELETE
    std::string key;
    Value now;
    Value before;
    bool operator==(const Event&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Event& event);

// Records the events of one tracker.
class Tracker {
public:
    // The arguments of the running callback, unchanged.
    struct Call {
        cmap_handle_t handle;
        cmap_track_handle_t tracker;
        const char* key;
        cmap_notify_value now;
        cmap_notify_value before;
    };

    // Runs in each callback after the event is recorded. It may leave with longjmp(): the stack frames around it hold
    // no objects with destructors.
    std::function<void(const Call&)> on_event;

    cs_error_t add(cmap_handle_t handle, const char* key, std::int32_t flags);
    cmap_track_handle_t handle() const { return handle_; }

    const std::deque<Event>& events() const { return events_; }
    std::size_t count() const { return events_.size(); }
    std::deque<Event> take() { return std::exchange(events_, {}); }

private:
    static void notify(cmap_handle_t handle, cmap_track_handle_t tracker, std::int32_t kind, const char* key,
                       cmap_notify_value now, cmap_notify_value before, void* self);
    void write_down(std::int32_t kind, const Call& call);

    cmap_track_handle_t handle_ = 0;
    std::deque<Event> events_;
};

// A handle. The constructor throws if initialize fails.
class Cmap : public OwnHandle {
public:
    explicit Cmap(cmap_map_t map = CMAP_MAP_ICMAP);

    // Adds a tracker that lives as long as the handle.
    Tracker& track(const char* key, std::int32_t flags);

    // Set a key to a value; get the value of a key, or kNoValue.
    cs_error_t set(const std::string& key, const Value& value) const;
    Value get(const std::string& key) const;

    // Keys with a prefix (NULL: all), in the daemon's order.
    std::vector<std::string> keys(const char* prefix) const;

private:
    std::list<Tracker> trackers_;
};

inline constexpr std::int32_t kEverything = CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE;

// Sets `key` to 1, 2, .. count, through its own handle or the given one. A tracker of the key gets `count` events.
void change(const char* key, std::uint32_t count);
void change(const Cmap& through, const char* key, std::uint32_t count);

// The numbers in events that change() caused.
std::vector<std::uint32_t> numbers(const std::deque<Event>& events);

using CmapTest = SuiteTest<Daemon>;
using CmapFaultTest = FreshTest<Daemon>;

} // namespace test
