// SPDX-License-Identifier: BSD-3-Clause
// round_trip CALLS PERIOD_US: cmap_get on one handle, CALLS times, back to back (0) or one per PERIOD_US.
//
// Figures: those of the calls' durations, and the CPU that this thread used per call ("cpu").
#include "measuring.hpp"

#include <corosync/cmap.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr char kKey[] = "totem.version"; // every daemon has this key; it is a number
constexpr long kWarmUp = 10;             // this part of the calls comes before, uncounted

void get(cmap_handle_t handle)
{
    std::uint32_t value = 0;
    std::size_t length = sizeof value;
    cmap_value_types_t type{};
    bench::check(cmap_get(handle, kKey, &value, &length, &type), "cmap_get");
    if (length != sizeof value || type != CMAP_VALUETYPE_UINT32 || value != 2)
        bench::fail("cmap_get", "not the value of "
                                "totem.version");
}

// Calls do_one() `count` times; if there is a period, at fixed times.
template <class F> void at_pace(long count, std::int64_t period_ns, F do_one)
{
    std::int64_t due = bench::now_ns();
    for (long i = 0; i < count; ++i) {
        if (period_ns > 0) {
            due += period_ns;
            const timespec when{static_cast<time_t>(due / 1000000000), static_cast<long>(due % 1000000000)};
            while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) {
            }
        }
        do_one();
    }
}

} // namespace

int main(int argc, char** argv)
{
    const long calls = argc == 3 ? std::strtol(argv[1], nullptr, 10) : 0;
    const std::int64_t period_ns = argc == 3 ? std::strtol(argv[2], nullptr, 10) * 1000L : 0;
    if (calls <= 0)
        bench::fail("usage", "round_trip CALLS PERIOD_US");
    cmap_handle_t handle = 0;
    bench::check(cmap_initialize(&handle), "cmap_initialize");
    bench::pin();
    bench::print_libraries();

    bench::Samples samples(static_cast<std::size_t>(calls));
    const auto timed = [&] {
        const std::int64_t begin = bench::now_ns();
        get(handle);
        samples.add(bench::now_ns() - begin);
    };
    std::int64_t cpu = 0;
    at_pace(calls / kWarmUp, period_ns, [&] { get(handle); });
    if (period_ns == 0) {
        const std::int64_t before = bench::thread_cpu_ns();
        at_pace(calls, 0, timed);
        cpu = bench::thread_cpu_ns() - before;
    } else {
        // The CPU clock is read around each call, so that the sleep between calls is not counted.
        at_pace(calls, period_ns, [&] {
            const std::int64_t before = bench::thread_cpu_ns();
            timed();
            cpu += bench::thread_cpu_ns() - before;
        });
    }
    samples.print();
    bench::print("cpu", static_cast<double>(cpu) / static_cast<double>(calls));
    bench::check(cmap_finalize(handle), "cmap_finalize");
    return 0;
}
