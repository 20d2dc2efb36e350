// SPDX-License-Identifier: BSD-3-Clause
// Memory for one event, reused from event to event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace corosync {

class Buffer {
public:
    Buffer() = default;
    ~Buffer() { reset(); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    // Behind the room asked for, so that a decoder can move a field up to its alignment.
    static constexpr std::size_t kSlack = 8;

    // Room for `size` bytes, 16-aligned; what was there is gone. False if there is no memory.
    bool reserve(std::size_t size)
    {
        if (size <= capacity_)
            return true;
        reset();
        if (size > SIZE_MAX - kStep - kSlack) // or what follows would begin at nothing again
            return false;
        const std::size_t rounded = (size + kStep - 1) / kStep * kStep;
        data_ = static_cast<std::byte*>(malloc(rounded + kSlack));
        capacity_ = data_ != nullptr ? rounded : 0;
        return data_ != nullptr;
    }

    // Takes over memory from malloc, of `size` bytes and the slack.
    void adopt(std::byte* data, std::size_t size)
    {
        reset();
        data_ = data;
        capacity_ = size;
    }

    void swap(Buffer& other)
    {
        std::swap(data_, other.data_);
        std::swap(capacity_, other.capacity_);
    }

    // Gives its memory, of capacity() bytes and the slack, to who frees it.
    std::byte* release()
    {
        capacity_ = 0;
        return std::exchange(data_, nullptr);
    }

    // Called when idle: memory for an event stays for the next one, but not what a long message needs above that.
    void trim()
    {
        if (oversized())
            reset();
    }

    [[nodiscard]] bool oversized() const { return capacity_ > kKeep; }

    void reset()
    {
        free(data_);
        data_ = nullptr;
        capacity_ = 0;
    }

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

private:
    static constexpr std::size_t kStep = 1024;
    static constexpr std::size_t kKeep = std::size_t{1024 + 64} * 1024; // a ring, and what it is rounded up to

    std::byte* data_ = nullptr;
    std::size_t capacity_ = 0;
};

} // namespace corosync
