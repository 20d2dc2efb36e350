// SPDX-License-Identifier: BSD-3-Clause
#include "client.hpp"

#include "process.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <grp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace test {

namespace {

std::atomic<int> signals;

short poll_once(int fd, Duration wait)
{
    pollfd item{fd, POLLIN, 0};
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
    ::poll(&item, 1, static_cast<int>(milliseconds));
    return item.revents;
}

bool become(uid_t user, gid_t group)
{
    return ::setgroups(0, nullptr) == 0 && ::setresgid(group, group, group) == 0 && ::setresuid(user, user, user) == 0;
}

} // namespace

Transport transport()
{
    if (Daemon::ipc_from_environment() == Daemon::Ipc::socket)
        return Transport::socket;
    const char* wanted = std::getenv("COROSYNC_CLIENT_TRANSPORT");
    return wanted && std::string_view(wanted) == "libqb" ? Transport::libqb : Transport::ring;
}

std::span<char, kOutputs> outputs()
{
    alignas(16) thread_local std::array<char, kOutputs> room;
    return room;
}

void remove_what_libqb_leaves()
{
    if (transport() == Transport::ring)
        return;
    std::error_code not_empty;
    for (const auto& name : shared_memory_entries())
        if (name.starts_with("qb-") && !name.starts_with("qb-corosync-"))
            std::filesystem::remove("/dev/shm/" + name, not_empty);
}

std::ptrdiff_t descriptors_per_handle()
{
    return transport() == Transport::socket ? 3 : 1;
}

bool readable(int fd, Duration wait)
{
    return (poll_once(fd, wait) & POLLIN) != 0;
}

bool hung_up(int fd)
{
    return (poll_once(fd, {}) & POLLHUP) != 0;
}

int unread_bytes(int fd)
{
    int bytes = -1;
    ::ioctl(fd, FIONREAD, &bytes);
    return bytes;
}

FewDescriptors::FewDescriptors(rlim_t more)
{
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::dup(STDIN_FILENO);
    ::close(next);
    const rlimit limit{static_cast<rlim_t>(next) + more, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

FewDescriptors::~FewDescriptors()
{
    ::setrlimit(RLIMIT_NOFILE, &before_);
}

SignalCounter::SignalCounter(int flags)
{
    signals = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { ++signals; };
    action.sa_flags = flags;
    ::sigaction(SIGUSR1, &action, &before_);
}

SignalCounter::~SignalCounter()
{
    ::signal(SIGUSR1, SIG_IGN); // a pending SIGUSR1 is dropped; otherwise it might end the program
    ::sigaction(SIGUSR1, &before_, nullptr);
}

int SignalCounter::count()
{
    return signals;
}

int as_user(uid_t user, gid_t group, const std::function<cs_error_t()>& call)
{
    return in_child([&] { return become(user, group) ? static_cast<int>(call()) : -1; });
}

bool can_change_user()
{
    return in_child([] { return become(65534, 65534) ? 0 : 1; }) == 0;
}

} // namespace test
