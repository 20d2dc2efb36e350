// SPDX-License-Identifier: BSD-3-Clause
#include "core/log.hpp"

#include "core/cancellation.hpp"
#include "core/clock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace corosync {
namespace {

constexpr int kLineSize = 640;
constexpr std::int64_t kEveryMs = 1000;

enum class Target { unread, off, to_stderr, to_syslog, to_file };
constinit std::atomic<Target> target{Target::unread};
constinit char file_path[256] = "";

// The time as UTC, by hand: the C library's functions take a lock, which another thread may hold at a fork.
int print_time(char* to, std::size_t size)
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const auto seconds = static_cast<long long>(now.tv_sec);
    // The days are counted from 1 March of the year 0, in eras of 400 years, so that a leap day is the last of its
    // year.
    const long long days = seconds / 86400 + 719468;
    const long long day_of_era = days % 146097;
    const long long year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const long long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const long long month = (5 * day_of_year + 2) / 153;
    const long long year = year_of_era + days / 146097 * 400 + (month >= 10 ? 1 : 0);
    return std::snprintf(to, size, "%lld-%02lld-%02lldT%02lld:%02lld:%02lld.%03ldZ ", year,
                         month < 10 ? month + 3 : month - 9, day_of_year - (153 * month + 2) / 5 + 1,
                         seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, now.tv_nsec / 1000000);
}

// Standard error may be a pipe that nobody reads. Then a write would raise SIGPIPE, or wait.
void write_to_stderr(const char* line, std::size_t size)
{
    pollfd entry{STDERR_FILENO, POLLOUT, 0};
    if (poll(&entry, 1, 0) > 0 && entry.revents == POLLOUT)
        (void)!write(STDERR_FILENO, line, size);
}

void write_to_file(const char* line, std::size_t size)
{
    const int file = open(file_path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                          S_IRUSR | S_IWUSR);
    if (file < 0)
        return;
    struct stat status {};
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
        (void)!write(file, line, size);
    close(file);
}

void write_to_syslog(const char* line, std::size_t size)
{
    sockaddr_un address{AF_UNIX, "/dev/log"};
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0)
        return;
    sendto(socket, line, size, MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(socket);
}

// True if this second has no line yet for the reason. `left_out` is the number of lines that it did not get before.
bool may_log(Reason& reason, std::uint32_t& left_out)
{
    const std::int64_t now = now_ms();
    std::int64_t last = reason.logged_ms.load(std::memory_order_relaxed);
    if (now - last < kEveryMs || !reason.logged_ms.compare_exchange_strong(last, now, std::memory_order_relaxed)) {
        reason.left_out.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    left_out = reason.left_out.exchange(0, std::memory_order_relaxed);
    return true;
}

} // namespace

void configure_log() noexcept
{
    Target chosen = Target::unread;
    // While this thread reads the variable, the log is off for the others.
    if (!target.compare_exchange_strong(chosen, Target::off, std::memory_order_relaxed))
        return;
    const char* wanted = secure_getenv("COROSYNC_CLIENT_LOG");
    chosen = Target::off;
    if (wanted != nullptr && std::strcmp(wanted, "stderr") == 0) {
        chosen = Target::to_stderr;
    } else if (wanted != nullptr && std::strcmp(wanted, "syslog") == 0) {
        chosen = Target::to_syslog;
    } else if (wanted != nullptr && *wanted == '/' && std::strlen(wanted) < sizeof file_path) {
        std::memcpy(file_path, wanted, std::strlen(wanted) + 1);
        chosen = Target::to_file;
    }
    target.store(chosen, std::memory_order_release);
}

bool log_is_on() noexcept
{
    return target.load(std::memory_order_acquire) > Target::off;
}

void write_log(Reason& reason, const Call& call, cs_error_t error, const char* words) noexcept
{
    std::uint32_t left_out = 0;
    if (!may_log(reason, left_out))
        return;
    const NoCancel no_cancel;
    const Target to = target.load(std::memory_order_relaxed);
    char line[kLineSize];
    // A system's logger adds the time itself. 28: a daemon's warning.
    int length = to == Target::to_syslog ? std::snprintf(line, sizeof line, "<28>") : print_time(line, sizeof line);
    length +=
        std::snprintf(line + length, sizeof line - static_cast<std::size_t>(length),
                      "%s[%d]: %s 0x%llx: %s: %s (%d): %s", program_invocation_short_name, static_cast<int>(getpid()),
                      call.service, static_cast<unsigned long long>(call.handle), call.function,
                      error == CS_OK ? "CS_OK" : cs_strerror(error), static_cast<int>(error), words);
    if (left_out > 0 && length < kLineSize)
        length +=
            std::snprintf(line + length, sizeof line - static_cast<std::size_t>(length), " (%u more before)", left_out);
    length = length < kLineSize ? length : kLineSize - 1;
    // The name of the program may contain anything.
    for (int index = 0; index < length; ++index)
        if (static_cast<unsigned char>(line[index]) < ' ')
            line[index] = '?';
    if (to != Target::to_syslog)
        line[length++] = '\n'; // in the place of the 0
    const auto size = static_cast<std::size_t>(length);
    if (to == Target::to_stderr)
        write_to_stderr(line, size);
    else if (to == Target::to_syslog)
        write_to_syslog(line, size);
    else
        write_to_file(line, size);
}

} // namespace corosync
