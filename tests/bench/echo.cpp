// SPDX-License-Identifier: BSD-3-Clause
// echo SIZE PERIOD_US ROUNDS: sends a message of SIZE bytes every PERIOD_US, and dispatches until it is delivered.
//
// Figures: those of the durations from the send to the delivery.
#include "group.hpp"

#include <unistd.h>

#include <cstdlib>

int main(int argc, char** argv)
{
    if (argc != 4)
        bench::fail("usage", "echo SIZE PERIOD_US ROUNDS");
    const std::vector<char> bytes(std::strtoul(argv[1], nullptr, 10), 'x');
    const auto period = static_cast<useconds_t>(std::strtoul(argv[2], nullptr, 10));
    const long rounds = std::strtol(argv[3], nullptr, 10);
    bench::Samples samples(static_cast<std::size_t>(rounds));
    long got = 0;
    const bench::GroupMember member("bench.echo", [&](const unsigned char*, std::size_t) { ++got; });
    bench::pin();
    bench::print_libraries();
    for (long round = 1; round <= rounds; ++round) {
        const std::int64_t begin = bench::now_ns();
        member.send(bytes);
        bench::dispatch_until(member.handle(), bench::Mode::all, [&] { return got == round; });
        samples.add(bench::now_ns() - begin);
        usleep(period);
    }
    samples.print();
}
