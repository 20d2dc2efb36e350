// SPDX-License-Identifier: BSD-3-Clause
// Memory for one event. It is reused for the next events.
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

    // Extra bytes behind the requested size, so that a decoder can move a field up to its alignment.
    static constexpr std::size_t kSlack = 8;

    // Makes room for `size` bytes, 16-aligned. Old contents are lost. False if there is no memory.
    bool reserve(std::size_t size)
    {
        if (size <= capacity_)
            return true;
        reset();
        if (size > SIZE_MAX - kStep - kSlack) // the sums below would overflow
            return false;
        const std::size_t rounded = (size + kStep - 1) / kStep * kStep;
        data_ = static_cast<std::byte*>(malloc(rounded + kSlack));
        capacity_ = data_ != nullptr ? rounded : 0;
        return data_ != nullptr;
    }

    // Takes ownership of malloc'ed memory of `size` + kSlack bytes.
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

    // Returns the memory of capacity() + kSlack bytes. The caller must free() it.
    std::byte* release()
    {
        capacity_ = 0;
        return std::exchange(data_, nullptr);
    }

    // Called when idle: keeps memory for an event, frees memory that only a long message needs.
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
    static constexpr std::size_t kKeep =
        std::size_t{1024 + 64} * 1024; // the largest event that fits into a ring, rounded up

    std::byte* data_ = nullptr;
    std::size_t capacity_ = 0;
};

} // namespace corosync
