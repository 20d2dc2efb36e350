// SPDX-License-Identifier: BSD-3-Clause
// What calls write for the program. Each input runs twice, with different bytes in all variables for results, and the
// program must see the same both times.
#pragma once

#include "input.hpp"

#include <corosync/corotypes.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace fuzz {

class Outputs {
public:
    explicit Outputs(int old_bytes) : old_bytes_(old_bytes) {}

    // A variable for a result.
    template <class T> T blank() const
    {
        T value;
        std::memset(&value, old_bytes_, sizeof value);
        return value;
    }
    void blank(void* place, std::size_t size) const { std::memset(place, old_bytes_, size); }

    // Notes what the program sees.
    void see(const void* data, std::size_t size)
    {
        for (const unsigned char byte : std::span(static_cast<const unsigned char*>(data), size))
            digest_ = digest_ * 1099511628211U + byte;
    }

    // Notes a call's result and, if that is CS_OK, what the call has written.
    template <class... T> void result(cs_error_t error, const T&... written)
    {
        see(&error, sizeof error);
        if (error != CS_OK)
            return;
        ++reached;
        (see(&written, sizeof written), ...);
    }

    [[nodiscard]] std::uint64_t digest() const { return digest_; }

private:
    int old_bytes_;
    std::uint64_t digest_ = 0;
};

// Calls run(input, outputs) twice.
template <class Run> void run_twice(const std::uint8_t* data, std::size_t size, Run run)
{
    std::uint64_t digests[2];
    const int old_bytes[2] = {0x00, 0xff};
    for (int round = 0; round < 2; ++round) {
        Input input(data, size);
        Outputs outputs(old_bytes[round]);
        run(input, outputs);
        digests[round] = outputs.digest();
    }
    if (digests[0] != digests[1])
        abort(); // the program saw bytes that nobody has written
}

} // namespace fuzz
