// SPDX-License-Identifier: BSD-3-Clause
// Sends signals over and over to a thread that waits.
#pragma once

#include "client.hpp"
#include "thread.hpp"

#include <csignal>

namespace test {

// What the flags of a signal's handler can be: interrupted calls are restarted or not.
inline constexpr int kHandlerFlags[] = {0, SA_RESTART};

// Sends them as long as this lives. Their handler only counts them; the flags of its sigaction decide whether
// interrupted calls are restarted.
class Storm {
public:
    explicit Storm(Thread& target, int flags = 0)
        : counter_(flags), repeat_([&target] {
              target.signal(SIGUSR1);
              std::this_thread::sleep_for(100us);
          })
    {}

    // How many signals have been handled.
    static int count() { return SignalCounter::count(); }

private:
    SignalCounter counter_; // comes first: the signals need it
    Repeat repeat_;
};

} // namespace test
