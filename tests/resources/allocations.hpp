// SPDX-License-Identifier: BSD-3-Clause
// Replaces malloc for the program and all its libraries.
//
// The program's own allocations, those of C++, do not count.
#pragma once

namespace test {

// The allocations of this thread that have not been freed.
long live_allocations();

// From now on, in this thread, the allocation with this number (counted from 0) fails, alone or with all that follow.
// Ends with the scope.
class FailingAllocation {
public:
    enum Extent { alone, onwards };

    explicit FailingAllocation(int number, Extent extent = alone);
    ~FailingAllocation();
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;

    // Whether the allocation was reached.
    bool happened() const;
};

} // namespace test
