// SPDX-License-Identifier: BSD-3-Clause
// What the benchmark programs share. A program measures one thing on the libraries that the dynamic linker gave it and
// writes lines "FIGURE VALUE", times in nanoseconds.
#pragma once

#include <corosync/corotypes.h>

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

std::int64_t now_ns();

// CPU that this thread has used, as getrusage(RUSAGE_THREAD) counts it, but finer than a microsecond.
std::int64_t thread_cpu_ns();

// Pages that this thread has faulted in.
long thread_faults();

// From now on this thread, and what it starts, is in the network namespace that this file names.
void enter_network(const char* path);

// Keeps this thread on the CPU that BENCH_CPU names, if it does. To be called when the library is connected: a library
// may look then at how many CPUs the program has.
void pin();

[[noreturn]] void fail(const char* what, const char* why);
void check(cs_error_t error, const char* what);

// Calls until the answer is not that the daemon cannot do it now.
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

// Durations of single calls. Memory is there before the first one is added.
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
