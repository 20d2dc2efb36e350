// SPDX-License-Identifier: BSD-3-Clause
// One event of cpg, with callbacks and without.
#include "cpg/session.hpp"
#include "cpg_callbacks.hpp"
#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    corosync::cpg::Session with;
    corosync::cpg::Session without;
    with.set_callbacks(fuzz::kCallbacks);
    with.deliver(1, fuzz::event("cpg", data, size).data(), size);
    without.deliver(1, fuzz::event("cpg", data, size).data(), size);
    return 0;
}
