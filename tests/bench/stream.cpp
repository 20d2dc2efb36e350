// SPDX-License-Identifier: BSD-3-Clause
// stream MODE SIZE COUNT CALLBACK [FROM TO]: a thread sends COUNT messages of SIZE bytes as fast as the daemon accepts
// them, and this thread delivers them. MODE is blocking, all (after poll) or one (after poll). CALLBACK: it does
// nothing ("idle"), reads every byte of a message ("read") or sleeps for a millisecond ("slow"). With FROM and TO,
// files that name network namespaces, the sender is a process on one node and the receiver is on the other.
//
// Figures: time from the first send to the last delivery ("time"), CPU ("cpu") and page faults ("faults") of the
// dispatching thread, per message; in how much of that time the sender was refused, in per cent ("refused"), and in how
// much of it with the daemon's flow control on ("refused_by_flow"); how often the sender found flow control turned on,
// per 1000 messages ("flow").
#include "flow_word.hpp"
#include "group.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace {

constexpr char kGroup[] = "bench.stream";

// Written by the sender, which may be another process.
struct Sent {
    std::int64_t begin = 0;
    std::int64_t refused = 0;
    std::int64_t refused_by_flow = 0;
    long times_on = 0;
};

void send_all(const bench::GroupMember& member, const std::vector<char>& bytes, long count, Sent& sent)
{
    const bench::FlowWord flow;
    bool was_on = false;
    sent.begin = bench::now_ns();
    for (long i = 0; i < count; ++i) {
        while (member.try_send(bytes) != CS_OK) {
            const bool on = flow.is_on();
            sent.times_on += on && !was_on ? 1 : 0;
            was_on = on;
            const std::int64_t begin = bench::now_ns();
            usleep(200);
            const std::int64_t waited = bench::now_ns() - begin;
            sent.refused += waited;
            sent.refused_by_flow += on ? waited : 0;
        }
        was_on = false;
    }
}

// The sender as a process. It gets its own messages, too, and ignores them.
pid_t send_from(const char* node, const std::vector<char>& bytes, long count, Sent& sent)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench::enter_network(node);
    const bench::GroupMember member(kGroup, [](const unsigned char*, std::size_t) {});
    member.wait_for_members(2);
    std::thread([&] { bench::dispatch_until(member.handle(), bench::Mode::blocking, {}); }).detach();
    send_all(member, bytes, count, sent);
    pause();
    _exit(0);
}

// The time, CPU and page faults of the dispatching thread so far.
struct Used {
    std::int64_t time = 0;
    std::int64_t cpu = 0;
    long faults = 0;

    static Used now() { return {bench::now_ns(), bench::thread_cpu_ns(), bench::thread_faults()}; }
};

void print(const Used& first, const Used& last, const Sent& sent, long count)
{
    const auto messages = static_cast<double>(count);
    const auto time = static_cast<double>(last.time - sent.begin);
    bench::print("time", time / messages);
    bench::print("cpu", static_cast<double>(last.cpu - first.cpu) / (messages - 1));
    bench::print("faults", static_cast<double>(last.faults - first.faults) / (messages - 1));
    bench::print("refused", static_cast<double>(sent.refused) * 100 / time);
    bench::print("refused_by_flow", static_cast<double>(sent.refused_by_flow) * 100 / time);
    bench::print("flow", static_cast<double>(sent.times_on) * 1000 / messages);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5 && argc != 7)
        bench::fail("usage", "stream MODE SIZE COUNT CALLBACK [FROM TO]");
    const auto mode = bench::mode_of(argv[1]);
    const std::vector<char> bytes(std::strtoul(argv[2], nullptr, 10), 'x');
    const long wanted = std::strtol(argv[3], nullptr, 10);
    const bool read = std::strcmp(argv[4], "read") == 0;
    const bool slow = std::strcmp(argv[4], "slow") == 0;
    void* shared = mmap(nullptr, sizeof(Sent), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        bench::fail("mmap", "no memory");
    auto& sent = *new (shared) Sent;
    const pid_t child = argc == 7 ? send_from(argv[5], bytes, wanted, sent) : 0;
    if (child != 0)
        bench::enter_network(argv[6]);

    long got = 0;
    unsigned long sum = 0;
    Used first;
    Used last;
    bench::GroupMember* receiver = nullptr;
    bench::GroupMember member(kGroup, [&](const unsigned char* message, std::size_t size) {
        if (got == 0)
            first = Used::now();
        if (read)
            for (std::size_t i = 0; i < size; ++i)
                sum += message[i];
        if (slow)
            usleep(1000);
        if (++got == wanted) {
            last = Used::now();
            receiver->finalize();
        }
    });
    receiver = &member;
    bench::pin();
    bench::print_libraries();

    // Sends on the receiver's handle if there is no other process: a second member would need another pid.
    std::thread sender;
    if (child == 0)
        sender = std::thread([&] { send_all(member, bytes, wanted, sent); });
    bench::dispatch_until(member.handle(), mode, [&] { return got == wanted; });
    if (child == 0)
        sender.join();
    else
        kill(child, SIGKILL), waitpid(child, nullptr, 0);
    if (got != wanted)
        bench::fail("messages", "not all of them came");
    print(first, last, sent, wanted);
    return sum == 1 ? 1 : 0; // so that the compiler does not remove the reading
}
