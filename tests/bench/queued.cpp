// SPDX-License-Identifier: BSD-3-Clause
// queued MODE SIZE COUNT ROUNDS: how fast messages are delivered that the daemon has already queued, so that neither
// the sender nor the totem protocol limits the rate. In each of ROUNDS there are COUNT messages of SIZE bytes, which
// must fit into the event ring. MODE is blocking, all (after poll) or one (after poll).
//
// The dispatching thread waits in the callback of a first message until a message to another group has arrived, which
// was sent after all the others: the order is total, so all of them are queued then.
//
// Figures: time from the end of that wait to the last delivery ("time") and CPU of the dispatching thread ("cpu"), per
// message.
#include "group.hpp"

#include <cstdlib>
#include <semaphore>
#include <thread>

int main(int argc, char** argv)
{
    if (argc != 5)
        bench::fail("usage", "queued MODE SIZE COUNT ROUNDS");
    const auto mode = bench::mode_of(argv[1]);
    const std::vector<char> bytes(std::strtoul(argv[2], nullptr, 10), 'x');
    const long count = std::strtol(argv[3], nullptr, 10);
    const long rounds = std::strtol(argv[4], nullptr, 10);

    std::binary_semaphore gate{0};
    std::binary_semaphore delivered{0};
    long got = 0; // in this round
    long round = 0;
    std::int64_t time = 0;
    std::int64_t cpu = 0;
    bench::GroupMember* receiver = nullptr;
    bench::GroupMember member("bench.queued", [&](const unsigned char*, std::size_t) {
        if (got++ == 0) {
            gate.acquire();
            time -= bench::now_ns();
            cpu -= bench::thread_cpu_ns();
        } else if (got == count + 1) {
            time += bench::now_ns();
            cpu += bench::thread_cpu_ns();
            got = 0;
            if (++round == rounds)
                receiver->finalize();
            delivered.release();
        }
    });
    receiver = &member;
    bool behind = false;
    const bench::GroupMember sentinel("bench.sentinel", [&](const unsigned char*, std::size_t) { behind = true; });
    bench::pin();
    bench::print_libraries();

    std::thread dispatcher([&] { bench::dispatch_until(member.handle(), mode, [&] { return round == rounds; }); });
    for (long i = 0; i < rounds; ++i) {
        for (long sent = 0; sent <= count; ++sent)
            member.send(bytes);
        sentinel.send(bytes);
        behind = false;
        while (!behind)
            bench::check(cpg_dispatch(sentinel.handle(), CS_DISPATCH_ONE), "cpg_dispatch");
        gate.release();
        delivered.acquire();
    }
    dispatcher.join();
    const auto messages = static_cast<double>(count * rounds);
    bench::print("time", static_cast<double>(time) / messages);
    bench::print("cpu", static_cast<double>(cpu) / messages);
}
