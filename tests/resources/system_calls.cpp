// SPDX-License-Identifier: BSD-3-Clause
#undef _FORTIFY_SOURCE // its inline functions would hide ours
#include "system_calls.hpp"

#include "clocks.hpp"
#include "failing_calls.hpp"

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/next_function.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace test {

namespace {

constexpr int kNever = -1;
thread_local int until_interruption = kNever; // this many calls are left alone before
thread_local bool has_interrupted = false;
thread_local bool only_waits = false;
thread_local bool byte_by_byte = false;
thread_local bool late = false;
thread_local int until_action = kNever;
thread_local bool has_acted = false;
thread_local std::function<void()> before_call;

// Runs at the beginning of each call.
void act()
{
    if (until_action == kNever || until_action-- > 0)
        return;
    has_acted = true;
    std::exchange(before_call, nullptr)();
}

bool interrupts(bool waits = false)
{
    act();
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

BeforeCall::BeforeCall(int number, std::function<void()> action)
{
    has_acted = false;
    before_call = std::move(action);
    until_action = number;
}

BeforeCall::~BeforeCall()
{
    until_action = kNever;
    before_call = nullptr;
}

bool BeforeCall::happened() const
{
    return has_acted;
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
    return test::interrupts() || test::call_fails("connect", ECONNREFUSED) ? -1 : real(socket, address, length);
}

ssize_t send(int socket, const void* data, std::size_t size, int flags)
{
    static const auto real = test::next<decltype(send)>("send");
    if (test::late)
        std::this_thread::sleep_for(test::kGlance);
    // If the byte is not sent, libqb's client has put a request into the ring that the daemon never sees.
    const bool survives = size > 1 || test::transport() == test::Transport::ring;
    if (test::interrupts() || (survives && test::call_fails("send", ENOBUFS)))
        return -1;
    return real(socket, data, test::part_of(size), flags);
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
    return test::interrupts(true) ? -1 : test::wait_until(real, semaphore, end);
}

int sem_trywait(sem_t* semaphore)
{
    static const auto real = test::next<decltype(sem_trywait)>("sem_trywait");
    test::act();
    return real(semaphore);
}

int ioctl(int file, unsigned long request, ...)
{
    static const auto real = test::next<int(int, unsigned long, void*)>("ioctl");
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    test::act();
    return real(file, request, argument);
}

int pthread_setcancelstate(int state, int* before)
{
    static const auto real = test::next<decltype(pthread_setcancelstate)>("pthread_setcancelstate");
    test::act();
    return real(state, before);
}

int posix_fallocate(int file, off_t begin, off_t length)
{
    static const auto real = test::next<decltype(posix_fallocate)>("posix_fallocate");
    const int before = errno; // posix_fallocate does not change errno
    const int error = test::interrupts(true) ? EINTR : test::call_fails("posix_fallocate", ENOSPC) ? ENOSPC : 0;
    errno = before;
    return error != 0 ? error : real(file, begin, length);
}

// The compiler calls these instead where it knows the buffer's size.
int __poll_chk(pollfd* set, nfds_t count, int timeout, std::size_t)
{
    return poll(set, count, timeout);
}

ssize_t __recv_chk(int socket, void* data, std::size_t size, std::size_t, int flags)
{
    return recv(socket, data, size, flags);
}
}
