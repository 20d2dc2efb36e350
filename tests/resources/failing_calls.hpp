// SPDX-License-Identifier: BSD-3-Clause
// Stands between the program, with all its libraries, and the calls that fail for want of something: descriptors,
// memory mappings, room, buffers. (For what they allocate see allocations.hpp.)
#pragma once

namespace test {

// From now on, in this thread, the call with this number, from 0 on, fails as it does for want of what it needs; until
// the end of the scope.
class FailingCall {
public:
    explicit FailingCall(int number);
    ~FailingCall();
    FailingCall(const FailingCall&) = delete;
    FailingCall& operator=(const FailingCall&) = delete;

    bool happened() const;    // it came to that
    const char* name() const; // of what failed
};

// Counts a call, and sets errno if it is the one that fails.
bool call_fails(const char* name, int error);

} // namespace test
