#undef _FORTIFY_SOURCE // its inline functions would be in the way of ours
#include "system_calls.hpp"

#include "support/eventually.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace test {

namespace {

constexpr int kNever = -1;
thread_local int until_interruption = kNever; // so many calls are left alone before
thread_local bool has_interrupted = false;
thread_local bool only_waits = false;
thread_local bool byte_by_byte = false;
thread_local bool late = false;

bool interrupts(bool waits = false)
{
    if (until_interruption == kNever || (only_waits && !waits) || until_interruption-- > 0)
        return false;
    has_interrupted = true;
    errno = EINTR;
    return true;
}

std::size_t part_of(std::size_t size)
{
    return byte_by_byte ? std::min<std::size_t>(size, 1) : size;
}

template <class Function> Function* next(const char* name)
{
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace

Interruption::Interruption(int number, Calls calls)
{
    only_waits = calls == waits;
    has_interrupted = false;
    until_interruption = number;
}

Interruption::~Interruption()
{
    until_interruption = kNever;
}

bool Interruption::happened() const
{
    return has_interrupted;
}

ByteByByte::ByteByByte()
{
    byte_by_byte = true;
}

ByteByByte::~ByteByByte()
{
    byte_by_byte = false;
}

LateSends::LateSends()
{
    late = true;
}

LateSends::~LateSends()
{
    late = false;
}

} // namespace test

extern "C" {

int poll(pollfd* set, nfds_t count, int timeout)
{
    static const auto real = test::next<decltype(poll)>("poll");
    return test::interrupts(timeout != 0) ? -1 : real(set, count, timeout);
}

int connect(int socket, const sockaddr* address, socklen_t length)
{
    static const auto real = test::next<decltype(connect)>("connect");
    return test::interrupts() ? -1 : real(socket, address, length);
}

ssize_t send(int socket, const void* data, std::size_t size, int flags)
{
    static const auto real = test::next<decltype(send)>("send");
    if (test::late)
        std::this_thread::sleep_for(test::kGlance);
    return test::interrupts() ? -1 : real(socket, data, test::part_of(size), flags);
}

ssize_t recv(int socket, void* data, std::size_t size, int flags)
{
    static const auto real = test::next<decltype(recv)>("recv");
    return test::interrupts() ? -1 : real(socket, data, test::part_of(size), flags);
}

ssize_t recvmsg(int socket, msghdr* message, int flags)
{
    static const auto real = test::next<decltype(recvmsg)>("recvmsg");
    if (test::interrupts())
        return -1;
    if (message->msg_iovlen == 1)
        message->msg_iov->iov_len = test::part_of(message->msg_iov->iov_len);
    return real(socket, message, flags);
}

int sem_timedwait(sem_t* semaphore, const timespec* end)
{
    static const auto real = test::next<decltype(sem_timedwait)>("sem_timedwait");
    return test::interrupts(true) ? -1 : real(semaphore, end);
}

int posix_fallocate(int file, off_t begin, off_t length)
{
    static const auto real = test::next<decltype(posix_fallocate)>("posix_fallocate");
    const int before = errno; // which it leaves alone
    if (!test::interrupts(true))
        return real(file, begin, length);
    errno = before;
    return EINTR;
}

// What these become where their buffers' sizes are known.
int __poll_chk(pollfd* set, nfds_t count, int timeout, std::size_t)
{
    return poll(set, count, timeout);
}

ssize_t __recv_chk(int socket, void* data, std::size_t size, std::size_t, int flags)
{
    return recv(socket, data, size, flags);
}
}
