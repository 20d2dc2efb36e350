/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * client: uses each service once, and prints "works", or which call failed and why.
 * client join: prints whether it can join a group, and stays in it until the end of standard input.
 */
#include "services.h"

#include <stdio.h>

int main(int count, char* argument[])
{
    const bool joins = count > 1;
    uint64_t handle = 0;

    (void)argument;
    if (joins) {
        need(cpg, "initialize", cpg->initialize(&handle));
        need(cpg, "join", join_group(handle));
    }
    for (int i = 0; !joins && i < SERVICES; i++) {
        need(&services[i], "initialize", services[i].initialize(&handle));
        need(&services[i], "request", services[i].ask(handle));
        event(&services[i], handle, 8000);
        need(&services[i], "finalize", services[i].finalize(handle));
    }
    puts("works");
    fflush(stdout);
    while (joins && getchar() != EOF) {
    }
    return 0;
}
