// iteration ROUNDS: iterates over all keys of the map, ROUNDS times.
//
// Figures: time ("time") and CPU ("cpu") per key.
#include "measuring.hpp"

#include <corosync/cmap.h>

#include <cstdlib>

int main(int argc, char** argv)
{
    if (argc != 2)
        bench::fail("usage", "iteration ROUNDS");
    const long rounds = std::strtol(argv[1], nullptr, 10);
    cmap_handle_t handle = 0;
    bench::check(cmap_initialize(&handle), "cmap_initialize");
    bench::pin();
    bench::print_libraries();
    long keys = 0;
    const std::int64_t begin = bench::now_ns();
    const std::int64_t cpu_begin = bench::thread_cpu_ns();
    for (long round = 0; round < rounds; ++round) {
        cmap_iter_handle_t iteration = 0;
        bench::check(cmap_iter_init(handle, nullptr, &iteration), "cmap_iter_init");
        cs_error_t error = CS_OK;
        char key[CMAP_KEYNAME_MAXLEN + 1];
        std::size_t length = 0;
        cmap_value_types_t type{};
        while ((error = cmap_iter_next(handle, iteration, key, &length, &type)) == CS_OK)
            ++keys;
        if (error != CS_ERR_NO_SECTIONS)
            bench::check(error, "cmap_iter_next");
        bench::check(cmap_iter_finalize(handle, iteration), "cmap_iter_finalize");
    }
    bench::print("time", static_cast<double>(bench::now_ns() - begin) / static_cast<double>(keys));
    bench::print("cpu", static_cast<double>(bench::thread_cpu_ns() - cpu_begin) / static_cast<double>(keys));
    bench::check(cmap_finalize(handle), "cmap_finalize");
}
