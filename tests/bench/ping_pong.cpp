// SPDX-License-Identifier: BSD-3-Clause
// ping_pong ROUNDS SIZE [FROM TO]: two processes are in one group. This one sends a message of SIZE bytes, the other
// one answers with one of its own, and so on. Both dispatch ALL after poll. With FROM and TO, files that name network
// namespaces, this process is on one node and the other one on the other.
//
// Figures: those of the durations from a message to its answer.
#include "group.hpp"

#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace {

enum Kind : char { ping = 1, pong };

constexpr char kGroup[] = "bench.ping_pong";
constexpr long kWarmUp = 20; // rounds before the measured ones

[[noreturn]] void answer(std::size_t size)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::vector<char> message(size, pong);
    const bench::GroupMember* self = nullptr;
    const bench::GroupMember member(kGroup, [&](const unsigned char* bytes, std::size_t) {
        if (bytes[0] == ping)
            self->send(message);
    });
    self = &member;
    bench::dispatch_until(member.handle(), bench::Mode::all, [] { return false; });
    _exit(0);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3 && argc != 5)
        bench::fail("usage", "ping_pong ROUNDS SIZE [FROM TO]");
    const long rounds = std::strtol(argv[1], nullptr, 10);
    const std::vector<char> message(std::strtoul(argv[2], nullptr, 10), ping);
    const pid_t child = fork(); // before there is a handle: only one process may use it
    if (child == 0) {
        if (argc == 5)
            bench::enter_network(argv[4]);
        answer(message.size());
    }
    if (argc == 5)
        bench::enter_network(argv[3]);
    bench::Samples samples(static_cast<std::size_t>(rounds));
    long done = -kWarmUp;
    std::int64_t begin = 0;
    const bench::GroupMember* self = nullptr;
    const bench::GroupMember member(kGroup, [&](const unsigned char* bytes, std::size_t) {
        if (bytes[0] != pong)
            return;
        if (done >= 0)
            samples.add(bench::now_ns() - begin);
        if (++done < rounds) {
            begin = bench::now_ns();
            self->send(message);
        }
    });
    self = &member;
    member.wait_for_members(2);
    bench::print_libraries();
    member.send(message);
    bench::dispatch_until(member.handle(), bench::Mode::all, [&] { return done == rounds; });
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    samples.print();
}
