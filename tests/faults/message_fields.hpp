// SPDX-License-Identifier: BSD-3-Clause
// Messages bent field by field.
#pragma once

#include "support/bytes.hpp"
#include "support/client.hpp"
#include "support/sanitizers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace test {

// Where the head of a reply or an event has them.
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

// What there is of a message that ends early, and knows it if it has a size at all.
inline Bytes cut(const Bytes& message, std::size_t length)
{
    const Bytes rest = message.substr(0, length);
    return length < kHeaderSize ? rest : with_size(rest, length);
}

// libqb's client asks the kernel for as much as a datagram says it is. It gets no more than there is, but sanitizers
// mind that there is no room for more.
inline bool may_lie_about_size()
{
    return !kSanitized || transport() != Transport::socket;
}

// Numbers on which sums, products and comparisons of counts and lengths break.
inline constexpr std::uint32_t kExtremes[] = {0, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};

// bent(message) with each extreme in each of its fields, one at a time, and in each pair of words that may be a field
// of 64 bits; of very long ones, in the first fields.
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
