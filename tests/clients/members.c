/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * members GROUP...: joins the groups, prints a line when it is a member of all of them, and stays until the end of its
 * standard input.
 */
#include <corosync/cpg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int member_of;

static void on_change(cpg_handle_t handle, const struct cpg_name* group, const struct cpg_address* members,
                      size_t member_count, const struct cpg_address* left, size_t left_count,
                      const struct cpg_address* joined, size_t joined_count)
{
    (void)handle;
    (void)group;
    (void)members;
    (void)member_count;
    (void)left;
    (void)left_count;
    (void)joined;
    (void)joined_count;
    member_of++;
}

static int enter(const char* name)
{
    cpg_callbacks_t callbacks = {NULL, on_change};
    struct cpg_name group = {0, ""};
    cpg_handle_t handle = 0;

    group.length = (uint32_t)strlen(name);
    if (group.length > CPG_MAX_NAME_LENGTH) {
        return 0;
    }
    memcpy(group.value, name, group.length);
    return cpg_initialize(&handle, &callbacks) == CS_OK && cpg_join(handle, &group) == CS_OK &&
           cpg_dispatch(handle, CS_DISPATCH_ONE) == CS_OK;
}

int main(int argc, char** argv)
{
    char ignored;
    int i;

    for (i = 1; i < argc; i++) {
        if (!enter(argv[i]) || member_of != i) {
            fprintf(stderr, "cannot join %s\n", argv[i]);
            return 1;
        }
    }
    puts("in");
    fflush(stdout);
    while (read(STDIN_FILENO, &ignored, 1) > 0) {
    }
    return 0;
}
