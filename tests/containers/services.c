/* SPDX-License-Identifier: BSD-3-Clause */
#include "services.h"

#include <corosync/client.h>
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

unsigned events;
void (*in_callback)(uint64_t cpg);

static const struct cpg_name group = {10, "containers"};
static char message[1 << 20];

void need(const struct service* service, const char* what, cs_error_t result)
{
    if (result == CS_OK)
        return;
    printf("%s %s: %s: %s\n", service->name, what, cs_strerror(result), cs_client_reason());
    fflush(stdout);
    _Exit(1);
}

void event(const struct service* service, uint64_t handle, size_t size)
{
    const unsigned before = events;

    need(service, "provoke", service->provoke(handle, size));
    while (events == before)
        need(service, "dispatch", service->dispatch(handle, CS_DISPATCH_ONE));
}

static void on_key(cmap_handle_t handle, cmap_track_handle_t tracker, int32_t event, const char* key,
                   struct cmap_notify_value new_value, struct cmap_notify_value old_value, void* data)
{
    (void)handle, (void)tracker, (void)event, (void)key, (void)new_value, (void)old_value, (void)data;
    events++;
}

static cs_error_t cmap_ask(cmap_handle_t handle)
{
    uint32_t id = 0;
    return cmap_get_uint32(handle, "nodelist.node.0.nodeid", &id);
}

static cs_error_t cmap_provoke(cmap_handle_t handle, size_t size)
{
    uint32_t value = 0;
    cmap_track_handle_t tracker = 0;
    cs_error_t result =
        cmap_track_add(handle, "containers.key", CMAP_TRACK_ADD | CMAP_TRACK_MODIFY, on_key, NULL, &tracker);

    (void)size;
    if (result != CS_OK)
        return result;
    cmap_get_uint32(handle, "containers.key", &value); /* setting the same value causes no event */
    return cmap_set_uint32(handle, "containers.key", value + 1);
}

static void on_message(cpg_handle_t handle, const struct cpg_name* name, uint32_t node, uint32_t pid, void* data,
                       size_t size)
{
    void (*const once)(uint64_t) = in_callback;

    (void)name, (void)node, (void)pid, (void)data, (void)size;
    events++;
    in_callback = NULL;
    if (once != NULL)
        once(handle);
}

static cs_error_t group_initialize(cpg_handle_t* handle)
{
    static cpg_callbacks_t callbacks = {on_message, NULL};
    return cpg_initialize(handle, &callbacks);
}

static cs_error_t group_ask(cpg_handle_t handle)
{
    unsigned int id = 0;
    return cpg_local_get(handle, &id);
}

cs_error_t join_group(uint64_t handle)
{
    return cpg_join(handle, &group);
}

static cs_error_t group_provoke(cpg_handle_t handle, size_t size)
{
    const struct iovec part = {message, size};
    const cs_error_t result = join_group(handle);

    return result != CS_OK && result != CS_ERR_EXIST ? result : cpg_mcast_joined(handle, CPG_TYPE_AGREED, &part, 1);
}

static void on_quorum(votequorum_handle_t handle, uint64_t context, uint32_t quorate, uint32_t count,
                      votequorum_node_t nodes[])
{
    (void)handle, (void)context, (void)quorate, (void)count, (void)nodes;
    events++;
}

static cs_error_t quorum_initialize(votequorum_handle_t* handle)
{
    static votequorum_callbacks_t callbacks = {.votequorum_quorum_notify_fn = on_quorum};
    return votequorum_initialize(handle, &callbacks);
}

static cs_error_t quorum_ask(votequorum_handle_t handle)
{
    struct votequorum_info info;
    return votequorum_getinfo(handle, 0, &info);
}

static cs_error_t quorum_provoke(votequorum_handle_t handle, size_t size)
{
    (void)size;
    return votequorum_trackstart(handle, 0, CS_TRACK_CURRENT);
}

const struct service services[SERVICES] = {
    {"cmap", cmap_initialize, cmap_ask, cmap_provoke, cmap_dispatch, cmap_finalize},
    {"cpg", group_initialize, group_ask, group_provoke, cpg_dispatch, cpg_finalize},
    {"votequorum", quorum_initialize, quorum_ask, quorum_provoke, votequorum_dispatch, votequorum_finalize},
};
const struct service* const cpg = &services[1];
