// SPDX-License-Identifier: BSD-3-Clause
#include "core/lifecycle.hpp"

#include "core/reasons.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace corosync {
namespace {

// High half: the process. Low half: the descriptor plus one, or 0 while it is being made.
std::uint64_t wakeup_word(int fd)
{
    return (static_cast<std::uint64_t>(this_process()) << 32) | (static_cast<std::uint32_t>(fd) + 1U);
}

// The daemon knows nothing of this socket. Nobody sends to it; a shutdown makes it readable.
void make_readable(int fd)
{
    shutdown(fd, SHUT_RD);
}

} // namespace

// The descriptor, if this process made it and has not closed it, or -1.
int Lifecycle::made_wakeup_fd(std::uint64_t word) const
{
    if (word >> 32 != this_process())
        return -1;
    const int fd = static_cast<int>(static_cast<std::uint32_t>(word) - 1U);
    return fd >= 0 && wakeup_file_.matches(fd) ? fd : -1;
}

Lifecycle::~Lifecycle()
{
    if (const int fd = made_wakeup_fd(wakeup_.load(std::memory_order_relaxed)); fd >= 0)
        ::close(fd);
}

void Lifecycle::close()
{
    // Sequential order, here and in child_wakeup_fd(): either this thread sees the socket, or the thread that made it
    // sees `closing_`.
    closing_.store(true, std::memory_order_seq_cst);
    if (const int fd = made_wakeup_fd(wakeup_.load(std::memory_order_seq_cst)); fd >= 0)
        make_readable(fd);
}

int Lifecycle::request_result(int rc) const
{
    return rc == -ENOTCONN && hangup_expected_.load(std::memory_order_acquire) ? -EBADF : rc;
}

int Lifecycle::explain_end(int rc, int late_events) const
{
    if (rc == -EBADF)
        explain(reasons::finalized_meanwhile);
    if (rc >= 0 || explained())
        return rc;
    if (rc == -EPROTO)
        explain(reasons::damaged, "connection");
    else if (rc != -ENOTCONN)
        explain_errno(rc);
    else if (closed_in_child())
        explain(reasons::used_in_child);
    else if (daemon_ == 0)
        explain(reasons::daemon_gone, late_events);
    else
        explain(is_dead(daemon_) ? reasons::daemon_ended : reasons::daemon_hung_up, daemon_, late_events);
    return rc;
}

int Lifecycle::child_wakeup_fd()
{
    std::uint64_t present = wakeup_.load(std::memory_order_seq_cst);
    if (present >> 32 == this_process())
        return made_wakeup_fd(present);
    const int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (made < 0)
        return -1;
    // Does not touch an ancestor's descriptor: its number may belong to another file in this process.
    if (!wakeup_.compare_exchange_strong(present, wakeup_word(-1), std::memory_order_seq_cst)) {
        ::close(made); // another thread was first
        return made_wakeup_fd(present);
    }
    wakeup_file_ = FileIdentity(made);
    wakeup_.store(wakeup_word(made), std::memory_order_seq_cst);
    if (closing_.load(std::memory_order_seq_cst))
        make_readable(made);
    return made;
}

} // namespace corosync
