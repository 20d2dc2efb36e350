// SPDX-License-Identifier: BSD-3-Clause
// Stands between the program, with all its libraries, and malloc.
//
// The program's own allocations, those of C++, do not count.
#pragma once

namespace test {

// Allocations, in this thread, less those that were freed.
long live_allocations();

// From now on, in this thread, the allocation with this number, from 0 on, finds no memory, alone or with all that
// follow; until the end of the scope.
class FailingAllocation {
public:
    enum Extent { alone, onwards };

    explicit FailingAllocation(int number, Extent extent = alone);
    ~FailingAllocation();
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;

    // It came to that.
    bool happened() const;
};

} // namespace test
