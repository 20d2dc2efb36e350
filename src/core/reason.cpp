// SPDX-License-Identifier: BSD-3-Clause
#include "core/reason.hpp"

#include "common/reason_place.hpp"
#include "core/log.hpp"
#include "core/reasons.hpp"

#include <sys/resource.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <span>
#include <utility>

#pragma weak cs_client_reason_place

namespace corosync {
namespace {

// With this model each thread has the space from its beginning. Otherwise the C library allocates it at the first use.
// Without `used`, gcc may align the space to more than its type needs. That can leave a gap in front of it, and when
// the C library unloads a library, it does not take back what is beside a gap.
__attribute__((tls_model("initial-exec"), used)) constinit thread_local Note noted{};

// Writes `text` to `at`, with the note's word and its next numbers in it. Returns where the text ends, at most `last`.
char* write_words(char* at, const char* last, const char* text, const Note& note, std::span<const long>& numbers)
{
    for (; *text != '\0' && at < last; ++text) {
        const std::ptrdiff_t room = last - at;
        int length = 1;
        if (*text == '%' && !numbers.empty()) {
            length = std::snprintf(at, static_cast<std::size_t>(room) + 1, "%ld", numbers.front());
            numbers = numbers.subspan(1);
        } else if (*text == '$')
            length = std::snprintf(at, static_cast<std::size_t>(room) + 1, "%s", note.word);
        else
            *at = *text;
        at += std::min<std::ptrdiff_t>(std::max(length, 0), room);
    }
    *at = '\0';
    return at;
}

void write_words(cs_client_reason_memory& memory, const Note& note)
{
    const char* last = memory.words + sizeof memory.words - 1;
    std::span<const long> numbers = note.numbers;
    char* at = write_words(memory.words, last, note.reason->cause, note, numbers);
    at = write_words(at, last, "; ", note, numbers);
    write_words(at, last, note.reason->remedy, note, numbers);
}

Reason& general_reason(cs_error_t error)
{
    switch (error) {
    case CS_ERR_INVALID_PARAM:
        return reasons::bad_argument;
    case CS_ERR_BAD_HANDLE:
        return reasons::bad_handle;
    case CS_ERR_NAME_TOO_LONG:
        return reasons::name_too_long;
    case CS_ERR_TOO_BIG:
        return reasons::too_large;
    case CS_ERR_TRY_AGAIN:
        return reasons::no_event;
    case CS_ERR_LIBRARY:
        return reasons::malformed_reply;
    default:
        return reasons::not_possible;
    }
}

// A daemon may send any number, also the one that has no opposite.
long errno_of(int rc)
{
    return static_cast<long>(0U - static_cast<unsigned>(rc));
}

template <class Resource> long limit_of(Resource resource)
{
    rlimit limit{};
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? static_cast<long>(limit.rlim_cur) : -1;
}

} // namespace

void explain(Reason& reason, const char* word, long first, long second, long third) noexcept
{
    noted = {&reason, word, {first, second, third}};
}

int explain_errno(int rc) noexcept
{
    if (rc >= 0 || explained())
        return rc;
    switch (errno_of(rc)) {
    case EMFILE:
        explain(reasons::no_descriptor, limit_of(RLIMIT_NOFILE));
        break;
    case ENFILE:
        explain(reasons::no_file);
        break;
    case ENOMEM:
    case EAGAIN: // mmap() with locked memory
        explain(reasons::no_memory, limit_of(RLIMIT_AS), limit_of(RLIMIT_MEMLOCK));
        break;
    case EMSGSIZE:
        explain(reasons::too_large);
        break;
    default:
        explain(reasons::system_error, errno_of(rc));
    }
    return rc;
}

int explain_refusal(int rc) noexcept
{
    struct statvfs shm {};
    if (rc == -EACCES)
        explain(reasons::not_authorized);
    else if (rc == -ENOSPC && statvfs("/dev/shm", &shm) == 0)
        explain(reasons::daemon_full, static_cast<long>(shm.f_bavail * shm.f_frsize));
    else
        explain(reasons::daemon_refused, errno_of(rc));
    return rc;
}

int explain_malformed(const char* word, View view) noexcept
{
    ReplyHeader header{};
    const bool complete = view.read(header);
    explain(reasons::malformed, word, complete ? header.id : -1, static_cast<long>(view.size()));
    return -EPROTO;
}

bool explained() noexcept
{
    return noted.reason != nullptr;
}

void forget_reason() noexcept
{
    noted.reason = nullptr;
}

Note take_reason() noexcept
{
    return std::exchange(noted, {});
}

void restore_reason(const Note& note) noexcept
{
    noted = note;
}

cs_error_t report(const Call& call, cs_error_t error) noexcept
{
    const int callers_errno = errno;
    if (error == CS_ERR_NO_MEMORY)
        explain_errno(-ENOMEM);
    Note note = take_reason();
    if (note.reason == nullptr)
        note.reason = &general_reason(error);
    // If this program has the reference's libcorosync_common, only the log needs the words.
    cs_client_reason_memory own;
    own.writer = nullptr;
    cs_client_reason_memory& memory =
        error != CS_OK && cs_client_reason_place != nullptr ? *cs_client_reason_place() : own;
    // A program may be told an ordinary reason thousands of times a second.
    if (!note.reason->ordinary || memory.writer != note.reason) {
        memory.writer = note.reason;
        write_words(memory, note);
    }
    if (log_is_on() && !note.reason->ordinary)
        write_log(*note.reason, call, error, memory.words);
    errno = callers_errno;
    return error;
}

} // namespace corosync
