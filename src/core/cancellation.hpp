// SPDX-License-Identifier: BSD-3-Clause
// Poll, send and friends are cancellation points, and a thread that is cancelled in one of them would keep locks and
// pins for ever. So the library's calls run with cancellation off. Only a waiting dispatch and the callbacks have the
// caller's own state.
#pragma once

#include <pthread.h>

namespace corosync {

class NoCancel {
public:
    NoCancel() { forbid(); }
    ~NoCancel() { allow(); }
    NoCancel(const NoCancel&) = delete;
    NoCancel& operator=(const NoCancel&) = delete;

    void allow() const { pthread_setcancelstate(callers_, nullptr); }
    // Remembers the state at this moment: a callback may have set another one, which the program keeps.
    void forbid() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &callers_); }

private:
    int callers_ = PTHREAD_CANCEL_ENABLE;
};

} // namespace corosync
