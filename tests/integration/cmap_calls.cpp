// SPDX-License-Identifier: BSD-3-Clause
#include "cmap_calls.hpp"

#include <cstdint>
#include <cstdlib>

#include <corosync/cmap.h>

namespace test {

const std::vector<HandleCall>& cmap_calls()
{
    using H = cmap_handle_t;
    constexpr auto local = HandleCall::local;
    constexpr auto request = HandleCall::request;
    const auto nothing = [](H, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value,
                            void*) {};
    static constexpr const char* kKey = "calls.key";
    struct Item {
        std::size_t length;
        cmap_value_types_t type;
        char key[CMAP_KEYNAME_MAXLEN + 1];
    };
    static const std::vector<HandleCall> calls = {
        {"fd_get", local, [](H h) { return cmap_fd_get(h, output<int>()); }},
        {"context_get", local, [](H h) { return cmap_context_get(h, output<const void*>()); }},
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
        {"get", request,
         [](H h) {
             auto* item = output<Item>();
             return cmap_get(h, kKey, nullptr, &item->length, &item->type);
         }},
        {"get_int8", request, [](H h) { return cmap_get_int8(h, kKey, output<std::int8_t>()); }},
        {"get_uint8", request, [](H h) { return cmap_get_uint8(h, kKey, output<std::uint8_t>()); }},
        {"get_int16", request, [](H h) { return cmap_get_int16(h, kKey, output<std::int16_t>()); }},
        {"get_uint16", request, [](H h) { return cmap_get_uint16(h, kKey, output<std::uint16_t>()); }},
        {"get_int32", request, [](H h) { return cmap_get_int32(h, kKey, output<std::int32_t>()); }},
        {"get_uint32", request, [](H h) { return cmap_get_uint32(h, kKey, output<std::uint32_t>()); }},
        {"get_int64", request, [](H h) { return cmap_get_int64(h, kKey, output<std::int64_t>()); }},
        {"get_uint64", request, [](H h) { return cmap_get_uint64(h, kKey, output<std::uint64_t>()); }},
        {"get_float", request, [](H h) { return cmap_get_float(h, kKey, output<float>()); }},
        {"get_double", request, [](H h) { return cmap_get_double(h, kKey, output<double>()); }},
        {"get_string", request,
         [](H h) {
             const auto error = cmap_get_string(h, kKey, output<char*>());
             if (error == CS_OK)
                 std::free(*output<char*>());
             return error;
         }},
        {"inc", request, [](H h) { return cmap_inc(h, kKey); }},
        {"dec", request, [](H h) { return cmap_dec(h, kKey); }},
        {"iter_init", request, [](H h) { return cmap_iter_init(h, kKey, output<cmap_iter_handle_t>()); }},
        {"iter_next", request,
         [](H h) {
             auto* item = output<Item>();
             return cmap_iter_next(h, 1, item->key, &item->length, &item->type);
         }},
        {"iter_finalize", request, [](H h) { return cmap_iter_finalize(h, 1); }},
        {"track_add", request,
         [=](H h) { return cmap_track_add(h, kKey, CMAP_TRACK_ADD, nothing, nullptr, output<cmap_track_handle_t>()); }},
        {"track_delete", request, [](H h) { return cmap_track_delete(h, 1); }},
        {"dispatch", HandleCall::dispatch, [](H h) { return cmap_dispatch(h, CS_DISPATCH_ALL); }},
        {"finalize", HandleCall::finalize, [](H h) { return cmap_finalize(h); }},
    };
    return calls;
}

} // namespace test
