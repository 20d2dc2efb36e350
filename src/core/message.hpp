// SPDX-License-Identifier: BSD-3-Clause
// The headers of all messages, and the bounds-checked view of received bytes.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace corosync {

// The header of each request.
//
//   0         8         16
//   +---------+---------+
//   | id      | size    |       each field padded to 8
//   +---------+---------+
struct RequestHeader {
    alignas(8) std::int32_t id;
    alignas(8) std::int32_t size; // of the whole message
};
static_assert(offsetof(RequestHeader, size) == 8);
static_assert(sizeof(RequestHeader) == 16);

// The header of each reply and event. An error reply may consist of the header only, and then its id may be 0.
//
//   0         8         16        24
//   +---------+---------+---------+
//   | id      | size    | error   |
//   +---------+---------+---------+
struct ReplyHeader {
    alignas(8) std::int32_t id;
    alignas(8) std::int32_t size;
    alignas(8) std::int32_t error; // a cs_error_t, not an errno
};
static_assert(offsetof(ReplyHeader, size) == 8);
static_assert(offsetof(ReplyHeader, error) == 16);
static_assert(sizeof(ReplyHeader) == 24);

inline constexpr std::int32_t kWireOk = 1; // the value of `error` on success (CS_OK)

// A message to send. It starts as zeros, padding included, so that it never carries other bytes of the program's
// memory.
template <class Message> class Outgoing {
    static_assert(std::is_trivially_copyable_v<Message>);

public:
    explicit Outgoing(std::int32_t id, std::size_t tail = 0)
    {
        std::memset(static_cast<void*>(&message_), 0, sizeof message_);
        message_.header.id = id;
        message_.header.size = static_cast<std::int32_t>(sizeof message_ + tail);
    }
    Message* operator->() { return &message_; }
    iovec part() { return {&message_, sizeof message_}; }

private:
    Message message_;
};

// Received bytes. The daemon may share the memory and change it at any time. So copy a field first, then check and use
// the copy.
class View {
public:
    View() = default;
    View(const std::byte* data, std::size_t size) : data_(data), size_(size) {}

    [[nodiscard]] std::size_t size() const { return size_; }

    // Copies a T at `offset`. False if the message is too short for it.
    template <class T> [[nodiscard]] bool read(T& out, std::size_t offset = 0) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
        const std::byte* from = bytes(offset, sizeof(T));
        if (from == nullptr)
            return false;
        std::memcpy(&out, from, sizeof(T));
        return true;
    }

    // The address of `length` bytes at `offset`, or nullptr if the message does not contain all of them. Both numbers
    // may come from the message itself.
    [[nodiscard]] const std::byte* bytes(std::uint64_t offset, std::uint64_t length) const
    {
        return offset <= size_ && length <= size_ - offset ? data_ + offset : nullptr;
    }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

// True if the message starts with a header whose size field is not larger than what was received.
inline bool read_header(const View& message, ReplyHeader& header)
{
    return message.read(header) && header.size >= static_cast<std::int32_t>(sizeof header) &&
           static_cast<std::size_t>(header.size) <= message.size();
}

// True if the message has a whole header with this id. For each event: it copies the id only, where read_header()
// copies the header.
inline bool has_id(const View& message, std::int32_t id)
{
    std::int32_t found = 0;
    return message.read(found, offsetof(ReplyHeader, id)) && found == id && message.size() >= sizeof(ReplyHeader);
}

} // namespace corosync
