// SPDX-License-Identifier: BSD-3-Clause
// A handle that the daemon sends events to.
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

// With callbacks that write down the numbers of events, and no event in its queue. One at a time in a process.
class Listener : public Handle {
public:
    static constexpr int kEvents = 4;

    Listener() : Handle(begin) {}

    // Has the daemon send so many events.
    void provoke(int events = kEvents) const { EXPECT_EQ(CS_OK, try_to_provoke(events)); }
    cs_error_t try_to_provoke(int events = kEvents) const
    {
        return service().provoke(*this, std::exchange(next_, next_ + static_cast<std::uint32_t>(events)), events);
    }
    // The same, and waits until they are in the queue, which was empty.
    void queue(int events = kEvents) const
    {
        constexpr int kCounted = 200; // a few more the socket has room for
        provoke(events);
        EXPECT_TRUE(readable(fd(), kPatience));
        if (transport() != Transport::socket) {
            EXPECT_TRUE(eventually([&] { return unread_bytes(fd()) >= std::min(events, kCounted); }));
        }
        if (transport() == Transport::socket || events > kCounted)
            std::this_thread::sleep_for(kGlance / 2);
    }
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
        return ask() == CS_OK && try_to_provoke() == CS_OK && hears(before + kEvents) && !readable(fd(), kGlance);
    }

    // For the services: what a listener listens to is its own.
    static std::string new_name()
    {
        static int number = 0;
        return "listener." + std::to_string(::getpid()) + "." + std::to_string(++number);
    }

    // For the callbacks. `read` gives the number of the event, from what the callback has been given.
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
    // The numbers of all that has been told.
    static Numbers heard() { return {heard_.begin(), heard_.begin() + told_}; }
    // In a callback: its number, read once more.
    static std::uint32_t number() { return running_->read(running_->data); }

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

    static inline std::array<std::uint32_t, 20'000> heard_; // an allocation in a callback would be noticed
    static inline std::atomic<int> begun_ = 0;
    static inline std::atomic<int> told_ = 0;
    static inline std::uint32_t next_ = 1;
    static inline thread_local const Call* running_ = nullptr;
};

} // namespace test
