// SPDX-License-Identifier: BSD-3-Clause
// For programs that use a library from initialize to finalize, and that are run under a memory checker. Their exit
// status tells whether all calls succeeded.
#pragma once

#include <corosync/corotypes.h>

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

[[noreturn]] inline void fail(const char* what, cs_error_t error = CS_ERR_LIBRARY)
{
    std::fprintf(stderr, "%s: %s\n", what, cs_strerror(error));
    std::exit(1);
}

// Repeats the call while it returns CS_ERR_TRY_AGAIN.
template <class Call> void demand(const char* what, Call call)
{
    constexpr int kTries = 10'000; // one per millisecond
    cs_error_t error = CS_OK;
    for (int tries = 0; (error = call()) == CS_ERR_TRY_AGAIN && tries < kTries; ++tries)
        ::usleep(1000);
    if (error != CS_OK)
        fail(what, error);
}
