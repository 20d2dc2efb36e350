// The steps of libcmap. a[0] is the handle; keys are numbers of key().
#include "player.hpp"

#include <cstdlib>
#include <cstring>

namespace differential {

namespace {

constexpr Service kService = Service::cmap;
constexpr std::size_t kMostRoom = 1'052'620; // that the reference survives

cmap_iter_handle_t walks[kSlots];
cmap_handle_t walkers[kSlots]; // whose they are
cmap_track_handle_t trackers[kSlots];
int added = 0; // trackers, so far: each has a number

bool is_stats(const Step& with)
{
    return with.a[0] < kSlots && player->slot(kService, with.a[0]).stats;
}

// Values that change by themselves are not looked at.
bool changes_itself(const Step& with, const char* key)
{
    return is_stats(with) || (key && std::strncmp(key, "runtime.", 8) == 0 && std::strcmp(key, "runtime.config") != 0);
}

void value_word(const char* what, cmap_notify_value value)
{
    player->say(" %s %d", what, value.type);
    player->bytes(value.data, value.len);
    if (reinterpret_cast<std::uintptr_t>(value.data) % 8)
        player->say(" unaligned");
}

void notify(cmap_handle_t handle, cmap_track_handle_t, std::int32_t event, const char* key, cmap_notify_value now,
            cmap_notify_value before, void* data)
{
    player->begin_callback("event");
    player->say(" %s tracker %d kind %d key %s", player->label(kService, handle),
                static_cast<int>(reinterpret_cast<std::intptr_t>(data)), event, key);
    value_word("new", now);
    player->say(" old %d", before.type); // the reference does not align it
    player->bytes(before.data, before.len);
    player->end_callback(kService, handle);
}

void initialize(const Step& with)
{
    Slot& slot = player->slot(kService, with.a[0]);
    if (slot.live)
        return player->skip("it lives");
    cmap_handle_t handle = 0x1122334455667788;
    const bool plain = with.op == Op::cmap_initialize;
    const auto error =
        plain ? cmap_initialize(&handle) : cmap_initialize_map(&handle, static_cast<cmap_map_t>(with.a[1]));
    player->result(error);
    if (error == CS_OK) {
        slot = Slot{.value = handle, .live = true, .stats = !plain && with.a[1] == 1, .born = player->world()};
        const auto result = cmap_fd_get(handle, &slot.fd);
        player->say(" %d %s", result, handle ? "" : "zero");
    } else if (handle != 0x1122334455667788) {
        cmap_finalize(handle); // the reference keeps it
    }
}

void finalize(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    // A key that was deleted under a walk is told of when that ends: with the connection, sometime.
    const Slot* const slot = player->slot_of(kService, handle);
    for (int i = 0; slot && !player->dead(*slot) && !player->stopped() && i < kSlots; ++i)
        if (walkers[i] == handle)
            cmap_iter_finalize(handle, walks[i]);
    const auto error = cmap_finalize(handle);
    if (with.a[0] < kSlots)
        player->slot(kService, with.a[0]).live = false;
    player->result(error);
}

// A dispatch that waits needs something to wait for, and one that only ends with the handle a last callback.
void dispatch(std::size_t step, const Step& with)
{
    Slot* const slot = player->slot_of(kService, player->value(kService, with.a[0]));
    if (slot && !player->dead(*slot)) {
        if (with.a[1] == CS_DISPATCH_BLOCKING) {
            const char* const nudge = key(kNudgeKey).text;
            cmap_track_handle_t tracker = 0;
            static std::uint32_t number = 0;
            if (slot->stats || !player->room(*slot, 1000))
                return player->begin(step), player->skip("nothing would end it");
            cmap_track_add(slot->value, nudge, CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, notify,
                           reinterpret_cast<void*>(static_cast<std::intptr_t>(++added)), &tracker);
            slot->trackers++;
            cmap_set_uint32(slot->value, nudge, ++number);
        }
        if (with.a[1] == CS_DISPATCH_ONE && !readable(slot->fd))
            return player->begin(step), player->skip("it would wait");
    }
    player->dispatch(step, cmap_dispatch);
}

void context(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    if (with.op == Op::cmap_context_set)
        return player->result(cmap_context_set(handle, reinterpret_cast<const void*>(with.a[1])));
    const void* context = nullptr;
    player->result(cmap_context_get(handle, &context));
    player->say(" %p", context);
}

// As many events as there may be trackers for it.
bool room_for_events(std::size_t bytes)
{
    for (int selector = 0; selector < kSlots; ++selector) {
        Slot& slot = player->slot(kService, selector);
        if (!slot.live || slot.stats)
            continue;
        for (std::size_t i = 0; i < slot.trackers; ++i)
            if (!player->room(slot, 2 * bytes + 400))
                return false;
    }
    return true;
}

template <class T> cs_error_t set_number(cs_error_t (*call)(cmap_handle_t, const char*, T), const Step& with)
{
    T number;
    if constexpr (std::is_floating_point_v<T>)
        number = static_cast<T>(with.a[2]) / 8;
    else
        number = static_cast<T>(with.a[2]);
    return call(player->value(kService, with.a[0]), key(static_cast<int>(with.a[1])).text, number);
}

cs_error_t set(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    const char* const name = key(static_cast<int>(with.a[1])).text;
    switch (with.op) {
    case Op::cmap_set: {
        const char* const value = with.a[4] < 0 ? nullptr : pattern(with.a[4]);
        return cmap_set(handle, name, value, static_cast<std::size_t>(with.a[3]),
                        static_cast<cmap_value_types_t>(with.a[2]));
    }
    case Op::cmap_set_int8:
        return set_number(cmap_set_int8, with);
    case Op::cmap_set_uint8:
        return set_number(cmap_set_uint8, with);
    case Op::cmap_set_int16:
        return set_number(cmap_set_int16, with);
    case Op::cmap_set_uint16:
        return set_number(cmap_set_uint16, with);
    case Op::cmap_set_int32:
        return set_number(cmap_set_int32, with);
    case Op::cmap_set_uint32:
        return set_number(cmap_set_uint32, with);
    case Op::cmap_set_int64:
        return set_number(cmap_set_int64, with);
    case Op::cmap_set_uint64:
        return set_number(cmap_set_uint64, with);
    case Op::cmap_set_float:
        return set_number(cmap_set_float, with);
    case Op::cmap_set_double:
        return set_number(cmap_set_double, with);
    case Op::cmap_set_string: {
        if (with.a[2] < 0)
            return cmap_set_string(handle, name, nullptr);
        static char text[20'001];
        const auto length = static_cast<std::size_t>(with.a[2]);
        std::memcpy(text, pattern(with.a[3]), length);
        text[length] = '\0';
        return cmap_set_string(handle, name, text);
    }
    case Op::cmap_delete:
        return cmap_delete(handle, name);
    case Op::cmap_inc:
        return cmap_inc(handle, name);
    default:
        return cmap_dec(handle, name);
    }
}

void change(const Step& with)
{
    const auto bytes = with.op == Op::cmap_set ? with.a[3] : with.op == Op::cmap_set_string ? with.a[2] : 8;
    if (const Slot* const slot = player->slot_of(kService, player->value(kService, with.a[0]));
        slot && player->dead(*slot) && bytes > 20'000)
        return player->skip("the reference would find the ring full then");
    if (!room_for_events(bytes < 0 || bytes > 16'385 ? 16'385 : static_cast<std::size_t>(bytes)))
        return player->skip("queues are full");
    player->result(set(with));
}

void get(const Step& with)
{
    static char value[kMostRoom + 20'000];
    const char* const name = key(static_cast<int>(with.a[1])).text;
    const auto room = static_cast<std::size_t>(with.a[2]);
    const bool wants_value = !(with.a[3] & 1), wants_length = !(with.a[3] & 2), wants_type = !(with.a[3] & 4);
    if (is_stats(with) && wants_value && room < 100)
        return player->skip("the reference overwrites memory");
    std::memset(value, '~', std::min<std::size_t>(room, 20'000) + 1);
    std::size_t length = room;
    auto type = static_cast<cmap_value_types_t>(0);
    const auto error = cmap_get(player->value(kService, with.a[0]), name, wants_value ? value : nullptr,
                                wants_length ? &length : nullptr, wants_type ? &type : nullptr);
    player->result(error);
    if (wants_length)
        player->say(" length %zu", length);
    if (wants_type)
        player->say(" type %d", type);
    if (wants_value && !changes_itself(with, name))
        player->bytes(value, std::min<std::size_t>(error == CS_OK && wants_length ? length : 0, 20'000));
    if (wants_value && error != CS_OK && value[0] != '~')
        player->say(" written");
}

template <class T> void get_number(cs_error_t (*call)(cmap_handle_t, const char*, T*), const Step& with)
{
    T number{};
    const char* const name = key(static_cast<int>(with.a[1])).text;
    player->result(call(player->value(kService, with.a[0]), name, &number));
    if (!changes_itself(with, name))
        player->bytes(&number, sizeof number);
}

void get_one(const Step& with)
{
    switch (with.op) {
    case Op::cmap_get_int8:
        return get_number(cmap_get_int8, with);
    case Op::cmap_get_uint8:
        return get_number(cmap_get_uint8, with);
    case Op::cmap_get_int16:
        return get_number(cmap_get_int16, with);
    case Op::cmap_get_uint16:
        return get_number(cmap_get_uint16, with);
    case Op::cmap_get_int32:
        return get_number(cmap_get_int32, with);
    case Op::cmap_get_uint32:
        return get_number(cmap_get_uint32, with);
    case Op::cmap_get_int64:
        return get_number(cmap_get_int64, with);
    case Op::cmap_get_uint64:
        return get_number(cmap_get_uint64, with);
    case Op::cmap_get_float:
        return get_number(cmap_get_float, with);
    case Op::cmap_get_double:
        return get_number(cmap_get_double, with);
    default:
        break;
    }
    char* text = nullptr;
    const auto error =
        cmap_get_string(player->value(kService, with.a[0]), key(static_cast<int>(with.a[1])).text, &text);
    player->result(error);
    if (error == CS_OK)
        player->bytes(text, std::strlen(text));
    if (text)
        std::free(text);
}

void walk(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    auto& walk = walks[with.a[1]];
    if (with.op == Op::cmap_iter_init) {
        const char* const prefix = key(static_cast<int>(with.a[2])).text;
        if (is_stats(with) && (!prefix || std::strncmp(prefix, "stats.srp", 9) != 0))
            return player->skip("what is there is chance");
        if (prefix && std::strlen(prefix) > CMAP_KEYNAME_MAXLEN)
            player->countable = false; // the reference then keeps the connection
        cmap_iter_handle_t fresh = 0;
        const auto error = cmap_iter_init(handle, prefix, with.a[3] ? nullptr : &fresh);
        if (error == CS_OK)
            walk = fresh, walkers[with.a[1]] = handle;
        return player->result(error);
    }
    if (with.op == Op::cmap_iter_finalize)
        return player->result(cmap_iter_finalize(handle, walk));
    char name[CMAP_KEYNAME_MAXLEN + 1] = "~";
    std::size_t length = 4711;
    auto type = static_cast<cmap_value_types_t>(0);
    const auto error = cmap_iter_next(handle, walk, with.a[2] & 1 ? nullptr : name, with.a[2] & 2 ? nullptr : &length,
                                      with.a[2] & 4 ? nullptr : &type);
    player->result(error);
    // What the daemon shows when keys go under a walk may be anything: one of the other map's, with an address in it.
    if (error == CS_OK && !is_stats(with) && std::strncmp(name, "stats.", 6) == 0)
        player->say(" stray");
    else if (error == CS_OK)
        player->say(" %.255s %zu %d", name, std::strncmp(name, "runtime.", 8) == 0 ? 0 : length, type);
}

void track(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    if (with.op == Op::cmap_track_delete)
        return player->result(cmap_track_delete(handle, trackers[with.a[1]]));
    const char* const name = key(static_cast<int>(with.a[2])).text;
    if ((with.a[3] & CMAP_TRACK_PREFIX) && with.a[3] < 16 && (!name || name[0] != 'd'))
        return player->skip("it would be told of what changes by itself");
    if (is_stats(with))
        return player->skip("what it would be told is chance");
    if (name && std::strlen(name) > CMAP_KEYNAME_MAXLEN)
        player->countable = false;
    ++added;
    cmap_track_handle_t fresh = 0;
    const auto error =
        cmap_track_add(handle, name, static_cast<std::int32_t>(with.a[3]), with.a[4] & 1 ? nullptr : notify,
                       reinterpret_cast<void*>(static_cast<std::intptr_t>(added)), with.a[4] & 2 ? nullptr : &fresh);
    player->result(error);
    if (error == CS_OK)
        trackers[with.a[1]] = fresh;
    if (Slot* const slot = player->slot_of(kService, handle); slot && error == CS_OK)
        slot->trackers++;
}

} // namespace

void cmap_step(std::size_t step, const Step& with)
{
    switch (with.op) {
    case Op::cmap_initialize:
    case Op::cmap_initialize_map:
        return initialize(with);
    case Op::cmap_finalize:
        return finalize(with);
    case Op::cmap_fd_get: {
        int fd = -1;
        player->result(cmap_fd_get(player->value(kService, with.a[0]), &fd));
        return player->descriptor(fd, kService, with.a[0]);
    }
    case Op::cmap_dispatch:
        return dispatch(step, with);
    case Op::cmap_context_get:
    case Op::cmap_context_set:
        return context(with);
    case Op::cmap_get:
        return get(with);
    case Op::cmap_iter_init:
    case Op::cmap_iter_next:
    case Op::cmap_iter_finalize:
        return walk(with);
    case Op::cmap_track_add:
    case Op::cmap_track_delete:
        return track(with);
    default:
        break;
    }
    if (with.op >= Op::cmap_get_int8 && with.op <= Op::cmap_get_string)
        return get_one(with);
    change(with);
}

} // namespace differential
