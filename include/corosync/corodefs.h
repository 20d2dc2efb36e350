/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CORODEFS_H_DEFINED
#define CORODEFS_H_DEFINED

/* Constants that programs share with the daemon of the Corosync cluster engine. */

#include <netinet/in.h>

/* The services of the daemon. The number appears, for example, in the keys stats.ipcs.service<number>.* of cmap. */
enum corosync_service_types {
    CMAP_SERVICE = 0,
    CFG_SERVICE = 1,
    CPG_SERVICE = 2,
    QUORUM_SERVICE = 3,
    PLOAD_SERVICE = 4,
    VOTEQUORUM_SERVICE = 5,
    MON_SERVICE = 6,
    WD_SERVICE = 7
};

/* The largest number of nodes in a cluster. A daemon that is built for small memory has a smaller number. */
#ifdef HAVE_SMALL_MEMORY_FOOTPRINT
#define PROCESSOR_COUNT_MAX 16
#else
#define PROCESSOR_COUNT_MAX 384
#endif

/* The number of bytes for the address of a node, of either address family. */
#define TOTEMIP_ADDRLEN (sizeof(struct in6_addr))

#endif
