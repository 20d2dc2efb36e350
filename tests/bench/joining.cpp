// SPDX-License-Identifier: BSD-3-Clause
// joining MEMBERS: this process is in a group; other processes, which are already connected, join it at the same time,
// until it has MEMBERS members. Then cpg_membership_get is called a hundred times.
//
// Figures: time ("time") until this process has all confchg events, and its CPU ("cpu"), per join; median duration of
// cpg_membership_get ("get").
#include "measuring.hpp"

#include <corosync/cpg.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr int kAsked = 100;
std::size_t members = 0;

void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t count, const cpg_address*, std::size_t,
             const cpg_address*, std::size_t)
{
    members = count;
}

cpg_handle_t connect()
{
    cpg_handle_t handle = 0;
    cpg_callbacks_t callbacks{nullptr, confchg};
    bench::check(cpg_initialize(&handle, &callbacks), "cpg_initialize");
    return handle;
}

// Reports that it is connected, waits until `start` is closed, and joins. It does not read its events.
[[noreturn]] void join_later(cpg_name name, int there, const int (&start)[2])
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(start[1]);
    const cpg_handle_t handle = connect();
    char byte = 0;
    if (write(there, &byte, 1) != 1 || read(start[0], &byte, 1) != 0)
        _exit(1);
    bench::check_when_ready([&] { return cpg_join(handle, &name); }, "cpg_join");
    pause();
    _exit(0);
}

std::int64_t time_of_membership_get(cpg_handle_t handle, cpg_name& name)
{
    std::vector<std::int64_t> times(kAsked);
    for (std::int64_t& time : times) {
        cpg_address list[CPG_MEMBERS_MAX];
        int count = 0;
        const std::int64_t begin = bench::now_ns();
        bench::check(cpg_membership_get(handle, &name, list, &count), "cpg_membership_get");
        time = bench::now_ns() - begin;
        if (static_cast<std::size_t>(count) != members)
            bench::fail("cpg_membership_get", "not all members");
    }
    std::nth_element(times.begin(), times.begin() + kAsked / 2, times.end());
    return times[kAsked / 2];
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t wanted = argc == 2 ? std::strtoul(argv[1], nullptr, 10) : 0;
    if (wanted < 2)
        bench::fail("usage", "joining MEMBERS");
    cpg_name name{}; // its own group, because killed members leave it later
    const int length = std::snprintf(name.value, sizeof name.value, "bench.joining.%d", getpid());
    name.length = static_cast<std::uint32_t>(length);
    int there[2];
    int start[2];
    if (pipe(there) != 0 || pipe(start) != 0)
        bench::fail("pipe", "none");
    std::vector<pid_t> children(wanted - 1);
    for (pid_t& child : children)
        if ((child = fork()) == 0)
            join_later(name, there[1], start);
    for (std::size_t i = 0; i < children.size(); ++i) {
        char byte = 0;
        if (read(there[0], &byte, 1) != 1)
            bench::fail("read", "a child is gone");
    }
    const cpg_handle_t handle = connect();
    bench::check_when_ready([&] { return cpg_join(handle, &name); }, "cpg_join");
    while (members == 0)
        bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch");
    bench::pin();
    bench::print_libraries();

    const std::int64_t begin = bench::now_ns();
    const std::int64_t cpu_begin = bench::thread_cpu_ns();
    close(start[1]);
    while (members < wanted)
        bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch");
    const auto joins = static_cast<double>(children.size());
    bench::print("time", static_cast<double>(bench::now_ns() - begin) / joins);
    bench::print("cpu", static_cast<double>(bench::thread_cpu_ns() - cpu_begin) / joins);
    bench::print("get", static_cast<double>(time_of_membership_get(handle, name)));
    for (const pid_t child : children) {
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
    }
    bench::check(cpg_finalize(handle), "cpg_finalize");
}
