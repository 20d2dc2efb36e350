// SPDX-License-Identifier: BSD-3-Clause
#include "measuring.hpp"

#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <numeric>

namespace bench {
namespace {

std::int64_t read_clock(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

int print_if_corosync(dl_phdr_info* info, std::size_t, void*)
{
    static constexpr const char* kNames[] = {"/libcmap.so", "/libcpg.so", "/libvotequorum.so",
                                             "/libcorosync_common.so"};
    for (const char* name : kNames) {
        char file[PATH_MAX];
        if (std::strstr(info->dlpi_name, name) != nullptr)
            std::printf("library %s\n", realpath(info->dlpi_name, file) != nullptr ? file : info->dlpi_name);
    }
    return 0;
}

} // namespace

std::int64_t now_ns()
{
    return read_clock(CLOCK_MONOTONIC);
}

std::int64_t thread_cpu_ns()
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

long thread_faults()
{
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

void enter_network(const char* path)
{
    const int network = ::open(path, O_RDONLY | O_CLOEXEC);
    if (network < 0 || setns(network, CLONE_NEWNET) != 0)
        fail(path, std::strerror(errno));
    close(network);
}

void pin()
{
    const char* cpu = std::getenv("BENCH_CPU");
    if (cpu == nullptr || *cpu == 0)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(std::strtoul(cpu, nullptr, 10), &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        fail("sched_setaffinity", std::strerror(errno));
}

void fail(const char* what, const char* why)
{
    std::fprintf(stderr, "%s: %s\n", what, why);
    std::exit(1);
}

void check(cs_error_t error, const char* what)
{
    if (error != CS_OK)
        fail(what, cs_strerror(error));
}

void print_libraries()
{
    dl_iterate_phdr(print_if_corosync, nullptr);
}

void print(const char* figure, double value)
{
    std::printf("%s %.4f\n", figure, value);
}

void Samples::print()
{
    if (count_ == 0)
        fail("samples", "none");
    std::sort(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count_));
    const auto end = values_.begin() + static_cast<std::ptrdiff_t>(count_);
    const auto quantile = [&](double share) {
        return static_cast<double>(values_[static_cast<std::size_t>(share * static_cast<double>(count_ - 1))]);
    };
    bench::print("p50", quantile(0.5));
    bench::print("p90", quantile(0.9));
    bench::print("p99", quantile(0.99));
    bench::print("p99.9", quantile(0.999));
    bench::print("max", quantile(1));
    bench::print("mean", static_cast<double>(std::accumulate(values_.begin(), end, std::int64_t{0})) /
                             static_cast<double>(count_));
}

} // namespace bench
