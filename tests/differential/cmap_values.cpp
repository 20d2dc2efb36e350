// SPDX-License-Identifier: BSD-3-Clause
// The steps of libcmap that set and get values.
#include "cmap_values.hpp"

#include <cstdlib>
#include <cstring>

namespace differential {

namespace {

constexpr Service kService = Service::cmap;
constexpr std::size_t kMostRoom = 1'052'620; // the reference survives no more

} // namespace

bool is_stats(const Step& with)
{
    return with.a[0] < kSlots && player->slot(kService, with.a[0]).stats;
}

// Values that change by themselves are not compared.
bool changes_itself(const Step& with, const char* key)
{
    return is_stats(with) || (key && std::strncmp(key, "runtime.", 8) == 0 && std::strcmp(key, "runtime.config") != 0);
}

namespace cmap_values {

namespace {

// Room for one event for each tracker that there may be.
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

} // namespace

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

template <class T> static void get_number(cs_error_t (*call)(cmap_handle_t, const char*, T*), const Step& with)
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

} // namespace cmap_values

} // namespace differential
