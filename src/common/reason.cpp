// SPDX-License-Identifier: BSD-3-Clause
#include "common/reason_place.hpp"

#include <corosync/client.h>

namespace {

// With these attributes as in core/reason.cpp.
__attribute__((tls_model("initial-exec"), used)) constinit thread_local cs_client_reason_memory memory{};

} // namespace

extern "C" cs_client_reason_memory* cs_client_reason_place()
{
    return &memory;
}

extern "C" const char* cs_client_reason()
{
    return memory.words;
}
