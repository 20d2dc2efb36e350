// SPDX-License-Identifier: BSD-3-Clause
// Buffers of cpg_zcb_alloc(). Nothing about them is shared with the daemon any more: they are ordinary memory, which
// this process-wide table tells from pointers that never came from here.
#pragma once

#include <cstddef>

namespace corosync::cpg {

// `size` zeroed bytes, or nullptr.
void* zero_copy_alloc(std::size_t size);

// False, and nothing freed, if the buffer is not one of ours.
bool zero_copy_free(void* buffer);

// How many bytes the buffer has; SIZE_MAX if it is not one of ours, so that any memory can be sent.
std::size_t zero_copy_size(const void* buffer);

} // namespace corosync::cpg
