// SPDX-License-Identifier: BSD-3-Clause
// Replaces the calls that fail if something is missing (descriptors, memory mappings, room, buffers) for the program
// and all its libraries. (For allocations see allocations.hpp.)
#pragma once

namespace test {

// From now on, in this thread, the call with this number (counted from 0) fails, with the error that it has when
// something is missing. Ends with the scope.
class FailingCall {
public:
    explicit FailingCall(int number);
    ~FailingCall();
    FailingCall(const FailingCall&) = delete;
    FailingCall& operator=(const FailingCall&) = delete;

    bool happened() const;    // whether the call was reached
    const char* name() const; // of the call that failed
};

// Counts a call, and sets errno if this is the one that fails.
bool call_fails(const char* name, int error);

} // namespace test
