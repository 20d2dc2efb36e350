// A handle that the daemon sends events to.
#pragma once

#include "service.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include <unistd.h>

namespace test {

// With callbacks that count, and no event in its queue. Finalized at the end of its scope; one at a time in a process.
class Listener {
public:
    static constexpr int kEvents = 4;

    Listener()
    {
        told_ = 0;
        on_event = nullptr;
        EXPECT_EQ(CS_OK, service().listen(&handle_));
    }
    ~Listener() { finalize(); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    operator std::uint64_t() const { return handle_; }
    int fd() const
    {
        int fd = -1;
        EXPECT_EQ(CS_OK, service().fd_get(handle_, &fd));
        return fd;
    }
    cs_error_t dispatch(cs_dispatch_flags_t flag) const { return service().dispatch(handle_, flag); }
    cs_error_t finalize() { return service().finalize(std::exchange(handle_, kNoHandle)); }

    // Has the daemon send kEvents events.
    void provoke() const { EXPECT_EQ(CS_OK, service().provoke(handle_)); }
    // Dispatches, behind poll, until so many have been told.
    bool hears(int events) const
    {
        const int fd = this->fd();
        while (told_ < events && readable(fd, kPatience) && dispatch(CS_DISPATCH_ALL) == CS_OK) {
        }
        return told_ == events;
    }
    // Asks, and is told what it provokes: neither less nor more.
    bool works() const
    {
        const int before = told_;
        return service().ask(handle_) == CS_OK && service().provoke(handle_) == CS_OK && hears(before + kEvents) &&
               !readable(fd(), kGlance);
    }

    // For the services: what a listener listens to is its own.
    static std::string new_name()
    {
        static int number = 0;
        return "listener." + std::to_string(::getpid()) + "." + std::to_string(++number);
    }

    // For the callbacks.
    static void tell()
    {
        ++told_;
        if (on_event)
            on_event();
    }
    static int told() { return told_; }
    // Runs in each callback. Nothing that a jump out of it would harm lives in the frames around it.
    static inline std::function<void()> on_event;
    // Only in that of the event with this number, from 1 on.
    static void in_event(int number, const std::function<void()>& action)
    {
        on_event = [=] {
            if (told_ == number)
                action();
        };
    }

private:
    static inline std::atomic<int> told_ = 0;
    std::uint64_t handle_ = kNoHandle;
};

} // namespace test
