// SPDX-License-Identifier: BSD-3-Clause
#include "core/lifecycle.hpp"

#include "core/reasons.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

namespace corosync {
namespace {

// High half: the process. Low half: the descriptor plus one. 0: none.
std::uint64_t wakeup_word(int fd)
{
    return (static_cast<std::uint64_t>(this_process()) << 32) | (static_cast<std::uint32_t>(fd) + 1U);
}

// The eventfd, if this process made it, or -1.
int wakeup_fd(std::uint64_t word)
{
    return word != 0 && word >> 32 == this_process() ? static_cast<int>(static_cast<std::uint32_t>(word) - 1U) : -1;
}

} // namespace

Lifecycle::~Lifecycle()
{
    if (const int fd = wakeup_fd(wakeup_.load(std::memory_order_relaxed)); fd >= 0)
        ::close(fd);
}

void Lifecycle::close()
{
    // Sequential order, here and in child_wakeup_fd(): either this thread sees the eventfd, or the thread that made it
    // sees `closing_`.
    closing_.store(true, std::memory_order_seq_cst);
    if (const int fd = wakeup_fd(wakeup_.load(std::memory_order_seq_cst)); fd >= 0)
        eventfd_write(fd, 1);
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
    if (const int fd = wakeup_fd(present); fd >= 0)
        return fd;
    const int made = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made < 0)
        return -1;
    // Does not touch an ancestor's descriptor: its number may belong to another file in this process.
    if (!wakeup_.compare_exchange_strong(present, wakeup_word(made), std::memory_order_seq_cst)) {
        ::close(made); // another thread was first
        return wakeup_fd(present);
    }
    if (closing_.load(std::memory_order_seq_cst))
        eventfd_write(made, 1);
    return made;
}

} // namespace corosync
