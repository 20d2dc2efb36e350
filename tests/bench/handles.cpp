// SPDX-License-Identifier: BSD-3-Clause
// handles COUNT MESSAGES: one process has COUNT handles of cpg, each in a group of its own, and one loop that polls all
// their descriptors. Messages of 64 bytes are sent one at a time, each on the next handle.
//
// Figures: those of the durations of cpg_dispatch, and the CPU of the loop per message, with poll ("cpu").
#include "measuring.hpp"

#include <corosync/cpg.h>

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

long got = 0;
long joined = 0;

void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*, std::size_t)
{
    ++got;
}

void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address*, std::size_t,
             const cpg_address*, std::size_t)
{
    ++joined;
}

cpg_handle_t open_one(std::size_t number)
{
    cpg_handle_t handle = 0;
    cpg_callbacks_t callbacks{deliver, confchg};
    bench::check(cpg_initialize(&handle, &callbacks), "cpg_initialize");
    cpg_name name{};
    const int length = std::snprintf(name.value, sizeof name.value, "bench.handles.%zu", number);
    name.length = static_cast<std::uint32_t>(length);
    bench::check_when_ready([&] { return cpg_join(handle, &name); }, "cpg_join");
    for (joined = 0; joined == 0;)
        bench::check(cpg_dispatch(handle, CS_DISPATCH_ONE), "cpg_dispatch");
    return handle;
}

void send(cpg_handle_t handle)
{
    char bytes[64] = "";
    const iovec part{bytes, sizeof bytes};
    bench::check_when_ready([&] { return cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1); }, "cpg_mcast_joined");
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3)
        bench::fail("usage", "handles COUNT MESSAGES");
    const auto count = static_cast<std::size_t>(std::strtoul(argv[1], nullptr, 10));
    const auto messages = static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10));
    std::vector<cpg_handle_t> handles(count);
    std::vector<pollfd> entries(count, pollfd{-1, POLLIN, 0});
    for (std::size_t i = 0; i < count; ++i) {
        handles[i] = open_one(i);
        bench::check(cpg_fd_get(handles[i], &entries[i].fd), "cpg_fd_get");
    }
    bench::pin();
    bench::print_libraries();

    bench::Samples dispatches(messages);
    std::int64_t cpu = 0;
    for (std::size_t message = 0; message < messages; ++message) {
        send(handles[message % count]);
        const std::int64_t cpu_begin = bench::thread_cpu_ns();
        for (got = 0; got == 0;) {
            if (poll(entries.data(), count, 30000) < 1)
                bench::fail("poll", "no message for half a minute");
            for (std::size_t i = 0; i < count; ++i) {
                if (entries[i].revents == 0)
                    continue;
                const std::int64_t begin = bench::now_ns();
                bench::check(cpg_dispatch(handles[i], CS_DISPATCH_ALL), "cpg_dispatch");
                dispatches.add(bench::now_ns() - begin);
            }
        }
        cpu += bench::thread_cpu_ns() - cpu_begin;
    }
    dispatches.print();
    bench::print("cpu", static_cast<double>(cpu) / static_cast<double>(messages));
    for (const cpg_handle_t handle : handles)
        bench::check(cpg_finalize(handle), "cpg_finalize");
}
