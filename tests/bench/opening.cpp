// SPDX-License-Identifier: BSD-3-Clause
// opening FILE ROUNDS: dlopen(FILE, RTLD_NOW) and dlclose, ROUNDS times. libqb stays loaded: it is the same for both
// libraries.
//
// Figures: those of the durations of dlopen.
#include "measuring.hpp"

#include <dlfcn.h>
#include <qb/qbrb.h>

#include <cstdlib>

int main(int argc, char** argv)
{
    if (argc != 3)
        bench::fail("usage", "opening FILE ROUNDS");
    const long rounds = std::strtol(argv[2], nullptr, 10);
    if (qb_rb_open("", 0, 0, 0) != nullptr) // so that this program needs libqb
        bench::fail("qb_rb_open", "opens what has no name");
    bench::Samples samples(static_cast<std::size_t>(rounds));
    bench::pin();
    for (long round = 0; round < rounds; ++round) {
        const std::int64_t begin = bench::now_ns();
        void* library = dlopen(argv[1], RTLD_NOW);
        samples.add(bench::now_ns() - begin);
        if (library == nullptr)
            bench::fail(argv[1], dlerror());
        if (round == 0)
            bench::print_libraries();
        dlclose(library);
    }
    samples.print();
}
