// SPDX-License-Identifier: BSD-3-Clause
// Stands between the program, with all its libraries, and the system calls that a signal interrupts or that may do a
// part of their work only. No others are made that could be: opening, mapping, sizing and removing files in memory,
// making and closing sockets, and asking for what is known never wait for anything that a signal would end. (For
// libcpg's pauses see cpg_token_test.cpp. For calls that fail for want of something see failing_calls.hpp.)
#pragma once

#include <functional>

namespace test {

// From now on, in this thread, the call with this number, from 0 on, is interrupted by a signal; until the end of the
// scope. Counted are either all calls or those that take their time, which are the only ones that a kernel interrupts.
class Interruption {
public:
    enum Calls { all, waits };

    Interruption(int number, Calls calls);
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    // It came to that.
    bool happened() const;
};

// Until the end of the scope nothing in this thread sends or receives more than a byte at a time.
class ByteByByte {
public:
    ByteByByte();
    ~ByteByByte();
    ByteByByte(const ByteByByte&) = delete;
    ByteByByte& operator=(const ByteByByte&) = delete;
};

// Until the end of the scope whatever this thread sends is late.
class LateSends {
public:
    LateSends();
    ~LateSends();
    LateSends(const LateSends&) = delete;
    LateSends& operator=(const LateSends&) = delete;
};

// From now on, in this thread, something happens just before the call with this number, from 0 on: of those above and
// of what else libraries ask for on their way from one event to the next (sem_trywait, ioctl, pthread_setcancelstate).
class BeforeCall {
public:
    BeforeCall(int number, std::function<void()> action);
    ~BeforeCall();
    BeforeCall(const BeforeCall&) = delete;
    BeforeCall& operator=(const BeforeCall&) = delete;

    // It came to that.
    bool happened() const;
};

} // namespace test
