/* SPDX-License-Identifier: BSD-3-Clause */
/* The three services with the same interface, for the programs of this folder. */
#include <corosync/corotypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct service {
    const char* name;
    cs_error_t (*initialize)(uint64_t* handle);
    cs_error_t (*ask)(uint64_t handle);
    /* Makes the daemon send an event; with libcpg one of this size. */
    cs_error_t (*provoke)(uint64_t handle, size_t size);
    cs_error_t (*dispatch)(uint64_t handle, cs_dispatch_flags_t flags);
    cs_error_t (*finalize)(uint64_t handle);
};

enum { SERVICES = 3 };
extern const struct service services[SERVICES];
extern const struct service* const cpg;

cs_error_t join_group(uint64_t cpg_handle);

extern unsigned events;                   /* the number of callbacks so far */
extern void (*in_callback)(uint64_t cpg); /* if not NULL, called once, in the next callback for a message */

/* Unless the result is CS_OK, prints the service, the call, the result and its reason, and exits. */
void need(const struct service* service, const char* what, cs_error_t result);

/* Provokes an event of this size and dispatches it. */
void event(const struct service* service, uint64_t handle, size_t size);
