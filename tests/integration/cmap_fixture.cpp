// SPDX-License-Identifier: BSD-3-Clause
#include "cmap_fixture.hpp"

namespace test {

namespace {

Value value_of(const cmap_notify_value& value)
{
    return {static_cast<int>(value.type), {static_cast<const char*>(value.data), value.len}};
}

} // namespace

std::ostream& operator<<(std::ostream& out, const Value& value)
{
    constexpr std::size_t kEnough = 80;
    return out << "type " << value.type << ", length " << value.bytes.size() << ", "
               << ::testing::PrintToString(value.bytes.substr(0, kEnough));
}

std::ostream& operator<<(std::ostream& out, const Event& event)
{
    return out << "event " << event.kind << " of " << event.key << ", now (" << event.now << "), before ("
               << event.before << ")";
}

cs_error_t Tracker::add(cmap_handle_t handle, const char* key, std::int32_t flags)
{
    return cmap_track_add(handle, key, flags, notify, this, &handle_);
}

void Tracker::notify(cmap_handle_t handle, cmap_track_handle_t tracker, std::int32_t kind, const char* key,
                     cmap_notify_value now, cmap_notify_value before, void* self)
{
    auto& recorder = *static_cast<Tracker*>(self);
    const Call call{handle, tracker, key, now, before};
    recorder.write_down(kind, call);
    if (recorder.on_event)
        recorder.on_event(call);
}

void Tracker::write_down(std::int32_t kind, const Call& call)
{
    events_.push_back({kind, call.key, value_of(call.now), value_of(call.before)});
}

Cmap::Cmap(cmap_map_t map) : OwnHandle(cmap_finalize, cmap_fd_get)
{
    demand(open([=](cmap_handle_t* handle) { return cmap_initialize_map(handle, map); }), "cmap_initialize_map");
}

Tracker& Cmap::track(const char* key, std::int32_t flags)
{
    auto& tracker = trackers_.emplace_back();
    demand(tracker.add(handle_, key, flags), "cmap_track_add");
    return tracker;
}

cs_error_t Cmap::set(const std::string& key, const Value& value) const
{
    return cmap_set(handle_, key.c_str(), value.bytes.data(), value.bytes.size(),
                    static_cast<cmap_value_types_t>(value.type));
}

Value Cmap::get(const std::string& key) const
{
    std::string room(20000, '\0');
    std::size_t length = room.size();
    cmap_value_types_t type{};
    if (cmap_get(handle_, key.c_str(), room.data(), &length, &type) != CS_OK)
        return kNoValue;
    room.resize(length);
    return {static_cast<int>(type), room};
}

std::vector<std::string> Cmap::keys(const char* prefix) const
{
    cmap_iter_handle_t iterator = 0;
    demand(cmap_iter_init(handle_, prefix, &iterator), "cmap_iter_init");
    std::vector<std::string> result;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    while (cmap_iter_next(handle_, iterator, key, nullptr, nullptr) == CS_OK)
        result.emplace_back(key);
    demand(cmap_iter_finalize(handle_, iterator), "cmap_iter_finalize");
    return result;
}

void change(const char* key, std::uint32_t count)
{
    change(Cmap(), key, count);
}

void change(const Cmap& through, const char* key, std::uint32_t count)
{
    for (std::uint32_t number = 1; number <= count; ++number)
        demand(through.set(key, u32(number)), "cmap_set");
}

std::vector<std::uint32_t> numbers(const std::deque<Event>& events)
{
    std::vector<std::uint32_t> result;
    for (const auto& event : events) {
        std::uint32_t number = 0;
        std::memcpy(&number, event.now.bytes.data(), std::min(sizeof number, event.now.bytes.size()));
        result.push_back(number);
    }
    return result;
}

} // namespace test
