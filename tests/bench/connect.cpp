// SPDX-License-Identifier: BSD-3-Clause
// connect ROUNDS: initializes and finalizes a handle of cmap, ROUNDS times.
//
// Figures: those of the pairs' durations, and the CPU ("cpu") and page faults ("faults") per pair.
#include "measuring.hpp"

#include <corosync/cmap.h>

#include <cstdlib>

int main(int argc, char** argv)
{
    if (argc != 2)
        bench::fail("usage", "connect ROUNDS");
    const long rounds = std::strtol(argv[1], nullptr, 10);
    bench::pin();
    bench::print_libraries();
    bench::Samples samples(static_cast<std::size_t>(rounds));
    const long faults_begin = bench::thread_faults();
    const std::int64_t cpu_begin = bench::thread_cpu_ns();
    for (long i = 0; i < rounds; ++i) {
        const std::int64_t begin = bench::now_ns();
        cmap_handle_t handle = 0;
        bench::check(cmap_initialize(&handle), "cmap_initialize");
        bench::check(cmap_finalize(handle), "cmap_finalize");
        samples.add(bench::now_ns() - begin);
    }
    const std::int64_t cpu = bench::thread_cpu_ns() - cpu_begin;
    const long faults = bench::thread_faults() - faults_begin;
    samples.print();
    bench::print("cpu", static_cast<double>(cpu) / static_cast<double>(rounds));
    bench::print("faults", static_cast<double>(faults) / static_cast<double>(rounds));
}
