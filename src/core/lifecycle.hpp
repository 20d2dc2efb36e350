// SPDX-License-Identifier: BSD-3-Clause
// The states of a connection, and the process that it belongs to.
//
//   open  --finalize-->  closing  --last user has left-->  closed (the connection is destroyed)
//                           |                                 ^
//                           |  others were waiting, the       |
//                           |  daemon had not hung up         |
//                           +---------->  let go  ------------+
//
// In a state of closing no request begins, no event is delivered, and every dispatch ends with -EBADF. A request that
// is under way ends as it ends. If the daemon hangs up on it after it was let go, so that those who wait wake up, that
// is our own doing: -EBADF. If it hung up before, or for nothing that we did, it is the daemon's: -ENOTCONN.
//
// A child of the process that opened the connection may use it in its place. When a child finalizes it, what it shares
// with its parent is left alone: nothing is sent, shut down or removed. Threads of the child that sleep are woken by a
// descriptor of the child's own, since the socket is the parent's, too.
#pragma once

#include "core/process.hpp"

#include <atomic>
#include <cstdint>

namespace corosync {

class Lifecycle {
public:
    Lifecycle() = default;
    ~Lifecycle();
    Lifecycle(const Lifecycle&) = delete;
    Lifecycle& operator=(const Lifecycle&) = delete;

    // The connection is being opened, by this process.
    void begin() { creator_ = this_process(); }
    [[nodiscard]] bool in_creator() const { return creator_ == this_process(); }

    [[nodiscard]] bool closing() const { return closing_.load(std::memory_order_acquire); }
    // For sends, which look at it while they wait.
    [[nodiscard]] const std::atomic<bool>& closing_flag() const { return closing_; }
    [[nodiscard]] bool closed_in_child() const { return closing() && !in_creator(); }
    void close();
    // The daemon may hang up from now on, and for our sake.
    void expect_hangup() { hangup_expected_.store(true, std::memory_order_release); }

    // What a request tells that ended with `rc`.
    [[nodiscard]] int request_result(int rc) const;

    // In a child: becomes readable when the connection is closed; for poll() beside the socket. -1 if there is no
    // descriptor for it. In the creator the socket itself is shut down.
    int child_wakeup_fd();

private:
    std::atomic<bool> closing_{false};
    std::atomic<bool> hangup_expected_{false};
    std::uint32_t creator_ = 0;
    // The alarm and the process that made it, as one word: a grandchild makes its own.
    std::atomic<std::uint64_t> wakeup_{0};
};

} // namespace corosync
