// SPDX-License-Identifier: BSD-3-Clause
// A process that has no memory left.
#pragma once

#include "support/environment.hpp"
#include "support/sanitizers.hpp"

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace test {

// Until the end of the scope only a little memory is left, in pieces of less than 256 KiB.
class NoMemory {
public:
    NoMemory()
    {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        getrlimit(RLIMIT_AS, &before_);
        taken_.reserve(1024);
        const rlimit now{pages * static_cast<std::size_t>(getpagesize()) + kPiece, before_.rlim_max};
        if (setrlimit(RLIMIT_AS, &now) != 0)
            throw std::runtime_error("the memory cannot be limited");
        while (void* piece = std::malloc(kPiece)) // takes memory that was freed and is kept for reuse
            taken_.push_back(piece);
    }
    ~NoMemory()
    {
        setrlimit(RLIMIT_AS, &before_);
        for (void* piece : taken_)
            std::free(piece);
    }
    NoMemory(const NoMemory&) = delete;
    NoMemory& operator=(const NoMemory&) = delete;

private:
    static constexpr std::size_t kPiece = 256 * 1024;

    rlimit before_{};
    std::vector<void*> taken_;
};

// Returns what the call returns without memory.
template <class Call> auto without_memory(Call call)
{
    const NoMemory none;
    return call();
}

// Tests with libqb's client: it receives replies and events in the process's memory, and allocates it when they come.
template <class Fixture> class MemoryTest : public Fixture {
protected:
    void SetUp() override
    {
        if (kSanitized)
            GTEST_SKIP() << "sanitizers need memory of their own";
    }

    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "libqb"};
};

} // namespace test
