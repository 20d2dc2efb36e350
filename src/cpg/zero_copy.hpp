// SPDX-License-Identifier: BSD-3-Clause
// Buffers of cpg_zcb_alloc(). They are ordinary memory; nothing is shared with the daemon. A process-wide table
// distinguishes them from other pointers.
#pragma once

#include <cstddef>

namespace corosync::cpg {

// Returns `size` zeroed bytes, or nullptr.
void* zero_copy_alloc(std::size_t size);

// Frees the buffer. False, without freeing anything, if zero_copy_alloc() did not return it.
bool zero_copy_free(void* buffer);

// The size of the buffer. SIZE_MAX for other pointers, so that any memory can be sent.
std::size_t zero_copy_size(const void* buffer);

} // namespace corosync::cpg
