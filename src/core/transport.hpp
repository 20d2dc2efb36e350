// SPDX-License-Identifier: BSD-3-Clause
// What the transports have in common. A transport moves messages; it knows no services, no handles and no threads: the
// connection above it sees to it that each ring has one user at a time.
#pragma once

#include "core/buffer.hpp"
#include "core/message.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <concepts>
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

inline constexpr unsigned kMaxPollFds = 3; // descriptors that a dispatch waits on: two of a transport, one of a child

struct Event {
    std::byte* data = nullptr;
    std::size_t size = 0;
};

inline constexpr int kSliceMs = 100; // of waits that must notice the daemon's death

inline bool hung_up(short revents)
{
    return (revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// The open file behind a descriptor of ours. A program may close the descriptor, and its number may come to mean a file
// of the program's, which is none of our business.
class FileIdentity {
public:
    FileIdentity() = default;
    explicit FileIdentity(int fd) { known_ = identify(fd, device_, inode_); }

    [[nodiscard]] bool matches(int fd) const
    {
        dev_t device = 0;
        ino_t inode = 0;
        return known_ && identify(fd, device, inode) && device == device_ && inode == inode_;
    }

private:
    static bool identify(int fd, dev_t& device, ino_t& inode)
    {
        struct stat status {};
        if (fstat(fd, &status) != 0)
            return false;
        device = status.st_dev;
        inode = status.st_ino;
        return true;
    }

    bool known_ = false;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

// Gives up what the descriptor stands for and keeps its number. Threads that use the number from now on see a hang-up.
inline void replace_with_unconnected(int fd)
{
    const int unconnected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (unconnected < 0)
        return; // it is closed when the last user is done
    dup3(unconnected, fd, O_CLOEXEC);
    close(unconnected);
}

// What the parts of a connection need of a transport. Results are 0 or more, or a negative errno: -ENOTCONN if the
// daemon is gone, -EPROTO if it broke the protocol.
template <class T>
concept MessageTransport = requires(T& transport, const T& same, const Message& message, View& view, Event& event,
                                    Buffer& buffer, const std::atomic<bool>* give_up, pollfd (&set)[kMaxPollFds],
                                    std::byte* data, std::size_t size, int number)
{
    // For the program to poll.
    {
        same.descriptor()
        } -> std::same_as<int>;
    // What to wait on for an event or the daemon's death: how many entries were filled in, 0 if the program has closed
    // the descriptor.
    {
        transport.poll_set(set)
        } -> std::same_as<unsigned>;

    // Requests. A send is refused with -EAGAIN by flow control or for want of room. While it waits for room for its
    // notification byte it looks at `give_up`.
    {
        transport.send(message, kOrdinary, give_up)
        } -> std::same_as<int>;
    // Where a hang-up shows, without which a wait for a reply would go on.
    {
        same.hangup_descriptor()
        } -> std::same_as<int>;
    // 1 with a view that lasts until drop_reply(), 0 if none came within `number` milliseconds.
    {
        transport.reply(view, number)
        } -> std::same_as<int>;
    {transport.drop_reply()};
    // To be asked after each slice without a reply. 0, or -EPROTO if one is there that can never be taken.
    {
        transport.check_reply_ring()
        } -> std::same_as<int>;

    // Events: one after the other, peek_event() until reclaim_event().
    // Whether the bytes that announce events lie on the descriptor until read_bytes(); otherwise they are taken with
    // the event.
    {
        T::kBytesStayUnread
        } -> std::convertible_to<bool>;
    // 1 with the oldest event, where it lies; 0 if there is none.
    {
        transport.peek_event(event)
        } -> std::same_as<int>;
    // About how many events wait behind it.
    {
        transport.queued()
        } -> std::same_as<int>;
    // How many bytes are on the socket; and takes up to `number` of them: so many, -EPIPE at the end of file. Both
    // -ENOTCONN if the program has closed the descriptor.
    {
        transport.unread_bytes()
        } -> std::same_as<int>;
    {
        transport.read_bytes(number)
        } -> std::same_as<int>;
    // Memory for the event in `buffer`, which move_event() then fills.
    {
        transport.reserve_buffer(buffer, size)
        } -> std::same_as<bool>;
    {transport.move_event(buffer)};
    {transport.reclaim_event()};

    // Loans: lend_event() gives the event an address where it may stay after call_in_event(), which frees its place
    // for reclaim_event(). end_called_in() says that the memory is no longer used.
    {
        transport.lend_event(data, size)
        } -> std::same_as<std::byte*>;
    {
        transport.call_in_event()
        } -> std::same_as<bool>;
    {transport.end_called_in()};

    // The hang-up: as it was noted last; as the kernel says now, with POLLIN if there is something to read.
    {
        same.known_disconnected()
        } -> std::same_as<bool>;
    {transport.mark_disconnected()};
    {
        transport.disconnected()
        } -> std::same_as<bool>;
    {
        transport.poll_now()
        } -> std::same_as<int>;
    // Nothing that comes from it can be believed any more: -EPROTO, for good.
    {
        transport.fail()
        } -> std::same_as<int>;

    // Makes every poll on the descriptor return.
    {transport.wake()};
    // In a forked child: gives up the descriptor; and, instead of close(), what may be freed there.
    {transport.disconnect_in_child()};
    {transport.release_in_child()};
    {transport.close()};
};

} // namespace corosync
