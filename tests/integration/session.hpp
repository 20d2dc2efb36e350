// SPDX-License-Identifier: BSD-3-Clause
// For the plain programs that live a whole life with a library, to be run under a memory checker. The status says
// whether all went well.
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

// Does it until the daemon no longer says to try again.
template <class Call> void demand(const char* what, Call call)
{
    constexpr int kTries = 10'000; // a millisecond each
    cs_error_t error = CS_OK;
    for (int tries = 0; (error = call()) == CS_ERR_TRY_AGAIN && tries < kTries; ++tries)
        ::usleep(1000);
    if (error != CS_OK)
        fail(what, error);
}
