/* SPDX-License-Identifier: BSD-3-Clause */
/* join GROUP: prints the result of cpg_join, and stays until the end of standard input. */
#include <corosync/cpg.h>
#include <stdio.h>
#include <string.h>

int main(int count, char* argument[])
{
    struct cpg_name group = {0};
    cpg_handle_t handle = 0;
    cs_error_t result = CS_OK;

    if (count != 2 || strlen(argument[1]) >= sizeof group.value)
        return 2;
    group.length = (uint32_t)strlen(argument[1]);
    memcpy(group.value, argument[1], group.length);
    result = cpg_initialize(&handle, NULL);
    if (result == CS_OK)
        result = cpg_join(handle, &group);
    printf("%s\n", cs_strerror(result));
    fflush(stdout);
    while (getchar() != EOF) {
    }
    return 0;
}
