// SPDX-License-Identifier: BSD-3-Clause
// The session of one cmap handle.
#pragma once

#include "cmap/trackers.hpp"
#include "cmap/wire.hpp"
#include "core/connection.hpp"
#include "core/handle_table.hpp"

#include <corosync/cmap.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace corosync::cmap {

// A key name whose length has been checked to fit into a message.
class Key {
public:
    // False if the name is longer than CMAP_KEYNAME_MAXLEN. NULL is the empty name.
    bool assign(const char* name);
    void put(Name& to) const;
    [[nodiscard]] const char* text() const { return text_; }

private:
    const char* text_ = "";
    std::size_t length_ = 0;
};

class Session {
public:
    static constexpr const char* kService = "cmap";
    static const EventHandling& event_handling()
    {
        static constexpr EventHandling defaults;
        return defaults;
    }

    static HandleTable<Session>& table();
    Connection& connection() { return connection_; }

    cs_error_t use_map(cmap_map_t map);

    cs_error_t set(const Key& key, const void* value, std::size_t length, unsigned type);
    cs_error_t remove(const Key& key);
    cs_error_t adjust(const Key& key, std::int32_t step);

    // Any of the pointers may be NULL, except `length` if `value` is not NULL.
    cs_error_t get(const Key& key, void* value, std::size_t* length, cmap_value_types_t* type);
    cs_error_t get_number(const Key& key, cmap_value_types_t type, void* number, std::size_t size);
    // Returns a copy that the program must free().
    cs_error_t get_string(const Key& key, char** text);

    cs_error_t iter_init(const Key& prefix, cmap_iter_handle_t& iterator);
    cs_error_t iter_next(cmap_iter_handle_t iterator, char* key, std::size_t* length, cmap_value_types_t* type);
    cs_error_t iter_finalize(cmap_iter_handle_t iterator);

    cs_error_t track_add(const Key& key, std::int32_t flags, cmap_notify_fn_t notify, void* user_data,
                         cmap_track_handle_t& handle);
    cs_error_t track_delete(cmap_track_handle_t handle);

    COROSYNC_COLD void wake_daemon();
    int deliver(cmap_handle_t handle, std::byte* event, std::size_t size)
    {
        return trackers_.deliver(handle, event, size, connection_.closing_flag());
    }

    std::atomic<const void*> context{nullptr}; // the program's

private:
    template <class OnValue> cs_error_t fetch(const Key& key, std::size_t room, OnValue on_value);
    template <class OnValue> cs_error_t fetch_growing(const Key& key, std::size_t room, OnValue on_value);
    [[nodiscard]] std::size_t min_room() const;

    Connection connection_;
    Trackers trackers_;
    bool stats_ = false;
};

} // namespace corosync::cmap
