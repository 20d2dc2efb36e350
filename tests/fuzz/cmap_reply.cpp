// SPDX-License-Identifier: BSD-3-Clause
// Replies to cmap's requests.
//
// Input: the map, then for each call its number and its arguments, and a reply to each request that it sends.
#include "outputs.hpp"
#include "scripted_transport.hpp"

#include <corosync/cmap.h>

#include <iterator>

namespace {

using fuzz::Input;
using fuzz::Outputs;

constexpr char kKey[] = "a.key";

void notify(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

void get(cmap_handle_t handle, Input& input, Outputs& outputs)
{
    constexpr std::size_t kRooms[] = {0, 1, 8, 64, 300, 20000};
    const std::size_t room = kRooms[input.byte() % std::size(kRooms)];
    void* value = malloc(room);
    outputs.blank(value, room);
    std::size_t length = room;
    auto type = outputs.blank<cmap_value_types_t>();
    const cs_error_t error = cmap_get(handle, kKey, value, &length, &type);
    outputs.result(error, type);
    if (error == CS_OK)
        outputs.see(value, length);
    free(value);
}

void describe(cmap_handle_t handle, Input&, Outputs& outputs)
{
    auto length = outputs.blank<std::size_t>();
    auto type = outputs.blank<cmap_value_types_t>();
    outputs.result(cmap_get(handle, kKey, nullptr, &length, &type), length, type);
}

template <class T, cs_error_t (*kGet)(cmap_handle_t, const char*, T*)>
void get_number(cmap_handle_t handle, Input&, Outputs& outputs)
{
    T value = outputs.blank<T>();
    outputs.result(kGet(handle, kKey, &value), value);
}

void get_string(cmap_handle_t handle, Input&, Outputs& outputs)
{
    char* text = nullptr;
    const cs_error_t error = cmap_get_string(handle, kKey, &text);
    outputs.result(error);
    if (error == CS_OK)
        outputs.see(text, std::strlen(text) + 1);
    free(text);
}

void iter_init(cmap_handle_t handle, Input&, Outputs& outputs)
{
    auto iterator = outputs.blank<cmap_iter_handle_t>();
    outputs.result(cmap_iter_init(handle, kKey, &iterator), iterator);
}

void iter_next(cmap_handle_t handle, Input&, Outputs& outputs)
{
    char key[CMAP_KEYNAME_MAXLEN + 1];
    outputs.blank(key, sizeof key);
    auto length = outputs.blank<std::size_t>();
    auto type = outputs.blank<cmap_value_types_t>();
    const cs_error_t error = cmap_iter_next(handle, 1, key, &length, &type);
    outputs.result(error, length, type);
    if (error == CS_OK)
        outputs.see(key, std::strlen(key) + 1);
}

void track_add(cmap_handle_t handle, Input&, Outputs& outputs)
{
    auto tracker = outputs.blank<cmap_track_handle_t>();
    outputs.result(cmap_track_add(handle, kKey, CMAP_TRACK_MODIFY, notify, nullptr, &tracker), tracker);
}

constexpr void (*kCalls[])(cmap_handle_t, Input&, Outputs&) = {
    get,
    describe,
    get_string,
    get_number<std::uint8_t, cmap_get_uint8>,
    get_number<std::int16_t, cmap_get_int16>,
    get_number<float, cmap_get_float>,
    get_number<std::uint64_t, cmap_get_uint64>,
    iter_init,
    iter_next,
    track_add,
    [](cmap_handle_t handle, Input&, Outputs& outputs) { outputs.result(cmap_track_delete(handle, 1)); },
    [](cmap_handle_t handle, Input&, Outputs& outputs) { outputs.result(cmap_iter_finalize(handle, 1)); },
    [](cmap_handle_t handle, Input&, Outputs& outputs) { outputs.result(cmap_set_uint32(handle, kKey, 1)); },
    [](cmap_handle_t handle, Input&, Outputs& outputs) { outputs.result(cmap_delete(handle, kKey)); },
    [](cmap_handle_t handle, Input&, Outputs& outputs) { outputs.result(cmap_inc(handle, kKey)); },
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::run_twice(data, size, [](Input& input, Outputs& outputs) {
        fuzz::script = &input;
        cmap_handle_t handle = 0;
        outputs.result(input.byte() == 0 ? cmap_initialize(&handle) : cmap_initialize_map(&handle, CMAP_MAP_STATS));
        while (!input.empty())
            kCalls[input.byte() % std::size(kCalls)](handle, input, outputs);
        cmap_finalize(handle);
    });
    return 0;
}
