// SPDX-License-Identifier: BSD-3-Clause
// A handle that gets events.
#pragma once

#include "service.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <numeric>

#include <unistd.h>

namespace test {

using Numbers = std::vector<std::uint32_t>;

inline Numbers numbers_to(std::uint32_t count)
{
    Numbers result(count);
    std::iota(result.begin(), result.end(), 1);
    return result;
}

// A handle whose callbacks record the numbers of events. Its queue is empty at first. A process may have one at a time.
class Listener : public Handle {
public:
    static constexpr int kEvents = 4;

    Listener() : Handle(begin) {}

    // Makes the daemon send this number of events.
    void provoke(int events = kEvents) const { EXPECT_EQ(CS_OK, try_to_provoke(events)); }
    cs_error_t try_to_provoke(int events = kEvents) const
    {
        return service().provoke(*this, std::exchange(next_, next_ + static_cast<std::uint32_t>(events)), events);
    }
    // Does the same, and waits until the events are in the queue. The queue must be empty before.
    void queue(int events = kEvents) const
    {
        constexpr int kCounted = 200; // the socket has room for a few more
        provoke(events);
        EXPECT_TRUE(readable(fd(), kPatience));
        if (transport() != Transport::socket) {
            EXPECT_TRUE(eventually([&] { return unread_bytes(fd()) >= std::min(events, kCounted); }));
        }
        if (transport() == Transport::socket || events > kCounted)
            std::this_thread::sleep_for(kGlance / 2);
    }
    // Polls and dispatches until there were this number of callbacks.
    bool hears(int events) const
    {
        const int fd = this->fd();
        while (told_ < events && readable(fd, kPatience) && dispatch(CS_DISPATCH_ALL) == CS_OK) {
        }
        return told_ == events;
    }
    // Returns whether a request succeeds and every provoked event arrives exactly once.
    bool works() const
    {
        const int before = told_;
        return ask() == CS_OK && try_to_provoke() == CS_OK && hears(before + kEvents) && !readable(fd(), kGlance);
    }

    // For the services: a key or group name that only this listener uses.
    static std::string new_name()
    {
        static int number = 0;
        return "listener." + std::to_string(::getpid()) + "." + std::to_string(++number);
    }

    // For the callbacks. `read` gets the number of the event from the callback's arguments.
    template <class Read> static void tell(const Read& read)
    {
        heard_[static_cast<std::size_t>(begun_++) % heard_.size()] = read();
        ++told_;
        if (!on_event)
            return;
        const Call call{[](const void* data) { return (*static_cast<const Read*>(data))(); }, &read};
        const Call* const outer = std::exchange(running_, &call);
        on_event();
        running_ = outer;
    }
    static int told() { return told_; }
    // The numbers of all delivered events.
    static Numbers heard() { return {heard_.begin(), heard_.begin() + told_}; }
    // In a callback: the number of its event, read again from its arguments.
    static std::uint32_t number() { return running_->read(running_->data); }

    // Runs in each callback. It may leave with longjmp(): the stack frames around it hold no objects with destructors.
    static inline std::function<void()> on_event;
    // Runs the action only in the callback of this event. Numbers begin at 1.
    static void in_event(int number, const std::function<void()>& action)
    {
        on_event = [=] {
            if (told_ == number)
                action();
        };
    }

private:
    struct Call {
        std::uint32_t (*read)(const void* data);
        const void* data;
    };

    static cs_error_t begin(std::uint64_t* handle)
    {
        begun_ = told_ = 0;
        next_ = 1;
        on_event = nullptr;
        return service().listen(handle);
    }

    static inline std::array<std::uint32_t, 20'000> heard_; // an array, because a test checks that nothing is allocated
    static inline std::atomic<int> begun_ = 0;
    static inline std::atomic<int> told_ = 0;
    static inline std::uint32_t next_ = 1;
    static inline thread_local const Call* running_ = nullptr;
};

} // namespace test
