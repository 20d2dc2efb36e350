/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * group NAME: joins a group as NAME, prints who joins and leaves and all messages, and sends each line of standard
 * input as a message. At the end of the input it leaves.
 */
#include <corosync/cpg.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static const char* why(uint32_t reason)
{
    switch (reason) {
    case CPG_REASON_JOIN:
        return "joined";
    case CPG_REASON_LEAVE:
        return "left";
    case CPG_REASON_PROCDOWN:
        return "died";
    case CPG_REASON_NODEDOWN:
        return "went down with its node";
    default:
        return "came with its node";
    }
}

/* Runs inside cpg_dispatch(). All members get all messages in the same order, the sender included. */
static void on_message(cpg_handle_t handle, const struct cpg_name* group, uint32_t nodeid, uint32_t pid, void* message,
                       size_t length)
{
    (void)handle;
    (void)group;
    (void)nodeid;
    printf("callback: %.*s%s\n", (int)length, (const char*)message, pid == (uint32_t)getpid() ? " (our own)" : "");
}

static void on_change(cpg_handle_t handle, const struct cpg_name* group, const struct cpg_address* members,
                      size_t member_count, const struct cpg_address* left, size_t left_count,
                      const struct cpg_address* joined, size_t joined_count)
{
    size_t i = 0;

    (void)handle;
    (void)group;
    (void)members;
    for (i = 0; i < left_count; i++) {
        printf("callback: a process %s, members now: %zu\n", why(left[i].reason), member_count);
    }
    for (i = 0; i < joined_count; i++) {
        printf("callback: %s %s, members now: %zu\n", joined[i].pid == (uint32_t)getpid() ? "we have" : "a process has",
               why(joined[i].reason), member_count);
    }
}

static int say(cpg_handle_t handle, const char* name)
{
    char line[200];
    char message[256];
    struct iovec part = {message, 0};

    if (fgets(line, sizeof(line), stdin) == NULL) {
        return 0;
    }
    line[strcspn(line, "\n")] = '\0';
    part.iov_len = (size_t)snprintf(message, sizeof(message), "%s says: %s", name, line);
    /* CS_ERR_TRY_AGAIN is a usual result: the cluster accepts no more messages for the moment. */
    while (cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1) == CS_ERR_TRY_AGAIN) {
        usleep(1000);
    }
    return 1;
}

int main(int argc, char** argv)
{
    cpg_callbacks_t callbacks = {on_message, on_change};
    struct cpg_name group = {4, "demo"};
    cpg_handle_t handle = 0;
    struct pollfd ready[2] = {{STDIN_FILENO, POLLIN, 0}, {-1, POLLIN, 0}};
    cs_error_t error = CS_OK;

    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    error = cpg_initialize(&handle, &callbacks);
    if (error == CS_OK) {
        error = cpg_join(handle, &group);
    }
    if (error != CS_OK || argc != 2) {
        fprintf(stderr, "usage: group NAME (%s)\n", cs_strerror(error));
        return 1;
    }
    cpg_fd_get(handle, &ready[1].fd);
    while (ready[0].fd >= 0 || error == CS_OK) {
        if (poll(ready, 2, -1) > 0 && ready[1].revents != 0) {
            error = cpg_dispatch(handle, CS_DISPATCH_ALL);
        }
        if (ready[0].revents != 0 && !say(handle, argv[1])) {
            break;
        }
    }
    cpg_leave(handle, &group);
    return cpg_finalize(handle) == CS_OK ? 0 : 1;
}
