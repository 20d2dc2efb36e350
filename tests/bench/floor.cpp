// SPDX-License-Identifier: BSD-3-Clause
// The least time that is possible, with libqb's public calls and the kernel's:
//
// floor chunk SIZE COUNT ROUNDS [BATCH]: peeks at COUNT chunks of SIZE bytes in a ring and reclaims them, in each of
// ROUNDS. With BATCH, each chunk has a byte on a stream socket, and BATCH bytes are read at a time; if BATCH is 1,
// after a poll. Chunks above a quarter of the ring are then copied, because they must not stay in it. floor byte COUNT:
// sends one byte over a stream socket.
//
// Figure: time per chunk or byte ("time").
#include "measuring.hpp"

#include <poll.h>
#include <qb/qbrb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr std::size_t kRing = std::size_t{1} << 20; // the size of the daemon's rings

struct Pair {
    Pair()
    {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            bench::fail("socketpair", "none");
    }
    ~Pair()
    {
        close(ends[0]);
        close(ends[1]);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    void send_byte() const
    {
        if (send(ends[0], "", 1, MSG_NOSIGNAL) != 1)
            bench::fail("send", "no room");
    }
    void take(long count) const
    {
        char bytes[256];
        if (recv(ends[1], bytes, static_cast<std::size_t>(count), MSG_WAITALL) != count)
            bench::fail("recv", "not all");
    }

    int ends[2];
};

double chunk(std::size_t size, long count, long rounds, long batch)
{
    const Pair pair;
    pollfd entry{pair.ends[1], POLLIN, 0};
    const std::string name = "bench-" + std::to_string(getpid());
    qb_ringbuffer_t* ring = qb_rb_open(name.c_str(), kRing, QB_RB_FLAG_CREATE | QB_RB_FLAG_SHARED_PROCESS, 0);
    if (ring == nullptr)
        bench::fail("qb_rb_open", "no ring");
    const std::vector<char> bytes(size, 'x');
    std::vector<char> copy(size);
    const bool copied = batch > 0 && size > kRing / 4;
    std::int64_t time = 0;
    for (long round = 0; round < rounds; ++round) {
        for (long i = 0; i < count; ++i) {
            if (qb_rb_chunk_write(ring, bytes.data(), size) != static_cast<ssize_t>(size))
                bench::fail("qb_rb_chunk_write", "no room");
            if (batch > 0)
                pair.send_byte();
        }
        const std::int64_t begin = bench::now_ns();
        for (long i = 0; i < count; ++i) {
            void* data = nullptr;
            if (batch == 1)
                poll(&entry, 1, -1);
            if (qb_rb_chunk_peek(ring, &data, 0) != static_cast<ssize_t>(size))
                bench::fail("qb_rb_chunk_peek", "no chunk");
            if (copied)
                std::memcpy(copy.data(), data, size);
            qb_rb_chunk_reclaim(ring);
            if (batch > 0 && ((i + 1) % batch == 0 || i + 1 == count))
                pair.take(i % batch + 1);
        }
        time += bench::now_ns() - begin;
    }
    qb_rb_close(ring);
    return static_cast<double>(time) / static_cast<double>(count * rounds);
}

// Nobody reads the bytes until the socket is full, so that no thread is woken.
double byte(long count)
{
    constexpr long kUnread = 200;
    const Pair pair;
    std::int64_t time = 0;
    for (long sent = 0; sent < count; sent += kUnread) {
        const std::int64_t begin = bench::now_ns();
        for (long i = 0; i < kUnread; ++i)
            pair.send_byte();
        time += bench::now_ns() - begin;
        pair.take(kUnread);
    }
    return static_cast<double>(time) / static_cast<double>(count / kUnread * kUnread);
}

} // namespace

int main(int argc, char** argv)
{
    const std::string what = argc > 1 ? argv[1] : "";
    const auto number = [&](int i) { return std::strtol(argv[i], nullptr, 10); };
    bench::pin();
    if (what == "chunk" && (argc == 5 || argc == 6))
        bench::print("time",
                     chunk(static_cast<std::size_t>(number(2)), number(3), number(4), argc == 6 ? number(5) : 0));
    else if (what == "byte" && argc == 3)
        bench::print("time", byte(number(2)));
    else
        bench::fail("usage", "floor chunk SIZE COUNT ROUNDS [BATCH], or floor byte COUNT");
}
