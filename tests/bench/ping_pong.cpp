// ping_pong ROUNDS: two processes in one group: this one multicasts a message of 64 bytes, the other one answers it
// with one of its own, and so on. Both dispatch ALL behind poll.
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

enum Kind : unsigned char { ready, ping, pong };

constexpr std::size_t kSize = 64;
constexpr char kGroup[] = "bench.ping_pong";

std::vector<char> message(Kind kind)
{
    return std::vector<char>(kSize, static_cast<char>(kind));
}

[[noreturn]] void answer()
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const bench::GroupMember* self = nullptr;
    const bench::GroupMember member(kGroup, [&](const unsigned char* bytes, std::size_t) {
        if (bytes[0] == ping)
            self->send(message(pong));
    });
    self = &member;
    member.send(message(ready));
    bench::dispatch_until(member.handle(), bench::Mode::all, [] { return false; });
    _exit(0);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2)
        bench::fail("usage", "ping_pong ROUNDS");
    const long rounds = std::strtol(argv[1], nullptr, 10);
    bench::Samples samples(static_cast<std::size_t>(rounds));
    long done = -1; // the other one's readiness comes first
    std::int64_t begin = 0;
    const bench::GroupMember* self = nullptr;
    const bench::GroupMember member(kGroup, [&](const unsigned char* bytes, std::size_t) {
        if (bytes[0] == ping)
            return;
        if (bytes[0] == pong)
            samples.add(bench::now_ns() - begin);
        if (++done < rounds) {
            begin = bench::now_ns();
            self->send(message(ping));
        }
    });
    self = &member;
    bench::print_libraries();
    const pid_t child = fork();
    if (child == 0)
        answer();
    bench::dispatch_until(member.handle(), bench::Mode::all, [&] { return done == rounds; });
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    samples.print();
}
