// SPDX-License-Identifier: BSD-3-Clause
#include "failing_calls.hpp"

#include <cerrno>

namespace test {

namespace {

constexpr int kNoFailure = -1;
thread_local int until_failure = kNoFailure; // this many calls succeed before one fails
thread_local const char* failed = nullptr;

} // namespace

bool call_fails(const char* name, int error)
{
    if (until_failure == kNoFailure || until_failure-- > 0)
        return false;
    failed = name;
    errno = error;
    return true;
}

FailingCall::FailingCall(int number)
{
    failed = nullptr;
    until_failure = number;
}

FailingCall::~FailingCall()
{
    until_failure = kNoFailure;
}

bool FailingCall::happened() const
{
    return failed != nullptr;
}

const char* FailingCall::name() const
{
    return failed != nullptr ? failed : "";
}

} // namespace test
