// SPDX-License-Identifier: BSD-3-Clause
// What the transports have in common. A transport moves messages. It knows nothing of services, handles and threads.
// The connection makes sure that only one thread uses each ring at a time.
#pragma once

#include "core/buffer.hpp"
#include "core/file_identity.hpp"
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

// A request: a fixed part, then `length` bytes gathered from `body`, from offset `skip` on.
struct Message {
    iovec head;
    std::span<const iovec> body = {};
    std::size_t skip = 0;
    std::size_t length = 0;

    [[nodiscard]] std::size_t size() const { return head.iov_len + length; }
    [[nodiscard]] std::int32_t id() const { return *static_cast<const std::int32_t*>(head.iov_base); }

    // Calls piece(data, size) for the fixed part, then for each piece of the body, in order.
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

    // Copies the whole message to contiguous memory.
    void copy_to(std::byte* to) const
    {
        for_each([&](const std::byte* from, std::size_t some) {
            std::memcpy(to, from, some);
            to += some;
        });
    }
};

// Flow-control thresholds. A send fails with -EAGAIN while the daemon's flow-control level is above 0 and at most the
// threshold.
inline constexpr unsigned kOrdinary = 1;  // fails only while the service does not accept requests
inline constexpr unsigned kMulticast = 2; // fails also while the cluster cannot take more messages

inline constexpr unsigned kMaxPollFds = 3; // a dispatch polls two descriptors of a transport and one of a forked child

struct Event {
    std::byte* data = nullptr;
    std::size_t size = 0;
    bool daemon_sleeps = false; // probably, although the ring has room again; with or without an event
};

inline constexpr int kSliceMs = 100; // after each slice a wait checks whether the daemon is still alive

inline bool hung_up(short revents)
{
    return (revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

// Replaces the open file of a descriptor with an unconnected socket. The number stays in use, and threads that use it
// from now on see a hang-up.
inline void replace_with_unconnected(int fd)
{
    const int unconnected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (unconnected < 0)
        return; // then the last user closes the descriptor
    dup3(unconnected, fd, O_CLOEXEC);
    close(unconnected);
}

// What a connection needs from a transport. Results are 0 or more, or a negative errno: -ENOTCONN if the daemon is
// gone, -EPROTO if the daemon broke the protocol.
template <class T>
concept MessageTransport = requires(T& transport, const T& same, const Message& message, View& view, Event& event,
                                    Buffer& buffer, const std::atomic<bool>* give_up, pollfd (&set)[kMaxPollFds],
                                    std::byte* data, std::size_t size, int number, const char* what)
{
    // The descriptor that the program polls.
    {
        same.descriptor()
        } -> std::same_as<int>;
    // Fills in the descriptors to poll for an event or the daemon's death. Returns their number, or 0 if the program
    // has closed the descriptor.
    {
        transport.poll_set(set)
        } -> std::same_as<unsigned>;

    // Requests. send() returns -EAGAIN if flow control forbids the request or the ring is full, and -ENOBUFS if the
    // kernel has no memory for it now. While it waits for room for the notification byte, it checks `give_up`.
    {
        transport.send(message, kOrdinary, give_up)
        } -> std::same_as<int>;
    // The descriptor on which a wait for a reply sees the daemon's hang-up.
    {
        same.hangup_descriptor()
        } -> std::same_as<int>;
    // 1 with a view that is valid until drop_reply(); 0 if no reply came within `number` milliseconds.
    {
        transport.reply(view, number)
        } -> std::same_as<int>;
    {transport.drop_reply()};
    // Called after each slice without a reply. 0, or -EPROTO if the ring holds a reply that can never be read.
    {
        transport.check_reply_ring()
        } -> std::same_as<int>;

    // Events, one at a time: from peek_event() to reclaim_event(). If kBytesStayUnread, notification bytes stay on the
    // descriptor until read_bytes(). Otherwise peek_event() consumes the byte with the event.
    {
        T::kBytesStayUnread
        } -> std::convertible_to<bool>;
    // 1 with the oldest event, in place; 0 if there is no event.
    {
        transport.peek_event(event)
        } -> std::same_as<int>;
    // About how many more events the ring holds behind the peeked one.
    {
        transport.queued()
        } -> std::same_as<int>;
    // unread_bytes() counts the bytes on the socket. read_bytes() reads up to `number` of them and returns how many it
    // read, or -EPIPE at end of file. Both return -ENOTCONN if the program has closed the descriptor.
    {
        transport.unread_bytes()
        } -> std::same_as<int>;
    {
        transport.read_bytes(number)
        } -> std::same_as<int>;
    // Gets memory for the event into `buffer`. move_event() then fills the buffer.
    {
        transport.reserve_buffer(buffer, size)
        } -> std::same_as<bool>;
    {transport.move_event(buffer)};
    {transport.reclaim_event()};
    // True once after the event ring was full of large events and is at most half full again. The daemon then sleeps up
    // to 50 ms before it looks for room, if nothing wakes it.
    {
        transport.daemon_sleeps()
        } -> std::same_as<bool>;
    // True if the next send() does not have to wait for room for its notification byte.
    {
        transport.can_send_now()
        } -> std::same_as<bool>;

    // Loans (see src/README.md). lend_event() returns the address at which a callback reads the event, or nullptr.
    // After call_in_event() that address stays valid and reclaim_event() may free the ring. end_called_in() frees the
    // memory of a called-in loan.
    {
        transport.lend_event(data, size)
        } -> std::same_as<std::byte*>;
    {
        transport.call_in_event()
        } -> std::same_as<bool>;
    {transport.end_called_in()};

    // The daemon's hang-up. known_disconnected() reads the mark that mark_disconnected() sets. disconnected() and
    // poll_now() ask the kernel; poll_now() returns POLLHUP, or POLLIN if there are bytes to read, or 0.
    {
        same.known_disconnected()
        } -> std::same_as<bool>;
    {transport.mark_disconnected()};
    // How many events were in the ring when the hang-up was noticed.
    {
        same.late_events()
        } -> std::same_as<int>;
    {
        transport.disconnected()
        } -> std::same_as<bool>;
    {
        transport.poll_now()
        } -> std::same_as<int>;
    // Marks the connection as broken for good: the daemon broke the protocol. Returns -EPROTO. `what` is damaged.
    {
        transport.fail(what)
        } -> std::same_as<int>;

    // Wakes every thread that polls the descriptor.
    {transport.wake()};
    // For a forked child: disconnect_in_child() replaces the descriptors with unconnected ones. release_in_child(),
    // instead of close(), closes only what the parent does not share.
    {transport.disconnect_in_child()};
    {transport.release_in_child()};
    {transport.close()};
};

} // namespace corosync
