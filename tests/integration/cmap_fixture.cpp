#include "cmap_fixture.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <sys/ioctl.h>

namespace test {

namespace {

void demand(cs_error_t error, const char* what)
{
    if (error != CS_OK)
        throw std::runtime_error(std::string(what) + ": " + cs_strerror(error));
}

Value value_of(const cmap_notify_value& value)
{
    return {static_cast<int>(value.type), {static_cast<const char*>(value.data), value.len}};
}

short poll_once(int fd, Duration wait)
{
    pollfd item{fd, POLLIN, 0};
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
    ::poll(&item, 1, static_cast<int>(milliseconds));
    return item.revents;
}

} // namespace

Transport transport()
{
    if (Daemon::ipc_from_environment() == Daemon::Ipc::socket)
        return Transport::socket;
    const char* wanted = std::getenv("COROSYNC_CLIENT_TRANSPORT");
    return wanted && std::string_view(wanted) == "libqb" ? Transport::libqb : Transport::ring;
}

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

Cmap::Cmap(cmap_map_t map)
{
    demand(cmap_initialize_map(&handle_, map), "cmap_initialize_map");
}

Cmap::~Cmap()
{
    if (handle_ != kNoHandle)
        finalize();
}

int Cmap::fd() const
{
    int fd = -1;
    demand(cmap_fd_get(handle_, &fd), "cmap_fd_get");
    return fd;
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

bool readable(int fd, Duration wait)
{
    return (poll_once(fd, wait) & POLLIN) != 0;
}

bool hung_up(int fd)
{
    return (poll_once(fd, {}) & POLLHUP) != 0;
}

int unread_bytes(int fd)
{
    int bytes = -1;
    ::ioctl(fd, FIONREAD, &bytes);
    return bytes;
}

CmapFaultTest::~CmapFaultTest()
{
    // libqb's client removes the files of a dead daemon's connection but not their directory.
    if (transport() == Transport::ring)
        return;
    std::error_code not_empty;
    for (const auto& name : shared_memory_entries())
        if (name.starts_with("qb-") && !name.starts_with("qb-corosync-"))
            std::filesystem::remove("/dev/shm/" + name, not_empty);
}

const std::vector<HandleCall>& calls_with_a_handle()
{
    using H = cmap_handle_t;
    constexpr auto local = HandleCall::local;
    constexpr auto request = HandleCall::request;
    const auto nothing = [](H, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value,
                            void*) {};
    static constexpr const char* kKey = "calls.key";
    static const std::vector<HandleCall> calls = {
        {"fd_get", local,
         [](H h) {
             int fd;
             return cmap_fd_get(h, &fd);
         }},
        {"context_get", local,
         [](H h) {
             const void* context;
             return cmap_context_get(h, &context);
         }},
        {"context_set", local, [](H h) { return cmap_context_set(h, nullptr); }},
        {"set", request, [](H h) { return cmap_set(h, kKey, "x", 1, CMAP_VALUETYPE_INT8); }},
        {"set_int8", request, [](H h) { return cmap_set_int8(h, kKey, 1); }},
        {"set_uint8", request, [](H h) { return cmap_set_uint8(h, kKey, 1); }},
        {"set_int16", request, [](H h) { return cmap_set_int16(h, kKey, 1); }},
        {"set_uint16", request, [](H h) { return cmap_set_uint16(h, kKey, 1); }},
        {"set_int32", request, [](H h) { return cmap_set_int32(h, kKey, 1); }},
        {"set_uint32", request, [](H h) { return cmap_set_uint32(h, kKey, 1); }},
        {"set_int64", request, [](H h) { return cmap_set_int64(h, kKey, 1); }},
        {"set_uint64", request, [](H h) { return cmap_set_uint64(h, kKey, 1); }},
        {"set_float", request, [](H h) { return cmap_set_float(h, kKey, 1); }},
        {"set_double", request, [](H h) { return cmap_set_double(h, kKey, 1); }},
        {"set_string", request, [](H h) { return cmap_set_string(h, kKey, "x"); }},
        {"delete", request, [](H h) { return cmap_delete(h, kKey); }},
        {"get", request, [](H h) { return cmap_get(h, kKey, nullptr, nullptr, nullptr); }},
        {"get_int8", request,
         [](H h) {
             std::int8_t v;
             return cmap_get_int8(h, kKey, &v);
         }},
        {"get_uint8", request,
         [](H h) {
             std::uint8_t v;
             return cmap_get_uint8(h, kKey, &v);
         }},
        {"get_int16", request,
         [](H h) {
             std::int16_t v;
             return cmap_get_int16(h, kKey, &v);
         }},
        {"get_uint16", request,
         [](H h) {
             std::uint16_t v;
             return cmap_get_uint16(h, kKey, &v);
         }},
        {"get_int32", request,
         [](H h) {
             std::int32_t v;
             return cmap_get_int32(h, kKey, &v);
         }},
        {"get_uint32", request,
         [](H h) {
             std::uint32_t v;
             return cmap_get_uint32(h, kKey, &v);
         }},
        {"get_int64", request,
         [](H h) {
             std::int64_t v;
             return cmap_get_int64(h, kKey, &v);
         }},
        {"get_uint64", request,
         [](H h) {
             std::uint64_t v;
             return cmap_get_uint64(h, kKey, &v);
         }},
        {"get_float", request,
         [](H h) {
             float v;
             return cmap_get_float(h, kKey, &v);
         }},
        {"get_double", request,
         [](H h) {
             double v;
             return cmap_get_double(h, kKey, &v);
         }},
        {"get_string", request,
         [](H h) {
             char* v;
             return cmap_get_string(h, kKey, &v);
         }},
        {"inc", request, [](H h) { return cmap_inc(h, kKey); }},
        {"dec", request, [](H h) { return cmap_dec(h, kKey); }},
        {"iter_init", request,
         [](H h) {
             cmap_iter_handle_t i;
             return cmap_iter_init(h, kKey, &i);
         }},
        {"iter_next", request,
         [](H h) {
             char key[256];
             return cmap_iter_next(h, 1, key, nullptr, nullptr);
         }},
        {"iter_finalize", request, [](H h) { return cmap_iter_finalize(h, 1); }},
        {"track_add", request,
         [=](H h) {
             cmap_track_handle_t t;
             return cmap_track_add(h, kKey, kEverything, nothing, nullptr, &t);
         }},
        {"track_delete", request, [](H h) { return cmap_track_delete(h, 1); }},
        {"dispatch", HandleCall::dispatch, [](H h) { return cmap_dispatch(h, CS_DISPATCH_ALL); }},
        {"finalize", HandleCall::finalize, [](H h) { return cmap_finalize(h); }},
    };
    return calls;
}

} // namespace test
