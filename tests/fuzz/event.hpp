// One event at a time, in memory as the dispatch hands it over: writable, aligned, with the spare bytes behind it.
#pragma once

#include "core/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace fuzz {

// f(event) for the fuzzer's input; anything beyond it is caught.
template <class F> void with_event(const std::uint8_t* data, std::size_t size, F f)
{
    auto* event = static_cast<std::byte*>(malloc(size + corosync::Buffer::kSlack));
    std::memcpy(event, data, size);
    f(event);
    free(event);
}

// Looks at all that a callback was given.
inline unsigned touch(const void* data, std::size_t size)
{
    unsigned sum = 0;
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i)
        sum += bytes[i];
    return sum;
}
inline volatile unsigned sink;

} // namespace fuzz
