// stream MODE SIZE COUNT READ: a thread multicasts COUNT messages of SIZE bytes as fast as the daemon takes them, and
// this one delivers them, on a handle of its own: MODE is blocking, all (behind poll) or one (behind poll). The
// callback reads every byte of a message if READ is 1.
//
// Figures: time from the first delivery to the last ("time") and CPU of the dispatching thread ("cpu"), per message.
#include "measuring.hpp"

#include <corosync/cpg.h>

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

struct Receiver {
    cpg_handle_t handle = 0;
    long wanted = 0;
    bool read = false;
    long got = 0;
    bool joined = false;
    std::int64_t first = 0;
    std::int64_t cpu_first = 0;
    std::int64_t last = 0;
    std::int64_t cpu_last = 0;
    unsigned long sum = 0;
};
Receiver receiver;

void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void* message, std::size_t size)
{
    if (receiver.got == 0) {
        receiver.first = bench::now_ns();
        receiver.cpu_first = bench::thread_cpu_ns();
    }
    if (receiver.read) {
        const auto* bytes = static_cast<const unsigned char*>(message);
        for (std::size_t i = 0; i < size; ++i)
            receiver.sum += bytes[i];
    }
    if (++receiver.got == receiver.wanted) {
        receiver.last = bench::now_ns();
        receiver.cpu_last = bench::thread_cpu_ns();
        bench::check(cpg_finalize(receiver.handle), "cpg_finalize"); // which ends a blocking dispatch
    }
}

void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address*, std::size_t,
             const cpg_address* joined, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        receiver.joined = receiver.joined || joined[i].pid == static_cast<std::uint32_t>(getpid());
}

cpg_name group(const char* text)
{
    cpg_name name{};
    name.length = static_cast<std::uint32_t>(std::strlen(text));
    std::memcpy(name.value, text, name.length);
    return name;
}

// Sent on the receiver's handle: a second member of the group would need a pid of its own.
void send_all(cpg_handle_t handle, std::size_t size, long count)
{
    std::vector<char> bytes(size, 'x');
    const iovec part{bytes.data(), bytes.size()};
    for (long i = 0; i < count; ++i) {
        cs_error_t error = CS_OK;
        while ((error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1)) == CS_ERR_TRY_AGAIN)
            usleep(200);
        bench::check(error, "cpg_mcast_joined");
    }
}

void dispatch(const char* mode)
{
    if (std::strcmp(mode, "blocking") == 0) {
        cpg_dispatch(receiver.handle, CS_DISPATCH_BLOCKING);
        return;
    }
    const auto type = std::strcmp(mode, "all") == 0 ? CS_DISPATCH_ALL : CS_DISPATCH_ONE;
    pollfd entry{-1, POLLIN, 0};
    bench::check(cpg_fd_get(receiver.handle, &entry.fd), "cpg_fd_get");
    while (receiver.got < receiver.wanted) {
        if (poll(&entry, 1, 30000) != 1)
            bench::fail("poll", "no message for half a minute");
        const cs_error_t error = cpg_dispatch(receiver.handle, type);
        if (receiver.got < receiver.wanted)
            bench::check(error, "cpg_dispatch");
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 5)
        bench::fail("usage", "stream MODE SIZE COUNT READ");
    const auto size = static_cast<std::size_t>(std::strtol(argv[2], nullptr, 10));
    receiver.wanted = std::strtol(argv[3], nullptr, 10);
    receiver.read = argv[4][0] == '1';
    cpg_callbacks_t callbacks{deliver, confchg};
    bench::check(cpg_initialize(&receiver.handle, &callbacks), "cpg_initialize");
    bench::pin();
    bench::print_libraries();
    const cpg_name name = group("bench.stream");
    bench::check(cpg_join(receiver.handle, &name), "cpg_join");
    while (!receiver.joined)
        bench::check(cpg_dispatch(receiver.handle, CS_DISPATCH_ONE), "cpg_dispatch");

    std::thread sender(send_all, receiver.handle, size, receiver.wanted);
    dispatch(argv[1]);
    sender.join();
    if (receiver.got != receiver.wanted)
        bench::fail("messages", "not all of them came");
    const auto intervals = static_cast<double>(receiver.wanted - 1);
    bench::print("time", static_cast<double>(receiver.last - receiver.first) / intervals);
    bench::print("cpu", static_cast<double>(receiver.cpu_last - receiver.cpu_first) / intervals);
    return receiver.sum == 1 ? 1 : 0; // so that the reading is not optimised away
}
