// SPDX-License-Identifier: BSD-3-Clause
// The steps of libcmap. a[0] is the handle; keys are numbers of key().
#include "cmap_values.hpp"

#include <cstring>

namespace differential {

namespace {

constexpr Service kService = Service::cmap;

cmap_iter_handle_t walks[kSlots];
cmap_handle_t walkers[kSlots]; // the handles of the iterators
cmap_track_handle_t trackers[kSlots];
int added = 0; // trackers so far: each has a number

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
    player->say(" old %d", before.type); // the reference does not align the old value
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
        cmap_finalize(handle); // the reference keeps the connection
    }
}

void finalize(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    // If a key was deleted during an iteration, its event comes when the iteration ends. Finalize alone would end it at
    // an unknown time.
    const Slot* const slot = player->slot_of(kService, handle);
    for (int i = 0; slot && !player->dead(*slot) && !player->stopped() && i < kSlots; ++i)
        if (walkers[i] == handle)
            cmap_iter_finalize(handle, walks[i]);
    const auto error = cmap_finalize(handle);
    if (with.a[0] < kSlots)
        player->slot(kService, with.a[0]).live = false;
    player->result(error);
}

// A dispatch that waits needs an event to wait for; one that ends only with the handle needs a last callback.
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

void walk(const Step& with)
{
    const auto handle = player->value(kService, with.a[0]);
    auto& walk = walks[with.a[1]];
    if (with.op == Op::cmap_iter_init) {
        const char* const prefix = key(static_cast<int>(with.a[2])).text;
        if (is_stats(with) && (!prefix || std::strncmp(prefix, "stats.srp", 9) != 0))
            return player->skip("what is there is chance");
        if (prefix && std::strlen(prefix) > CMAP_KEYNAME_MAXLEN)
            player->countable = false; // then the reference keeps the connection
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
    // If keys are deleted during an iteration, the daemon may return any name, also one of the other map with an
    // address in it.
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
        return cmap_values::get(with);
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
        return cmap_values::get_one(with);
    cmap_values::change(with);
}

} // namespace differential
