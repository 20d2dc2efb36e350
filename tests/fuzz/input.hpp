// SPDX-License-Identifier: BSD-3-Clause
// Shared by the targets: reads the fuzzer's bytes piece by piece, and makes messages from them.
#pragma once

#include "byte_order.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

namespace fuzz {

using Bytes = std::span<const std::uint8_t>;

// At the end of the input every number is 0 and every piece is empty.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

    [[nodiscard]] bool empty() const { return left_.empty(); }

    Bytes take(std::size_t most)
    {
        const Bytes taken = left_.first(most < left_.size() ? most : left_.size());
        left_ = left_.subspan(taken.size());
        return taken;
    }

    template <class T> T number()
    {
        T value = 0;
        const Bytes bytes = take(sizeof value);
        if (!bytes.empty())
            std::memcpy(&value, bytes.data(), bytes.size());
        to_host_order(reinterpret_cast<std::byte*>(&value), sizeof value);
        return value;
    }

    unsigned byte() { return number<std::uint8_t>(); }

    // A piece with its length in front.
    Bytes piece() { return take(number<std::uint16_t>()); }

private:
    Bytes left_;
};

// A copy in memory of exactly that size, so that a read beyond its end is caught.
class Message {
public:
    Message() = default;
    // A reply or an event of this service, if there is one.
    explicit Message(Bytes bytes, std::string_view service = "", std::size_t spare = 0)
        : size_(bytes.size()), data_(static_cast<std::byte*>(malloc(size_ + spare)))
    {
        if (size_ != 0)
            std::memcpy(data_, bytes.data(), size_);
        if (!service.empty())
            to_host_order({data_, size_}, service);
    }
    ~Message() { free(data_); }
    Message(const Message&) = delete;
    Message& operator=(Message&& other) noexcept
    {
        free(data_);
        size_ = other.size_;
        data_ = other.data_;
        other.data_ = nullptr;
        return *this;
    }

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::size_t size_ = 0;
    std::byte* data_ = nullptr;
};

// An event as dispatch gets it: writable and aligned; if needed, with spare bytes after it.
inline Message event(std::string_view service, const std::uint8_t* data, std::size_t size, std::size_t spare = 0)
{
    return Message(Bytes(data, size), service, spare);
}

// How often an input's bytes got as far as a callback or the result of a call.
inline unsigned reached;

// Reads all that a callback got.
inline volatile unsigned sink;
inline void look_at(const void* data, std::size_t size)
{
    ++reached;
    unsigned sum = 0;
    for (const unsigned char byte : std::span(static_cast<const unsigned char*>(data), size))
        sum += byte;
    sink = sum;
}

} // namespace fuzz
