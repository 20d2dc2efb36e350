// SPDX-License-Identifier: BSD-3-Clause
// The functions that FailingCall can make fail, besides those in system_calls.cpp.
#undef _FORTIFY_SOURCE // its inline functions would hide ours
#include "failing_calls.hpp"

#include "support/next_function.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstddef>

#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

extern "C" {

int open(const char* path, int flags, ...)
{
    static const auto real = test::next<int(const char*, int, mode_t)>("open");
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = static_cast<mode_t>(va_arg(arguments, int));
    va_end(arguments);
    return test::call_fails("open", EMFILE) ? -1 : real(path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...)
{
    static const auto real = test::next<int(int, const char*, int, mode_t)>("openat");
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = static_cast<mode_t>(va_arg(arguments, int));
    va_end(arguments);
    return test::call_fails("openat", EMFILE) ? -1 : real(directory, path, flags, mode);
}

int ftruncate(int file, off_t length) noexcept
{
    static const auto real = test::next<int(int, off_t)>("ftruncate");
    return test::call_fails("ftruncate", ENOSPC) ? -1 : real(file, length);
}

void* mmap(void* address, std::size_t length, int protection, int flags, int file, off_t offset) noexcept
{
    static const auto real = test::next<void*(void*, std::size_t, int, int, int, off_t)>("mmap");
    const char* const name = (flags & MAP_ANONYMOUS) != 0 ? "mmap, anonymous" : "mmap";
    return test::call_fails(name, ENOMEM) ? MAP_FAILED : real(address, length, protection, flags, file, offset);
}

void* mremap(void* address, std::size_t before, std::size_t after, int flags, ...) noexcept
{
    static const auto real = test::next<void*(void*, std::size_t, std::size_t, int, void*)>("mremap");
    va_list arguments;
    va_start(arguments, flags);
    void* const there = va_arg(arguments, void*);
    va_end(arguments);
    return test::call_fails("mremap", ENOMEM) ? MAP_FAILED : real(address, before, after, flags, there);
}

int socket(int domain, int type, int protocol) noexcept
{
    static const auto real = test::next<int(int, int, int)>("socket");
    return test::call_fails("socket", EMFILE) ? -1 : real(domain, type, protocol);
}

int bind(int file, const sockaddr* address, socklen_t length) noexcept
{
    static const auto real = test::next<int(int, const sockaddr*, socklen_t)>("bind");
    return test::call_fails("bind", EADDRINUSE) ? -1 : real(file, address, length);
}

int setsockopt(int file, int level, int name, const void* value, socklen_t length) noexcept
{
    static const auto real = test::next<int(int, int, int, const void*, socklen_t)>("setsockopt");
    return test::call_fails("setsockopt", ENOBUFS) ? -1 : real(file, level, name, value, length);
}

int getsockopt(int file, int level, int name, void* value, socklen_t* length) noexcept
{
    static const auto real = test::next<int(int, int, int, void*, socklen_t*)>("getsockopt");
    return test::call_fails("getsockopt", ENOBUFS) ? -1 : real(file, level, name, value, length);
}

// libqb's client sends over sockets with writev(). It fails with ENOBUFS if the kernel has no memory in one piece for a
// large message.
ssize_t writev(int file, const iovec* parts, int count)
{
    static const auto real = test::next<ssize_t(int, const iovec*, int)>("writev");
    return test::call_fails("writev", ENOBUFS) ? -1 : real(file, parts, count);
}

int sem_init(sem_t* semaphore, int shared, unsigned value) noexcept
{
    static const auto real = test::next<int(sem_t*, int, unsigned)>("sem_init");
    return test::call_fails("sem_init", ENOSYS) ? -1 : real(semaphore, shared, value);
}

int fcntl(int file, int command, ...)
{
    static const auto real = test::next<int(int, int, void*)>("fcntl");
    va_list arguments;
    va_start(arguments, command);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    const bool takes_one = command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    return takes_one && test::call_fails("fcntl", EMFILE) ? -1 : real(file, command, argument);
}

int dup(int file) noexcept
{
    static const auto real = test::next<int(int)>("dup");
    return test::call_fails("dup", EMFILE) ? -1 : real(file);
}
}
