// What nothing can be faster than, with libqb's public calls and the kernel's:
//
// floor chunk SIZE COUNT ROUNDS: COUNT chunks of SIZE bytes in a ring are looked at and given back, in each of ROUNDS.
// floor byte COUNT: one byte is sent over a stream socket.
//
// Figure: time per chunk or byte ("time").
#include "measuring.hpp"

#include <qb/qbrb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

constexpr std::size_t kRing = std::size_t{1} << 20; // as the daemon's

double chunk(std::size_t size, long count, long rounds)
{
    const std::string name = "bench-" + std::to_string(getpid());
    qb_ringbuffer_t* ring = qb_rb_open(name.c_str(), kRing, QB_RB_FLAG_CREATE | QB_RB_FLAG_SHARED_PROCESS, 0);
    if (ring == nullptr)
        bench::fail("qb_rb_open", "no ring");
    const std::vector<char> bytes(size, 'x');
    std::int64_t time = 0;
    for (long round = 0; round < rounds; ++round) {
        for (long i = 0; i < count; ++i)
            if (qb_rb_chunk_write(ring, bytes.data(), size) != static_cast<ssize_t>(size))
                bench::fail("qb_rb_chunk_write", "no room");
        const std::int64_t begin = bench::now_ns();
        for (long i = 0; i < count; ++i) {
            void* data = nullptr;
            if (qb_rb_chunk_peek(ring, &data, 0) != static_cast<ssize_t>(size))
                bench::fail("qb_rb_chunk_peek", "no chunk");
            qb_rb_chunk_reclaim(ring);
        }
        time += bench::now_ns() - begin;
    }
    qb_rb_close(ring);
    return static_cast<double>(time) / static_cast<double>(count * rounds);
}

// As many as a socket takes lie unread, so that nobody is woken.
double byte(long count)
{
    constexpr long kUnread = 200;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        bench::fail("socketpair", "none");
    std::int64_t time = 0;
    for (long sent = 0; sent < count; sent += kUnread) {
        const std::int64_t begin = bench::now_ns();
        for (long i = 0; i < kUnread; ++i)
            if (send(ends[0], "", 1, MSG_NOSIGNAL) != 1)
                bench::fail("send", "no room");
        time += bench::now_ns() - begin;
        char bytes[kUnread];
        if (recv(ends[1], bytes, sizeof bytes, MSG_WAITALL) != kUnread)
            bench::fail("recv", "not all");
    }
    return static_cast<double>(time) / static_cast<double>(count / kUnread * kUnread);
}

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc > 1 ? argv[1] : "";
    const auto number = [&](int i) { return std::strtol(argv[i], nullptr, 10); };
    bench::pin();
    if (what == "chunk" && argc == 5)
        bench::print("time", chunk(static_cast<std::size_t>(number(2)), number(3), number(4)));
    else if (what == "byte" && argc == 3)
        bench::print("time", byte(number(2)));
    else
        bench::fail("usage", "floor chunk SIZE COUNT ROUNDS, or floor byte COUNT");
}
