// Signals, over and over, to a thread that waits.
#pragma once

#include "support/thread.hpp"

#include <csignal>

namespace test {

// As long as this lives. Their handler does nothing, and interrupted calls are not restarted.
class Storm {
public:
    explicit Storm(Thread& target)
        : repeat_([&target] {
              target.signal(SIGUSR1);
              std::this_thread::sleep_for(100us);
          })
    {}

private:
    class Handler {
    public:
        Handler()
        {
            struct sigaction action {};
            action.sa_handler = [](int) {};
            ::sigaction(SIGUSR1, &action, &before_);
        }
        ~Handler() { ::sigaction(SIGUSR1, &before_, nullptr); }
        Handler(const Handler&) = delete;
        Handler& operator=(const Handler&) = delete;

    private:
        struct sigaction before_ {};
    };

    Handler handler_; // first: the signals need it
    Repeat repeat_;
};

} // namespace test
