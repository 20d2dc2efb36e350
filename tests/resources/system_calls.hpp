// SPDX-License-Identifier: BSD-3-Clause
// Replaces the system calls that a signal can interrupt, or that may send or receive only a part, for the program and
// all its libraries. Other calls never wait for anything that a signal would end: opening, mapping, sizing and removing
// files in memory, making and closing sockets, and asking for what is known. (For libcpg's pauses see
// cpg_token_test.cpp. For calls that fail because something is missing see failing_calls.hpp.)
#pragma once

#include <functional>

namespace test {

// From now on, in this thread, a signal interrupts the call with this number (counted from 0). Ends with the scope.
// Counts either all calls or only those that wait: the kernel interrupts no others.
class Interruption {
public:
    enum Calls { all, waits };

    Interruption(int number, Calls calls);
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    // Whether the call was reached.
    bool happened() const;
};

// Until the end of the scope each call in this thread sends or receives one byte at a time.
class ByteByByte {
public:
    ByteByByte();
    ~ByteByByte();
    ByteByByte(const ByteByByte&) = delete;
    ByteByByte& operator=(const ByteByByte&) = delete;
};

// Until the end of the scope all that this thread sends is sent late.
class LateSends {
public:
    LateSends();
    ~LateSends();
    LateSends(const LateSends&) = delete;
    LateSends& operator=(const LateSends&) = delete;
};

// From now on, in this thread, something happens just before the call with this number (counted from 0). Counts the
// calls above and those that libraries also make between two events (sem_trywait, ioctl, pthread_setcancelstate).
class BeforeCall {
public:
    BeforeCall(int number, std::function<void()> action);
    ~BeforeCall();
    BeforeCall(const BeforeCall&) = delete;
    BeforeCall& operator=(const BeforeCall&) = delete;

    // Whether the call was reached.
    bool happened() const;
};

} // namespace test
