// stream MODE SIZE COUNT CALLBACK: a thread multicasts COUNT messages of SIZE bytes as fast as the daemon takes them,
// and this one delivers them: MODE is blocking, all (behind poll) or one (behind poll). The callback looks at nothing
// ("idle"), reads every byte of a message ("read") or sleeps for a millisecond ("slow").
//
// Figures: time from the first delivery to the last ("time") and CPU of the dispatching thread ("cpu"), per message.
#include "group.hpp"

#include <unistd.h>

#include <cstdlib>
#include <thread>

int main(int argc, char** argv)
{
    if (argc != 5)
        bench::fail("usage", "stream MODE SIZE COUNT CALLBACK");
    const auto mode = bench::mode_of(argv[1]);
    const std::vector<char> bytes(std::strtoul(argv[2], nullptr, 10), 'x');
    const long wanted = std::strtol(argv[3], nullptr, 10);
    const std::string callback = argv[4];

    long got = 0;
    unsigned long sum = 0;
    std::int64_t first = 0;
    std::int64_t cpu_first = 0;
    std::int64_t last = 0;
    std::int64_t cpu_last = 0;
    bench::GroupMember* receiver = nullptr;
    const bool read = callback == "read";
    const bool slow = callback == "slow";
    bench::GroupMember member("bench.stream", [&](const unsigned char* message, std::size_t size) {
        if (got == 0) {
            first = bench::now_ns();
            cpu_first = bench::thread_cpu_ns();
        }
        if (read)
            for (std::size_t i = 0; i < size; ++i)
                sum += message[i];
        if (slow)
            usleep(1000);
        if (++got == wanted) {
            last = bench::now_ns();
            cpu_last = bench::thread_cpu_ns();
            receiver->finalize();
        }
    });
    receiver = &member;
    bench::pin();
    bench::print_libraries();

    // Sent on the receiver's handle: a second member of the group would need a pid of its own.
    std::thread sender([&] {
        for (long i = 0; i < wanted; ++i)
            member.send(bytes);
    });
    bench::dispatch_until(member.handle(), mode, [&] { return got == wanted; });
    sender.join();
    if (got != wanted)
        bench::fail("messages", "not all of them came");
    const auto intervals = static_cast<double>(wanted - 1);
    bench::print("time", static_cast<double>(last - first) / intervals);
    bench::print("cpu", static_cast<double>(cpu_last - cpu_first) / intervals);
    return sum == 1 ? 1 : 0; // so that the reading is not optimised away
}
