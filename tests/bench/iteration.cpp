// SPDX-License-Identifier: BSD-3-Clause
// iteration KEYS ROUNDS: makes KEYS keys with one prefix and iterates over them, ROUNDS times.
//
// Figures: time ("time") and CPU ("cpu") per key.
#include "keys.hpp"

#include <cstdlib>

namespace {

constexpr char kPrefix[] = "bench.iteration.";

long iterate(cmap_handle_t handle)
{
    cmap_iter_handle_t iteration = 0;
    bench::check(cmap_iter_init(handle, kPrefix, &iteration), "cmap_iter_init");
    long keys = 0;
    cs_error_t error = CS_OK;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    std::size_t length = 0;
    cmap_value_types_t type{};
    while ((error = cmap_iter_next(handle, iteration, key, &length, &type)) == CS_OK)
        ++keys;
    if (error != CS_ERR_NO_SECTIONS)
        bench::check(error, "cmap_iter_next");
    bench::check(cmap_iter_finalize(handle, iteration), "cmap_iter_finalize");
    return keys;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        bench::fail("usage", "iteration KEYS ROUNDS");
    const long count = std::strtol(argv[1], nullptr, 10);
    const long rounds = std::strtol(argv[2], nullptr, 10);
    cmap_handle_t handle = 0;
    bench::check(cmap_initialize(&handle), "cmap_initialize");
    {
        const bench::Keys keys(handle, kPrefix, count);
        bench::pin();
        bench::print_libraries();
        const std::int64_t begin = bench::now_ns();
        const std::int64_t cpu_begin = bench::thread_cpu_ns();
        for (long round = 0; round < rounds; ++round)
            if (iterate(handle) != count)
                bench::fail("iteration", "not over all keys");
        const auto all = static_cast<double>(count * rounds);
        bench::print("time", static_cast<double>(bench::now_ns() - begin) / all);
        bench::print("cpu", static_cast<double>(bench::thread_cpu_ns() - cpu_begin) / all);
    }
    bench::check(cmap_finalize(handle), "cmap_finalize");
}
