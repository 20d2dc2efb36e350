/* SPDX-License-Identifier: BSD-3-Clause */
/* The formats need only the header that defines them, and the clock function exists in every language mode. */
#include <corosync/corotypes.h>

#include <stdio.h>

void print_it(uint32_t node, uint64_t sequence);

void print_it(uint32_t node, uint64_t sequence)
{
    printf(CS_PRI_NODE_ID " " CS_PRI_NODE_ID_PADDED " " CS_PRI_RING_ID_SEQ "\n", node, node, sequence);
    printf(CS_PRI_RING_ID " at %" PRIu64 "\n", node, sequence, cs_timestamp_get());
}
