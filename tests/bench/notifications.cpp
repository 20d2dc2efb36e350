// notifications COUNT ROUNDS: the cost of cmap's notifications: in each of ROUNDS a key is set COUNT times, and then
// what its tracker is told is dispatched at once.
//
// Figures: time ("time") and CPU ("cpu") of the dispatches, per notification.
#include "measuring.hpp"

#include <corosync/cmap.h>

#include <cstdlib>

namespace {

constexpr char kKey[] = "bench.notifications";
long got = 0;

void changed(cmap_handle_t, cmap_track_handle_t, int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{
    ++got;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        bench::fail("usage", "notifications COUNT ROUNDS");
    const long count = std::strtol(argv[1], nullptr, 10);
    const long rounds = std::strtol(argv[2], nullptr, 10);
    cmap_handle_t tracking = 0;
    cmap_handle_t setting = 0;
    cmap_track_handle_t track = 0;
    bench::check(cmap_initialize(&tracking), "cmap_initialize");
    bench::check(cmap_initialize(&setting), "cmap_initialize");
    bench::check(cmap_track_add(tracking, kKey, CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, changed, nullptr, &track),
                 "cmap_track_add");
    bench::pin();
    bench::print_libraries();

    std::int64_t time = 0;
    std::int64_t cpu = 0;
    std::uint32_t value = 0;
    for (long round = 0; round < rounds; ++round) {
        for (long i = 0; i < count; ++i)
            bench::check(cmap_set_uint32(setting, kKey, ++value), "cmap_set_uint32");
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
    bench::check(cmap_delete(setting, kKey), "cmap_delete");
    bench::check(cmap_finalize(setting), "cmap_finalize");
    bench::check(cmap_finalize(tracking), "cmap_finalize");
}
