// SPDX-License-Identifier: BSD-3-Clause
// Messages as byte strings.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

namespace test {

using Bytes = std::string;

template <class T> Bytes as_bytes(const T& value)
{
    static_assert(std::is_trivially_copyable_v<T>);
    Bytes bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

// The value at `offset`; throws std::out_of_range beyond the end.
template <class T> T value_at(const Bytes& bytes, std::size_t offset)
{
    const Bytes part = bytes.substr(offset, sizeof(T));
    T value{};
    std::memcpy(&value, part.data(), part.size());
    return value;
}

// Header of a reply or an event: id, size and error, each padded to 8.
inline Bytes header(std::int32_t id, std::size_t size, std::int32_t error = 1)
{
    const std::int32_t fields[6] = {id, 0, static_cast<std::int32_t>(size), 0, error, 0};
    return as_bytes(fields);
}

// A whole reply or event with the correct size.
inline Bytes message(std::int32_t id, const Bytes& body, std::int32_t error = 1)
{
    return header(id, 24 + body.size(), error) + body;
}

inline Bytes error_reply(std::int32_t id, std::int32_t error)
{
    return message(id, {}, error);
}

} // namespace test
