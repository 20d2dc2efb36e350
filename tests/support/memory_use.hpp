// SPDX-License-Identifier: BSD-3-Clause
// How much memory this process uses.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

#include <malloc.h>

namespace test {

// The bytes that malloc has allocated and that are not freed.
inline std::size_t allocated()
{
    const auto info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

// This kind of memory in smaps_rollup, in bytes.
inline std::size_t memory_that_is(const std::string& kind)
{
    std::ifstream file("/proc/self/smaps_rollup");
    std::string word;
    std::size_t kilobytes = 0;
    while (file >> word)
        if (word == kind)
            file >> kilobytes;
    return kilobytes << 10;
}

// The memory that belongs to this process alone.
inline std::size_t private_memory()
{
    return memory_that_is("Anonymous:");
}

inline std::size_t resident_memory()
{
    return memory_that_is("Rss:");
}

} // namespace test
