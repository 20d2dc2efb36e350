// SPDX-License-Identifier: BSD-3-Clause
#undef _FORTIFY_SOURCE // its inline functions would hide ours
#include "answers.hpp"

#include "next_function.hpp"

#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <qb/qbipcc.h>
#include <qb/qbrb.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace test {

namespace {

thread_local Answer* answers = nullptr;

// The optional third argument of some functions.
void* third(va_list arguments)
{
    return va_arg(arguments, void*);
}

} // namespace

Answer::Answer(std::string_view function, std::function<Given()> give_answer, int others)
    : function_(function), give_answer_(std::move(give_answer)), others_(others), next_(answers)
{
    answers = this;
}

Answer::~Answer()
{
    answers = next_;
}

thread_local void* Answer::result_ = nullptr;

Answer::Given answer_of(std::string_view function, void* result = nullptr)
{
    for (Answer* answer = answers; answer != nullptr; answer = answer->next_) {
        if (answer->function_ != function || answer->others_-- > 0)
            continue;
        ++answer->calls_;
        Answer::result_ = result;
        Answer* const all = std::exchange(answers, nullptr);
        const Answer::Given given = answer->give_answer_();
        answers = all;
        return given;
    }
    return {};
}

} // namespace test

// The function as it is declared, with its parameters and their names.
#define ANSWERS(...) ANSWERS_WITH(nullptr, __VA_ARGS__)
#define ANSWERS_WITH(written, result, function, parameters, names)                                                     \
    result function parameters                                                                                         \
    {                                                                                                                  \
        static const auto real = test::next<result parameters>(#function);                                             \
        if (const auto given = test::answer_of(#function, written))                                                    \
            return (result)*given; /* NOLINT */                                                                        \
        return real names;                                                                                             \
    }

#pragma GCC diagnostic ignored "-Wold-style-cast" // the result is a number or a pointer

extern "C" {

ANSWERS_WITH(now, int, clock_gettime, (clockid_t clock, timespec* now) noexcept, (clock, now))
ANSWERS(int, kill, (pid_t process, int signal) noexcept, (process, signal))
ANSWERS(int, eventfd, (unsigned value, int flags) noexcept, (value, flags))
ANSWERS(int, poll, (pollfd * set, nfds_t count, int timeout), (set, count, timeout))
ANSWERS(void*, mmap, (void* at, std::size_t size, int protection, int flags, int file, off_t offset) noexcept,
        (at, size, protection, flags, file, offset))
ANSWERS(int, madvise, (void* at, std::size_t size, int advice) noexcept, (at, size, advice))
ANSWERS(ssize_t, getrandom, (void* to, std::size_t size, unsigned flags), (to, size, flags))
ANSWERS(int, getrlimit, (__rlimit_resource_t resource, rlimit* limit) noexcept, (resource, limit))
ANSWERS(int, statvfs, (const char* path, struct statvfs* status) noexcept, (path, status))
ANSWERS(int, fstat, (int file, struct stat* status) noexcept, (file, status))
ANSWERS(int, pthread_getattr_np, (pthread_t thread, pthread_attr_t* attributes) noexcept, (thread, attributes))
ANSWERS(int, pthread_attr_getstack, (const pthread_attr_t* attributes, void** stack, std::size_t* size) noexcept,
        (attributes, stack, size))
ANSWERS(int, socket, (int domain, int type, int protocol) noexcept, (domain, type, protocol))
ANSWERS(int, connect, (int socket, const sockaddr* address, socklen_t size), (socket, address, size))
ANSWERS(ssize_t, send, (int socket, const void* data, std::size_t size, int flags), (socket, data, size, flags))
ANSWERS(ssize_t, recv, (int socket, void* data, std::size_t size, int flags), (socket, data, size, flags))
ANSWERS_WITH(message, ssize_t, recvmsg, (int socket, msghdr* message, int flags), (socket, message, flags))
ANSWERS(int, setsockopt, (int socket, int level, int name, const void* value, socklen_t size) noexcept,
        (socket, level, name, value, size))
ANSWERS_WITH(value, int, getsockopt, (int socket, int level, int name, void* value, socklen_t* size) noexcept,
             (socket, level, name, value, size))
ANSWERS(int, dup3, (int from, int to, int flags) noexcept, (from, to, flags))
ANSWERS(qb_ringbuffer_t*, qb_rb_open, (const char* name, std::size_t size, std::uint32_t flags, std::size_t user_data),
        (name, size, flags, user_data))
ANSWERS_WITH(data, ssize_t, qb_rb_chunk_peek, (qb_ringbuffer_t * ring, void** data, int timeout), (ring, data, timeout))
ANSWERS(int32_t, qb_rb_chunk_commit, (qb_ringbuffer_t * ring, std::size_t size), (ring, size))
ANSWERS(int32_t, qb_rb_refcount_get, (qb_ringbuffer_t * ring), (ring))
ANSWERS(ssize_t, qb_rb_space_free, (qb_ringbuffer_t * ring), (ring))
ANSWERS(ssize_t, qb_rb_space_used, (qb_ringbuffer_t * ring), (ring))
ANSWERS(ssize_t, qb_rb_chunks_used, (qb_ringbuffer_t * ring), (ring))
ANSWERS(void*, qb_rb_shared_user_data_get, (qb_ringbuffer_t * ring), (ring))
ANSWERS_WITH(fd, qb_ipcc_connection_t*, qb_ipcc_connect_async, (const char* name, std::size_t size, int* fd),
             (name, size, fd))
ANSWERS(int, qb_ipcc_connect_continue, (qb_ipcc_connection_t * connection), (connection))
ANSWERS(void, qb_ipcc_disconnect, (qb_ipcc_connection_t * connection), (connection))
ANSWERS_WITH(fd, int32_t, qb_ipcc_fd_get, (qb_ipcc_connection_t * connection, int32_t* fd), (connection, fd))
ANSWERS(int32_t, qb_ipcc_fc_enable_max_set, (qb_ipcc_connection_t * connection, std::uint32_t most), (connection, most))
ANSWERS(int32_t, qb_ipcc_get_buffer_size, (qb_ipcc_connection_t * connection), (connection))
ANSWERS(ssize_t, qb_ipcc_send, (qb_ipcc_connection_t * connection, const void* data, std::size_t size),
        (connection, data, size))
ANSWERS(ssize_t, qb_ipcc_sendv, (qb_ipcc_connection_t * connection, const iovec* parts, std::size_t count),
        (connection, parts, count))
ANSWERS_WITH(data, ssize_t, qb_ipcc_recv,
             (qb_ipcc_connection_t * connection, void* data, std::size_t size, int timeout),
             (connection, data, size, timeout))
ANSWERS_WITH(data, ssize_t, qb_ipcc_event_recv,
             (qb_ipcc_connection_t * connection, void* data, std::size_t size, int timeout),
             (connection, data, size, timeout))

ANSWERS(int, pthread_setcancelstate, (int state, int* before), (state, before))
ANSWERS(int, sched_getaffinity, (pid_t process, std::size_t size, cpu_set_t* set) noexcept, (process, size, set))
ANSWERS(int, access, (const char* path, int mode) noexcept, (path, mode))
ANSWERS(int, __register_atfork, (void (*before)(), void (*in_parent)(), void (*in_child)(), void* library) noexcept,
        (before, in_parent, in_child, library))
ANSWERS(int, munlock, (const void* at, std::size_t size) noexcept, (at, size))
ANSWERS(int, mprotect, (void* at, std::size_t size, int protection) noexcept, (at, size, protection))

int open(const char* path, int flags, ...)
{
    static const auto real = test::next<int(const char*, int, mode_t)>("open");
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = static_cast<mode_t>(va_arg(arguments, int));
    va_end(arguments);
    const auto given = test::answer_of("open");
    return given ? static_cast<int>(*given) : real(path, flags, mode);
}

void* mremap(void* at, std::size_t before, std::size_t after, int flags, ...) noexcept
{
    static const auto real = test::next<void*(void*, std::size_t, std::size_t, int, void*)>("mremap");
    va_list arguments;
    va_start(arguments, flags);
    void* const there = test::third(arguments);
    va_end(arguments);
    return test::answer_of("mremap") ? MAP_FAILED : real(at, before, after, flags, there);
}

int fcntl(int file, int command, ...)
{
    static const auto real = test::next<int(int, int, void*)>("fcntl");
    va_list arguments;
    va_start(arguments, command);
    void* const argument = test::third(arguments);
    va_end(arguments);
    const auto given = test::answer_of("fcntl");
    return given ? static_cast<int>(*given) : real(file, command, argument);
}

int ioctl(int file, unsigned long request, ...)
{
    static const auto real = test::next<int(int, unsigned long, void*)>("ioctl");
    va_list arguments;
    va_start(arguments, request);
    void* const argument = test::third(arguments);
    va_end(arguments);
    const auto given = test::answer_of("ioctl");
    return given ? static_cast<int>(*given) : real(file, request, argument);
}

long syscall(long number, ...) noexcept
{
    using Function = long(long, long, long, long, long, long, long);
    // If two threads initialized a usual local static at once, one would wait for the other, by syscall().
    constinit static std::atomic<Function*> real = nullptr;
    if (real == nullptr)
        real = test::next<Function>("syscall");
    const auto given = test::answer_of("syscall");
    if (given)
        return *given;
    long words[6];
    va_list arguments;
    va_start(arguments, number);
    for (long& word : words)
        word = va_arg(arguments, long);
    va_end(arguments);
    return real.load()(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

// The C library's own, since dlsym() allocates.
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);

void* realloc(void* memory, std::size_t size)
{
    const auto given = test::answer_of("realloc");
    return given ? nullptr : __libc_realloc(memory, size);
}

void* malloc(std::size_t size)
{
    const auto given = test::answer_of("malloc");
    return given ? nullptr : __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size)
{
    const auto given = test::answer_of("calloc");
    return given ? nullptr : __libc_calloc(count, size);
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
