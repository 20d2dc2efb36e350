// SPDX-License-Identifier: BSD-3-Clause
// notifications KEYS COUNT ROUNDS: measures cmap's notifications. A tracker follows KEYS keys with one prefix. In each
// of ROUNDS the next COUNT of them are set, and then the tracker's events are dispatched all at once.
//
// Figures: time ("time") and CPU ("cpu") of the dispatches, per notification.
#include "keys.hpp"

#include <cstdlib>

namespace {

constexpr char kPrefix[] = "bench.notifications.";
long got = 0;

void changed(cmap_handle_t, cmap_track_handle_t, int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{
    ++got;
}

void measure(cmap_handle_t tracking, cmap_handle_t setting, const bench::Keys& keys, long count, long rounds)
{
    std::int64_t time = 0;
    std::int64_t cpu = 0;
    std::uint32_t value = 0;
    for (long round = 0; round < rounds; ++round) {
        for (long i = 0; i < count; ++i, ++value)
            bench::check(cmap_set_uint32(setting, keys.name(value), value + 1), "cmap_set_uint32");
        got = 0;
        const std::int64_t begin = bench::now_ns();
        const std::int64_t cpu_begin = bench::thread_cpu_ns();
        while (got < count)
            bench::check(cmap_dispatch(tracking, CS_DISPATCH_ALL), "cmap_dispatch");
        cpu += bench::thread_cpu_ns() - cpu_begin;
        time += bench::now_ns() - begin;
    }
    const auto events = static_cast<double>(count * rounds);
    bench::print("time", static_cast<double>(time) / events);
    bench::print("cpu", static_cast<double>(cpu) / events);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        bench::fail("usage", "notifications KEYS COUNT ROUNDS");
    cmap_handle_t tracking = 0;
    cmap_handle_t setting = 0;
    cmap_track_handle_t track = 0;
    bench::check(cmap_initialize(&tracking), "cmap_initialize");
    bench::check(cmap_initialize(&setting), "cmap_initialize");
    {
        const bench::Keys keys(setting, kPrefix, std::strtol(argv[1], nullptr, 10));
        bench::check(cmap_track_add(tracking, kPrefix, CMAP_TRACK_MODIFY | CMAP_TRACK_PREFIX, changed, nullptr, &track),
                     "cmap_track_add");
        bench::pin();
        bench::print_libraries();
        measure(tracking, setting, keys, std::strtol(argv[2], nullptr, 10), std::strtol(argv[3], nullptr, 10));
        bench::check(cmap_track_delete(tracking, track), "cmap_track_delete");
    }
    bench::check(cmap_finalize(setting), "cmap_finalize");
    bench::check(cmap_finalize(tracking), "cmap_finalize");
}
