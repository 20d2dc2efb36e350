// What both transports have in common. A transport moves messages and keeps the account of notification bytes; it
// knows no services, no handles and no threads: the connection above it sees to it that each ring has one user.
//
// Both have these members:
//   int descriptor() const                          for the program to poll
//   unsigned poll_set(pollfd (&)[2]) const          what to wait on for an event or the daemon's death
//   int send(const Message&, unsigned threshold, const std::atomic<bool>* give_up)
//   int reply(View&, int timeout_ms)                1 with a view that lasts until drop_reply(); 0 if none came
//   void drop_reply()
//   int peek(const Taking&, Event&)                 1 with the oldest event, where it lies; 0 if there is none
//   int accept(const Taking&)                       1 if that event is ours to deliver; 0 if it is not announced yet
//   bool hand_over(Buffer&)                         gives the event's memory away, if it can
//   void reclaim()                                  ends the use of the event's memory
//   void settle()                                   takes the bytes of delivered events that are still owed
//   bool gone()                                     asks the kernel: is the daemon's end closed?
//   void wake()                                     makes every poll on the descriptor return
//   void abandon()                                  in a forked child, instead of wake(): leaves the parent undisturbed
//   void forget()                                   then instead of close()
//   void close()
// and return 0 or more, or a negative errno: -ENOTCONN if the daemon is gone, -EPROTO if it broke the protocol.
#pragma once

#include "core/buffer.hpp"
#include "core/message.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <span>

namespace corosync {

// A request: a fixed part, and `length` bytes that are gathered from `body`, `skip` bytes into it.
struct Message {
    iovec head;
    std::span<const iovec> body = {};
    std::size_t skip = 0;
    std::size_t length = 0;

    [[nodiscard]] std::size_t size() const { return head.iov_len + length; }

    // piece(data, size) for the fixed part and for each stretch of the gathered bytes, in order.
    template <class Piece> void for_each(Piece piece) const
    {
        piece(static_cast<const std::byte*>(head.iov_base), head.iov_len);
        std::size_t ahead = skip;
        std::size_t left = length;
        for (const iovec& part : body) {
            if (left == 0)
                break;
            if (ahead >= part.iov_len) {
                ahead -= part.iov_len;
                continue;
            }
            std::size_t some = part.iov_len - ahead;
            if (some > left)
                some = left;
            piece(static_cast<const std::byte*>(part.iov_base) + ahead, some);
            left -= some;
            ahead = 0;
        }
    }

    // Writes all of it, as one.
    void copy_to(std::byte* to) const
    {
        for_each([&](const std::byte* from, std::size_t some) {
            std::memcpy(to, from, some);
            to += some;
        });
    }
};

// Flow control: a send is refused while the daemon's level is above 0 and not above the threshold.
inline constexpr unsigned kOrdinary = 1;  // refused only where the service itself is not allowed to work
inline constexpr unsigned kMulticast = 2; // refused also while the cluster cannot take more

struct Event {
    std::byte* data = nullptr;
    std::size_t size = 0;
    bool lent = false; // lies in the ring and may stay there for the callback; until it is decided: may be left there
};

struct Taking {
    bool one = false;      // the dispatch stops after this event
    bool waits = false;    // and sleeps if there is none, which also shows whether the daemon is gone
    bool readable = false; // poll has just said that there is something to read
};

inline constexpr int kSliceMs = 100; // of waits that must notice the daemon's death

inline bool hung_up(short revents)
{
    return (revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Lets go of what the descriptor stands for. Threads that use its number from now on see a hang-up.
inline void lead_nowhere(int fd)
{
    const int nowhere = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (nowhere < 0)
        return; // it is closed when the last of them is done
    dup3(nowhere, fd, O_CLOEXEC);
    close(nowhere);
}

} // namespace corosync
