// SPDX-License-Identifier: BSD-3-Clause
// burst MODE SIZE COUNT ROUNDS: measures dispatch alone. This process is the daemon, too, with rings of its own: in
// each of ROUNDS it queues COUNT messages of SIZE bytes, each with its notification byte, and dispatches them. MODE is
// all, or one (after poll).
//
// Figures: time ("time"), CPU ("cpu") and page faults ("faults") of the dispatches, per event, counted after the ring
// has been filled twice, so that all its pages exist.
#include "group.hpp"
#include "support/raw_daemon.hpp"

#include "cpg/wire.hpp"

#include <cstdlib>
#include <cstring>

namespace {

constexpr std::size_t kRing = std::size_t{1} << 20;

long got = 0;

void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*, std::size_t)
{
    ++got;
}

test::Bytes deliver_event(std::size_t size)
{
    namespace wire = corosync::cpg;
    test::Bytes bytes(sizeof(wire::DeliverEvent) + size, 'x');
    wire::DeliverEvent event{};
    event.header = {wire::kDeliver, static_cast<std::int32_t>(bytes.size()), corosync::kWireOk};
    event.group.length = 5;
    std::memcpy(event.group.value, "bench", 5);
    event.length = static_cast<std::uint32_t>(size);
    std::memcpy(bytes.data(), &event, sizeof event);
    return bytes;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5)
        bench::fail("usage", "burst MODE SIZE COUNT ROUNDS");
    const auto mode = bench::mode_of(argv[1]);
    const auto event = deliver_event(std::strtoul(argv[2], nullptr, 10));
    const long count = std::strtol(argv[3], nullptr, 10);
    const long rounds = std::strtol(argv[4], nullptr, 10);

    test::RawDaemon daemon({test::RawDaemon::honest}, {.service = "cpg", .visitors = 1});
    cpg_handle_t handle = 0;
    cpg_callbacks_t callbacks{deliver, nullptr};
    bench::check(cpg_initialize(&handle, &callbacks), "cpg_initialize");
    bench::pin();
    bench::print_libraries();
    auto& end = daemon.end();
    std::int64_t time = 0;
    std::int64_t cpu = 0;
    long faults = 0;
    const auto warm_up = static_cast<long>(2 * kRing / (static_cast<std::size_t>(count) * event.size())) + 1;
    for (long round = -warm_up; round < rounds; ++round) {
        for (long i = 0; i < count; ++i)
            end.event(event);
        got = 0;
        const long faults_begin = bench::thread_faults();
        const std::int64_t begin = bench::now_ns();
        const std::int64_t cpu_begin = bench::thread_cpu_ns();
        bench::dispatch_until(handle, mode, [&] { return got == count; });
        if (round < 0)
            continue;
        cpu += bench::thread_cpu_ns() - cpu_begin;
        time += bench::now_ns() - begin;
        faults += bench::thread_faults() - faults_begin;
    }
    const auto events = static_cast<double>(count * rounds);
    bench::print("time", static_cast<double>(time) / events);
    bench::print("cpu", static_cast<double>(cpu) / events);
    bench::print("faults", static_cast<double>(faults) / events);
    daemon.kill();
    cpg_finalize(handle); // nobody answers its request
}
