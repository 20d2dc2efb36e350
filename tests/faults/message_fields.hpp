// SPDX-License-Identifier: BSD-3-Clause
// Messages with one field changed at a time.
#pragma once

#include "support/bytes.hpp"
#include "support/client.hpp"
#include "support/sanitizers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace test {

// Offsets in the header of a reply or an event.
inline constexpr std::size_t kIdField = 0;
inline constexpr std::size_t kSizeField = 8;
inline constexpr std::size_t kErrorField = 16;
inline constexpr std::size_t kHeaderSize = 24;

template <class T> Bytes with(Bytes message, std::size_t offset, T value)
{
    return message.replace(offset, sizeof value, as_bytes(value));
}

inline Bytes with_size(const Bytes& message, std::size_t size)
{
    return with(message, kSizeField, static_cast<std::int32_t>(size));
}

// The first `length` bytes of a message. Its size field, if that is among them, says so.
inline Bytes cut(const Bytes& message, std::size_t length)
{
    const Bytes rest = message.substr(0, length);
    return length < kHeaderSize ? rest : with_size(rest, length);
}

// libqb's client asks the kernel for as many bytes as the size field in a datagram says. The kernel gives it no more
// than the datagram has, but sanitizers complain that the buffer is smaller than that.
inline bool may_lie_about_size()
{
    return !kSanitized || transport() != Transport::socket;
}

// Numbers that can break sums, products and comparisons of counts and lengths.
inline constexpr std::uint32_t kExtremes[] = {0, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};

// Calls bent() with copies of the message in which one field is extreme: each word, and each pair of words that may be
// a field of 64 bits. In very long messages only the first fields are changed.
template <class Bent> void for_each_field(const Bytes& message, Bent bent)
{
    constexpr std::size_t kEnough = 336;
    for (std::size_t offset = 0; offset + sizeof(std::uint32_t) <= std::min(message.size(), kEnough); offset += 4) {
        if (offset == kSizeField && !may_lie_about_size())
            continue;
        for (const std::uint32_t extreme : kExtremes) {
            bent(with(message, offset, extreme));
            if (offset % 8 == 0 && offset >= kHeaderSize && offset + 8 <= message.size())
                bent(with(message, offset, std::uint64_t{extreme} << 32 | extreme));
        }
    }
}

} // namespace test
