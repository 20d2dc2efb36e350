// SPDX-License-Identifier: BSD-3-Clause
#include "cmap_scene.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace conformance {

namespace {

constexpr std::size_t kAmple = 20000;

void demand(cs_error_t error, const char* what)
{
    if (error != CS_OK)
        throw std::runtime_error(std::string(what) + ": " + cs_strerror(error));
}

std::string word(const cmap_notify_value& value)
{
    return std::to_string(value.type) + ":" + quoted({static_cast<const char*>(value.data), value.len});
}

} // namespace

Cmap::Cmap(cmap_map_t map)
{
    demand(map == CMAP_MAP_ICMAP ? cmap_initialize(&handle_) : cmap_initialize_map(&handle_, map), "cmap_initialize");
    demand(cmap_fd_get(handle_, &fd_), "cmap_fd_get");
}

Cmap::~Cmap()
{
    if (handle_ != test::kNoHandle)
        finalize();
}

cs_error_t Cmap::finalize()
{
    return cmap_finalize(std::exchange(handle_, test::kNoHandle));
}

cs_error_t Watch::add(const char* key, std::int32_t flags)
{
    return cmap_track_add(handle_, key, flags, notify, this, &tracker_);
}

std::string Watch::take()
{
    return events_.empty() ? "nothing" : std::exchange(events_, {});
}

void Watch::notify(cmap_handle_t handle, cmap_track_handle_t tracker, std::int32_t kind, const char* key,
                   cmap_notify_value now, cmap_notify_value before, void* self)
{
    auto& watch = *static_cast<Watch*>(self);
    ++watch.count_;
    const std::string what = kind == CMAP_TRACK_ADD      ? "add"
                             : kind == CMAP_TRACK_MODIFY ? "modify"
                             : kind == CMAP_TRACK_DELETE ? "delete"
                                                         : std::to_string(kind);
    const bool own = handle == watch.handle_ && tracker == watch.tracker_;
    watch.events_ += (watch.events_.empty() ? "" : " ") + what + "(" + key + "," + word(now) + "," + word(before) +
                     (own ? ")" : ",foreign)");
    if (watch.on_event)
        watch.on_event();
}

void ignore_event(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value,
                  void*)
{}

void change(const char* key, std::uint32_t count)
{
    const Cmap cmap;
    for (std::uint32_t number = 1; number <= count; ++number)
        demand(cmap_set_uint32(cmap, key, number), "cmap_set_uint32");
}

std::string got(cmap_handle_t handle, const char* key, std::size_t room)
{
    const std::string untouched(std::min(room, kAmple) + kAmple, '#');
    std::string memory = untouched;
    std::size_t length = room;
    cmap_value_types_t type{};
    const cs_error_t error = cmap_get(handle, key, memory.data(), &length, &type);
    const std::size_t own = memory.size() - kAmple;
    const bool behind = memory.compare(own, kAmple, untouched, own, kAmple) != 0;
    memory.resize(own);
    memory.erase(memory.find_last_not_of('#') + 1);
    return std::to_string(error) + " length " + std::to_string(length) + " type " + std::to_string(type) + " " +
           conformance::quoted(memory) + (behind ? " and overwritten" : "");
}

std::string got(cmap_handle_t handle, const char* key)
{
    return got(handle, key, kAmple);
}

std::string keys(cmap_handle_t handle, const char* prefix)
{
    cmap_iter_handle_t iterator = 0;
    demand(cmap_iter_init(handle, prefix, &iterator), "cmap_iter_init");
    std::string result;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    while (cmap_iter_next(handle, iterator, key, nullptr, nullptr) == CS_OK)
        result += (result.empty() ? "" : " ") + std::string(key);
    demand(cmap_iter_finalize(handle, iterator), "cmap_iter_finalize");
    return result.empty() ? "nothing" : result;
}

} // namespace conformance
