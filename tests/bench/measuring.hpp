// SPDX-License-Identifier: BSD-3-Clause
// Shared by the benchmark programs. A program measures one thing, on the libraries that the dynamic linker has loaded,
// and writes lines "FIGURE VALUE", times in nanoseconds.
#pragma once

#include <corosync/corotypes.h>

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

std::int64_t now_ns();

// The CPU time that this thread has used, as in getrusage(RUSAGE_THREAD), but finer than a microsecond.
std::int64_t thread_cpu_ns();

// The number of page faults of this thread.
long thread_faults();

// From now on this thread, and all that it starts, is in the network namespace that this file names.
void enter_network(const char* path);

// Keeps this thread on the CPU in BENCH_CPU, if that is set. Call it after the library has connected: a library may
// check then how many CPUs the program has.
void pin();

[[noreturn]] void fail(const char* what, const char* why);
void check(cs_error_t error, const char* what);

// Repeats the call while the daemon says to try again.
template <class Call> void check_when_ready(Call call, const char* what)
{
    cs_error_t error = CS_OK;
    while ((error = call()) == CS_ERR_TRY_AGAIN)
        usleep(200);
    check(error, what);
}

// "library FILE" for each of corosync's libraries in this process.
void print_libraries();

void print(const char* figure, double value);

// Durations of single calls. Allocates its memory before the first one is added.
class Samples {
public:
    explicit Samples(std::size_t most) : values_(most) {}

    void add(std::int64_t ns)
    {
        if (count_ < values_.size())
            values_[count_++] = ns;
    }
    // Prints p50, p90, p99, p99.9, max and mean.
    void print();

private:
    std::vector<std::int64_t> values_;
    std::size_t count_ = 0;
};

} // namespace bench
