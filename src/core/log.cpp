// SPDX-License-Identifier: BSD-3-Clause
#include "core/log.hpp"

#include "core/cancellation.hpp"
#include "core/clock.hpp"
#include "core/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace corosync {
namespace {

constexpr std::size_t kLineSize = 640;
constexpr std::int64_t kEveryMs = 1000;

enum class Target { unread, off, to_stderr, to_syslog, to_file };
constinit std::atomic<Target> target{Target::unread};
constinit std::atomic<bool> being_read{false};
constinit char file_path[256] = "";

// The time as UTC, by hand: the C library's functions take a lock, which another thread may hold at a fork.
void add_time(Text& text)
{
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const auto seconds = static_cast<std::uint64_t>(now.tv_sec);
    // The days are counted from 1 March of the year 0, in eras of 400 years, so that a leap day is the last of its
    // year.
    const std::uint64_t days = seconds / 86400 + 719468;
    const std::uint64_t day_of_era = days % 146097;
    const std::uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::uint64_t month = (5 * day_of_year + 2) / 153;
    const std::uint64_t year = year_of_era + days / 146097 * 400 + (month >= 10 ? 1 : 0);
    text.add(year).add("-").add(month < 10 ? month + 3 : month - 9, 10, 2).add("-");
    text.add(day_of_year - (153 * month + 2) / 5 + 1, 10, 2).add("T").add(seconds / 3600 % 24, 10, 2).add(":");
    text.add(seconds / 60 % 60, 10, 2).add(":").add(seconds % 60, 10, 2).add(".");
    text.add(static_cast<std::uint64_t>(now.tv_nsec) / 1000000, 10, 3).add("Z ");
}

// A program's standard error may be a pipe that nobody reads: then it would get SIGPIPE, or wait.
void write_to_stderr(const char* line, std::size_t size)
{
    pollfd entry{STDERR_FILENO, POLLOUT, 0};
    if (poll(&entry, 1, 0) > 0 && entry.revents == POLLOUT && write(STDERR_FILENO, line, size) < 0)
        return; // nobody can be told
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
    if (target.load(std::memory_order_acquire) != Target::unread || being_read.exchange(true))
        return;
    const char* wanted = secure_getenv("COROSYNC_CLIENT_LOG");
    Target chosen = Target::off;
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
    Text text(line, sizeof line);
    if (to == Target::to_syslog)
        text.add("<28>"); // a daemon's warning
    else
        add_time(text);
    text.add(program_invocation_short_name).add("[").add(static_cast<std::uint64_t>(getpid())).add("]: ");
    text.add(call.service).add(" 0x").add(call.handle, 16).add(": ").add(call.function).add(": ");
    text.add(error == CS_OK ? "CS_OK" : cs_strerror(error)).add(" (").add(static_cast<std::uint64_t>(error)).add("): ");
    text.add(words);
    if (left_out > 0)
        text.add(" (").add(static_cast<std::uint64_t>(left_out)).add(" more before)");
    if (to != Target::to_syslog)
        text.end_line();
    const auto size = static_cast<std::size_t>(text.end() - line);
    if (to == Target::to_stderr)
        write_to_stderr(line, size);
    else if (to == Target::to_syslog)
        write_to_syslog(line, size);
    else
        write_to_file(line, size);
}

} // namespace corosync
