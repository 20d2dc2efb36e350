/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reconnect GROUP: follows a key of the map, a group and the quorum in one poll loop, and connects again by itself
 * whenever corosync has been stopped, killed or started again. corosync_reconnect(7) explains it. It exits at the end
 * of its input.
 */
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CMAP, CPG, VOTEQUORUM, INPUT, DESCRIPTORS };
enum { FIRST_DELAY_MS = 20, LONGEST_DELAY_MS = 2000 };

static cmap_handle_t map;
static cpg_handle_t group_handle;
static votequorum_handle_t quorum;
static struct cpg_name group;
static struct pollfd ready[DESCRIPTORS];
static const char* when; /* for the running callback: "news", or "history" from before the daemon's end */

static void on_key(cmap_handle_t handle, cmap_track_handle_t tracker, int32_t event, const char* key,
                   struct cmap_notify_value now, struct cmap_notify_value before, void* data)
{
    (void)handle, (void)tracker, (void)event, (void)before, (void)data;
    printf("%s: key %s, %zu bytes\n", when, key, now.len);
}

static void on_message(cpg_handle_t handle, const struct cpg_name* to, uint32_t nodeid, uint32_t pid, void* message,
                       size_t length)
{
    (void)handle, (void)to, (void)nodeid, (void)pid;
    printf("%s: message %.*s\n", when, (int)length, (const char*)message);
}

static void on_members(cpg_handle_t handle, const struct cpg_name* of, const struct cpg_address* members, size_t count,
                       const struct cpg_address* left, size_t left_count, const struct cpg_address* joined,
                       size_t joined_count)
{
    (void)handle, (void)of, (void)members, (void)left, (void)left_count, (void)joined, (void)joined_count;
    printf("%s: %zu members\n", when, count);
}

static void on_quorum(votequorum_handle_t handle, uint64_t context, uint32_t quorate, uint32_t count,
                      votequorum_node_t nodes[])
{
    (void)handle, (void)context, (void)count, (void)nodes;
    printf("%s: %s\n", when, quorate ? "quorate" : "not quorate");
}

/* Closes all that is open. The functions ignore a handle of 0. */
static void close_all(void)
{
    int i = 0;

    cmap_finalize(map);
    cpg_finalize(group_handle);
    votequorum_finalize(quorum);
    map = group_handle = quorum = 0;
    for (i = CMAP; i <= VOTEQUORUM; i++) {
        ready[i].fd = -1;
    }
}

/* A new daemon knows nothing of the requests to the last one, so this makes all of them again. */
static cs_error_t open_all(void)
{
    cpg_callbacks_t callbacks = {on_message, on_members};
    votequorum_callbacks_t votes = {on_quorum, NULL, NULL};
    cmap_track_handle_t tracker = 0;
    cs_error_t error = cmap_initialize(&map);

    if (error == CS_OK) {
        error = cmap_track_add(map, "demo.", CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_PREFIX, on_key, NULL,
                               &tracker);
    }
    if (error == CS_OK) {
        error = cpg_initialize(&group_handle, &callbacks);
    }
    if (error == CS_OK) {
        error = cpg_join(group_handle, &group);
    }
    if (error == CS_OK) {
        error = votequorum_initialize(&quorum, &votes);
    }
    if (error == CS_OK) {
        error = votequorum_trackstart(quorum, 0, CS_TRACK_CURRENT | CS_TRACK_CHANGES);
    }
    if (error == CS_OK) {
        cmap_fd_get(map, &ready[CMAP].fd);
        cpg_fd_get(group_handle, &ready[CPG].fd);
        votequorum_fd_get(quorum, &ready[VOTEQUORUM].fd);
    } else {
        close_all();
    }
    return error;
}

static cs_error_t dispatch(int service)
{
    /* Events that are delivered after the hang-up were sent before it. */
    when = ready[service].revents & POLLHUP ? "history" : "news";
    switch (service) {
    case CMAP:
        return cmap_dispatch(map, CS_DISPATCH_ALL);
    case CPG:
        return cpg_dispatch(group_handle, CS_DISPATCH_ALL);
    default:
        return votequorum_dispatch(quorum, CS_DISPATCH_ALL);
    }
}

int main(int argc, char** argv)
{
    cs_error_t error = CS_OK;
    int connected = 0, delay = FIRST_DELAY_MS, i = 0;

    if (argc != 2 || strlen(argv[1]) > CPG_MAX_NAME_LENGTH) {
        fprintf(stderr, "usage: reconnect GROUP\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    group.length = (uint32_t)strlen(argv[1]);
    memcpy(group.value, argv[1], group.length);
    for (i = 0; i < DESCRIPTORS; i++) {
        ready[i].fd = i == INPUT ? STDIN_FILENO : -1;
        ready[i].events = POLLIN;
    }
    while (!(ready[INPUT].revents & (POLLIN | POLLHUP))) {
        if (!connected) {
            error = open_all();
            connected = error == CS_OK;
            if (connected) {
                printf("connected\n");
                delay = FIRST_DELAY_MS;
            } else {
                printf("not connected: %s; next try in %d ms\n", cs_strerror(error), delay);
            }
        }
        /* poll() ignores descriptors that are -1. The wait for the next try uses no CPU. */
        if (poll(ready, DESCRIPTORS, connected ? -1 : delay) < 0) {
            continue;
        }
        if (!connected) {
            delay = delay * 2 < LONGEST_DELAY_MS ? delay * 2 : LONGEST_DELAY_MS;
        }
        for (i = CMAP; connected && i <= VOTEQUORUM; i++) {
            if (ready[i].revents) {
                error = dispatch(i);
                /* The daemon can be busy. Anything else means that this connection will never work again. */
                connected = error == CS_OK || error == CS_ERR_TRY_AGAIN;
            }
        }
        if (!connected && ready[CMAP].fd != -1) {
            printf("lost: %s\n", cs_strerror(error));
            close_all();
        }
    }
    close_all();
    return 0;
}
