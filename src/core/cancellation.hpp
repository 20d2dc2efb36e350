// SPDX-License-Identifier: BSD-3-Clause
// Some system calls, such as poll and send, are cancellation points. A thread that is cancelled there would keep locks
// and pins for ever. So the library's functions disable cancellation. Only callbacks and the sleep of a waiting
// dispatch run with the caller's own state.
#pragma once

#include <pthread.h>

// Marks a function in which a thread may be cancelled. Cancellation unwinds the function's frame, but AddressSanitizer
// would still treat the frame as live, and report later calls that use the same part of the stack.
#define COROSYNC_CANCELLED_HERE __attribute__((no_sanitize("address")))

namespace corosync {

class NoCancel {
public:
    NoCancel() { forbid(); }
    ~NoCancel() { allow(); }
    NoCancel(const NoCancel&) = delete;
    NoCancel& operator=(const NoCancel&) = delete;

    void allow() const { pthread_setcancelstate(callers_, nullptr); }
    // Saves the current state first: a callback may have changed it, and the program keeps that change.
    void forbid() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &callers_); }

private:
    int callers_ = PTHREAD_CANCEL_ENABLE;
};

} // namespace corosync
