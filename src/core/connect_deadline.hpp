// SPDX-License-Identifier: BSD-3-Clause
// How long an initialize waits for the daemon.
//
// Some programs limit the wait with alarm(). Profilers, on the other hand, send signals every millisecond. So a signal
// ends the wait only after one second. A healthy daemon replies within milliseconds. COROSYNC_CLIENT_CONNECT_MS can set
// a limit in addition.
#pragma once

#include "core/clock.hpp"
#include "core/reasons.hpp"

#include <poll.h>

#include <cerrno>
#include <cstdint>

namespace corosync {

class ConnectDeadline {
public:
    // 0 means no limit.
    explicit ConnectDeadline(unsigned limit_ms) : begin_(now_ms()), limit_ms_(limit_ms) {}

    // Waits until `entry` is ready, at most `max_ms` milliseconds unless that is negative. Returns what poll()
    // returned, 0 after `max_ms`, or -EAGAIN if the limit is reached or a signal ends the wait.
    int wait(pollfd& entry, int max_ms) const
    {
        const std::int64_t end = max_ms < 0 ? 0 : now_ms() + max_ms;
        for (;;) {
            const std::int64_t now = now_ms();
            std::int64_t left = max_ms < 0 ? -1 : end > now ? end - now : 0;
            const std::int64_t limit = begin_ + limit_ms_ - now;
            if (limit_ms_ != 0 && limit <= 0) {
                explain(reasons::time_limit, static_cast<long>(limit_ms_));
                return -EAGAIN;
            }
            if (limit_ms_ != 0 && (left < 0 || limit < left))
                left = limit;
            const int ready = poll(&entry, 1, static_cast<int>(left));
            if (ready > 0)
                return ready;
            if (ready == 0 && max_ms >= 0 && now_ms() >= end)
                return 0;
            if (ready < 0 && errno != EINTR && errno != EAGAIN)
                return -errno;
            if (ready < 0 && errno == EINTR && now_ms() - begin_ >= kSignalsCountAfterMs) {
                explain(reasons::signal_came, static_cast<long>(now_ms() - begin_));
                return -EAGAIN;
            }
        }
    }

    // The smaller of `wish_ms` and the time left until the limit.
    [[nodiscard]] int at_most(int wish_ms) const
    {
        const std::int64_t left = begin_ + limit_ms_ - now_ms();
        return limit_ms_ != 0 && left < wish_ms ? (left > 0 ? static_cast<int>(left) : 0) : wish_ms;
    }

private:
    static constexpr std::int64_t kSignalsCountAfterMs = 1000;

    std::int64_t begin_;
    std::int64_t limit_ms_;
};

} // namespace corosync
