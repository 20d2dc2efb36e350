// SPDX-License-Identifier: BSD-3-Clause
// How long an initialize waits for the daemon.
//
// Programs end it by a signal, with alarm() as their bound; profilers send signals every millisecond. So a signal
// counts only once the daemon has had a second, and a healthy one answers in milliseconds. There may be a limit
// besides.
#pragma once

#include "core/clock.hpp"

#include <poll.h>

#include <cerrno>
#include <cstdint>

namespace corosync {

class ConnectDeadline {
public:
    // Without a limit if `limit_ms` is 0.
    explicit ConnectDeadline(unsigned limit_ms) : begin_(now_ms()), limit_ms_(limit_ms) {}

    // Waits until `entry` is ready, for `max_ms` at the most if that is not negative. What poll says, 0 when that time
    // is over; -EAGAIN when the limit is reached, or at a signal that counts.
    int wait(pollfd& entry, int max_ms) const
    {
        const std::int64_t end = max_ms < 0 ? 0 : now_ms() + max_ms;
        for (;;) {
            const std::int64_t now = now_ms();
            std::int64_t left = max_ms < 0 ? -1 : end > now ? end - now : 0;
            const std::int64_t limit = begin_ + limit_ms_ - now;
            if (limit_ms_ != 0 && limit <= 0)
                return -EAGAIN;
            if (limit_ms_ != 0 && (left < 0 || limit < left))
                left = limit;
            const int ready = poll(&entry, 1, static_cast<int>(left));
            if (ready > 0)
                return ready;
            if (ready == 0 && max_ms >= 0 && now_ms() >= end)
                return 0;
            if (ready < 0 && errno == EINTR && now_ms() - begin_ >= kSignalsCountAfterMs)
                return -EAGAIN;
            if (ready < 0 && errno != EINTR && errno != EAGAIN)
                return -errno;
        }
    }

    // `wish_ms`, or less if the limit comes earlier.
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
