// SPDX-License-Identifier: BSD-3-Clause
// The states of a connection, and the process that opened it.
//
//   open  --finalize-->  closing  --last user has left-->  closed (the connection is destroyed)
//                           |                                 ^
//                           |  other threads waited, and the  |
//                           |  daemon had not hung up yet     |
//                           +-----> hang-up expected ---------+
//
// After finalize no request begins, no event is delivered, and every dispatch ends with -EBADF. A request that has
// begun completes normally, with one exception. To wake waiting dispatches, finalize shuts down the socket for reading,
// and the daemon may then hang up. If the daemon hangs up on a request after that, we have caused it: the request ends
// with -EBADF. If it hung up earlier, or without such a shutdown, the daemon is the cause: -ENOTCONN.
//
// A child of the process that opened the connection may use it instead of the parent. When a child finalizes the
// handle, nothing that it shares with its parent changes: the child sends nothing, shuts down nothing and removes
// nothing. The socket is the parent's too, so the child wakes its own sleeping threads through a socket of its own.
#pragma once

#include "core/annotations.hpp"
#include "core/file_identity.hpp"
#include "core/process.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace corosync {

class Lifecycle {
public:
    Lifecycle() = default;
    ~Lifecycle();
    Lifecycle(const Lifecycle&) = delete;
    Lifecycle& operator=(const Lifecycle&) = delete;

    // Records this process as the creator.
    void begin() { creator_ = this_process(); }
    void set_daemon(pid_t daemon) { daemon_ = daemon; }
    [[nodiscard]] bool in_creator() const { return creator_ == this_process(); }

    [[nodiscard]] bool closing() const { return closing_.load(std::memory_order_acquire); }
    // For sends, which check the flag while they wait.
    [[nodiscard]] const std::atomic<bool>& closing_flag() const { return closing_; }
    [[nodiscard]] bool closed_in_child() const { return closing() && !in_creator(); }
    void close();
    // From now on the daemon may hang up because of our own shutdown.
    void expect_hangup() { hangup_expected_.store(true, std::memory_order_release); }

    // The result of a request that ended with `rc`: turns a hang-up that we have caused into -EBADF.
    [[nodiscard]] int request_result(int rc) const;

    // Notes the reason (core/reason.hpp) of a call that ends with `rc`, unless one is noted. Returns `rc`.
    // `late_events` were in the ring when the daemon's hang-up was noticed.
    COROSYNC_COLD int explain_end(int rc, int late_events) const;

    // For a child: a descriptor that becomes readable when the connection is closed, to poll together with the socket.
    // -1 if no descriptor is free, while another thread makes it, or if the program has closed it. In the creator,
    // close() shuts down the connection's socket instead.
    int child_wakeup_fd();

private:
    [[nodiscard]] int made_wakeup_fd(std::uint64_t word) const;

    std::atomic<bool> closing_{false};
    std::atomic<bool> hangup_expected_{false};
    std::uint32_t creator_ = 0;
    pid_t daemon_ = 0;
    // The socket of child_wakeup_fd() and the process that made it, in one word. A grandchild makes its own one.
    std::atomic<std::uint64_t> wakeup_{0};
    FileIdentity wakeup_file_; // valid with the word
};

} // namespace corosync
