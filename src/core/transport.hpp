// What both transports have in common. A transport moves messages and keeps the account of notification bytes; it
// knows no services, no handles and no threads: the connection above it sees to it that each ring has one user.
//
// Both have these members:
//   int descriptor() const                          for the program to poll
//   unsigned poll_set(pollfd (&)[2]) const          what to wait on for an event or the daemon's death
//   int send(Message, unsigned threshold, const std::atomic<bool>* give_up)
//   int reply(View&, int timeout_ms)                1 with a view that lasts until drop_reply(); 0 if none came
//   void drop_reply()
//   int take(const Taking&, Buffer&, Event&)        1 with an event; 0 if none is announced
//   void end_loan()
//   void settle()                                   takes the bytes of delivered events that are still owed
//   bool gone()                                     asks the kernel: is the daemon's end closed?
//   void wake()                                     makes every poll on the descriptor return
//   void abandon()                                  in a forked child: lets go without disturbing the parent
//   void close()
// and return 0 or more, or a negative errno: -ENOTCONN if the daemon is gone, -EPROTO if it broke the protocol.
#pragma once

#include "core/buffer.hpp"
#include "core/message.hpp"

#include <poll.h>

#include <atomic>
#include <cstddef>
#include <span>

namespace corosync {

// A request in parts, which go out as one message.
using Message = std::span<const iovec>;

inline std::size_t size_of(Message parts)
{
    std::size_t size = 0;
    for (const iovec& part : parts)
        size += part.iov_len;
    return size;
}

// Flow control: a send is refused while the daemon's level is above 0 and not above the threshold.
inline constexpr unsigned kOrdinary = 1;  // refused only where the service itself is not allowed to work
inline constexpr unsigned kMulticast = 2; // refused also while the cluster cannot take more

struct Event {
    std::byte* data = nullptr;
    std::size_t size = 0;
    bool lent = false; // lies in the ring, which is held up until end_loan()
};

struct Taking {
    bool one = false;      // the dispatch stops after this event
    bool waits = false;    // and sleeps if there is none, which also shows whether the daemon is gone
    bool readable = false; // poll has just said that there is something to read
    bool may_lend = false;
};

inline constexpr int kSliceMs = 100; // of waits that must notice the daemon's death

inline bool hung_up(short revents)
{
    return (revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

} // namespace corosync
