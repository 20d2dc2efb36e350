/* SPDX-License-Identifier: BSD-3-Clause */
/* Uses each service once, and says "works", or which call failed and why. */
#include "services.h"

#include <stdio.h>

int main(void)
{
    for (int i = 0; i < SERVICES; i++) {
        const struct service* const service = &services[i];
        uint64_t handle = 0;

        need(service, "initialize", service->initialize(&handle));
        need(service, "request", service->ask(handle));
        event(service, handle, 8000);
        need(service, "finalize", service->finalize(handle));
    }
    puts("works");
    return 0;
}
