// SPDX-License-Identifier: BSD-3-Clause
// A session with libcmap: values of every type, iteration, trackers with a thousand events, and finalize.
#include "session.hpp"

#include <corosync/cmap.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

namespace {

constexpr int kChanges = 1000;
constexpr std::size_t kLongest = 16'384;

int events;
std::uint64_t bytes; // bytes equal to 'x'

void look_at(const void* data, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<const char*>(data)[i] == 'x';
}

void on_change(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char* key, cmap_notify_value now,
               cmap_notify_value before, void*)
{
    ++events;
    look_at(key, std::strlen(key));
    look_at(now.data, now.len);
    look_at(before.data, before.len);
}

template <class Number>
void keep_number(cmap_handle_t handle, cs_error_t (*set)(cmap_handle_t, const char*, Number),
                 cs_error_t (*get)(cmap_handle_t, const char*, Number*))
{
    Number number = 0;
    demand("set a number", [&] { return set(handle, "session.number", 42); });
    demand("get a number", [&] { return get(handle, "session.number", &number); });
    if (number != 42)
        fail("the number");
    demand("delete", [&] { return cmap_delete(handle, "session.number"); });
}

void keep_numbers(cmap_handle_t handle)
{
    keep_number(handle, cmap_set_int8, cmap_get_int8);
    keep_number(handle, cmap_set_uint8, cmap_get_uint8);
    keep_number(handle, cmap_set_int16, cmap_get_int16);
    keep_number(handle, cmap_set_uint16, cmap_get_uint16);
    keep_number(handle, cmap_set_int32, cmap_get_int32);
    keep_number(handle, cmap_set_uint32, cmap_get_uint32);
    keep_number(handle, cmap_set_int64, cmap_get_int64);
    keep_number(handle, cmap_set_uint64, cmap_get_uint64);
    keep_number(handle, cmap_set_float, cmap_get_float);
    keep_number(handle, cmap_set_double, cmap_get_double);
    std::uint32_t number = 0;
    demand("set", [&] { return cmap_set_uint32(handle, "session.count", 1); });
    demand("inc", [&] { return cmap_inc(handle, "session.count"); });
    demand("inc", [&] { return cmap_inc(handle, "session.count"); });
    demand("dec", [&] { return cmap_dec(handle, "session.count"); });
    demand("get", [&] { return cmap_get_uint32(handle, "session.count", &number); });
    if (number != 2)
        fail("the count");
}

void keep_text(cmap_handle_t handle)
{
    const std::string longest(kLongest, 'x');
    char* text = nullptr;
    demand("set_string", [&] { return cmap_set_string(handle, "session.text", longest.c_str()); });
    demand("get_string", [&] { return cmap_get_string(handle, "session.text", &text); });
    const bool same = longest == text;
    std::free(text);

    std::string back(kLongest, '\0');
    std::size_t size = back.size();
    cmap_value_types_t type{};
    demand("set", [&] { return cmap_set(handle, "session.bytes", longest.data(), kLongest, CMAP_VALUETYPE_BINARY); });
    demand("get", [&] { return cmap_get(handle, "session.bytes", back.data(), &size, &type); });
    if (!same || back != longest || size != kLongest || type != CMAP_VALUETYPE_BINARY)
        fail("the bytes");
}

void go_through(cmap_handle_t handle)
{
    cmap_iter_handle_t iteration = 0;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    std::size_t size = 0;
    cmap_value_types_t type{};
    int keys = 0;
    cs_error_t error = CS_OK;
    demand("iter_init", [&] { return cmap_iter_init(handle, "session.", &iteration); });
    while ((error = cmap_iter_next(handle, iteration, key, &size, &type)) == CS_OK) {
        look_at(key, std::strlen(key));
        ++keys;
    }
    if (error != CS_ERR_NO_SECTIONS || keys != 3)
        fail("the iteration", error);
    demand("iter_finalize", [&] { return cmap_iter_finalize(handle, iteration); });
    // Finalize ends this one.
    demand("iter_init", [&] { return cmap_iter_init(handle, nullptr, &iteration); });
    demand("iter_next", [&] { return cmap_iter_next(handle, iteration, key, nullptr, nullptr); });
}

void track(cmap_handle_t handle)
{
    constexpr std::int32_t kAll = CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE;
    cmap_track_handle_t one = 0;
    cmap_track_handle_t all = 0; // finalize deletes it
    demand("track_add", [&] { return cmap_track_add(handle, "session.tracked", kAll, on_change, nullptr, &one); });
    demand("track_add",
           [&] { return cmap_track_add(handle, "session.", kAll | CMAP_TRACK_PREFIX, on_change, nullptr, &all); });
    bytes = 0;
    std::uint64_t sum = 0;
    std::uint64_t last = 0;
    for (int i = 0; i < kChanges; ++i) {
        const std::size_t size = i % 100 == 0 ? kLongest : static_cast<std::size_t>(i % 10) * 100;
        const std::string value =
            std::string(size, 'x') + static_cast<char>('0' + i % 7); // each differs from the one before
        const std::size_t length = std::min(value.size(), kLongest);
        demand("set", [&] {
            return cmap_set(handle, "session.tracked", value.data() + value.size() - length, length,
                            CMAP_VALUETYPE_BINARY);
        });
        last = length - 1;
        sum += last;
        while (events < 2 * (i + 1))
            demand("dispatch", [&] { return cmap_dispatch(handle, CS_DISPATCH_ONE); });
    }
    // Two trackers got each value as the new one, and all but the last as the old one.
    if (bytes != 2 * (2 * sum - last))
        fail("the events");
    demand("track_delete", [&] { return cmap_track_delete(handle, one); });
    demand("delete", [&] { return cmap_delete(handle, "session.tracked"); });
    demand("dispatch", [&] { return cmap_dispatch(handle, CS_DISPATCH_ONE); });
}

} // namespace

int main()
{
    cmap_handle_t handle = 0;
    demand("initialize", [&] { return cmap_initialize(&handle); });
    keep_numbers(handle);
    keep_text(handle);
    go_through(handle);
    track(handle);
    demand("finalize", [&] { return cmap_finalize(handle); });
    std::printf("%d events, %llu bytes\n", events, static_cast<unsigned long long>(bytes));
    return 0;
}
