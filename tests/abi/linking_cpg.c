/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls each function of libcpg and prints the results. linking.sh links it with libraries of different releases.
 */
#include <corosync/cpg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cpg_name group = {7, "linking"};

static const char* who(uint32_t nodeid, uint32_t pid)
{
    return nodeid == 1 && pid == (uint32_t)getpid() ? "this process" : "another";
}

static void on_message(cpg_handle_t handle, const struct cpg_name* name, uint32_t nodeid, uint32_t pid, void* message,
                       size_t length)
{
    (void)handle;
    printf("'%.*s' from %s in %.*s\n", (int)length, (const char*)message, who(nodeid, pid), (int)name->length,
           name->value);
}

static void on_change(cpg_handle_t handle, const struct cpg_name* name, const struct cpg_address* members,
                      size_t member_count, const struct cpg_address* left, size_t left_count,
                      const struct cpg_address* joined, size_t joined_count)
{
    const struct cpg_address* first = member_count ? members : left;

    (void)handle;
    (void)joined;
    printf("%.*s: %zu members, %zu left, %zu joined, %s\n", (int)name->length, name->value, member_count, left_count,
           joined_count, who(first->nodeid, first->pid));
}

/* CS_ERR_TRY_AGAIN is a usual result of calls that send to the whole group. */
#define CALL(function, ...)                                                                                            \
    do {                                                                                                               \
        cs_error_t result;                                                                                             \
        while ((result = function(__VA_ARGS__)) == CS_ERR_TRY_AGAIN)                                                   \
            usleep(1000);                                                                                              \
        printf("%s %d\n", #function, (int)result);                                                                     \
    } while (0)

static void send_and_receive(cpg_handle_t handle)
{
    struct iovec message = {"copied", 6};
    void* buffer = NULL;

    CALL(cpg_mcast_joined, handle, CPG_TYPE_AGREED, &message, 1);
    CALL(cpg_dispatch, handle, CS_DISPATCH_ONE);
    CALL(cpg_zcb_alloc, handle, 64, &buffer);
    memcpy(buffer, "shared", 6);
    CALL(cpg_zcb_mcast_joined, handle, CPG_TYPE_AGREED, buffer, 6);
    CALL(cpg_dispatch, handle, CS_DISPATCH_ONE);
    CALL(cpg_zcb_free, handle, buffer);
}

static void look_around(cpg_handle_t handle)
{
    struct cpg_name name = group;
    struct cpg_address members[CPG_MEMBERS_MAX];
    struct cpg_iteration_description_t description;
    cpg_iteration_handle_t iteration = 0;
    cpg_flow_control_state_t state = CPG_FLOW_CONTROL_ENABLED;
    uint32_t size = 0;
    unsigned int node = 0;
    int count = CPG_MEMBERS_MAX;

    CALL(cpg_membership_get, handle, &name, members, &count);
    printf("%d members, %s\n", count, who(members[0].nodeid, members[0].pid));
    CALL(cpg_local_get, handle, &node);
    CALL(cpg_max_atomic_msgsize_get, handle, &size);
    CALL(cpg_flow_control_state_get, handle, &state);
    printf("node %u, size %u, state %d\n", node, size, (int)state);
    CALL(cpg_iteration_initialize, handle, CPG_ITERATION_ALL, NULL, &iteration);
    CALL(cpg_iteration_next, iteration, &description);
    printf("%s in %.*s\n", who(description.nodeid, description.pid), (int)description.group.length,
           description.group.value);
    CALL(cpg_iteration_next, iteration, &description);
    CALL(cpg_iteration_finalize, iteration);
}

int main(void)
{
    cpg_callbacks_t callbacks = {on_message, on_change};
    cpg_model_v1_data_t model = {CPG_MODEL_V1, on_message, on_change, NULL, 0};
    cpg_handle_t handle = 0;
    cpg_handle_t other = 0;
    void* context = NULL;
    int fd = -1;

    CALL(cpg_initialize, &handle, &callbacks);
    CALL(cpg_fd_get, handle, &fd);
    CALL(cpg_context_set, handle, &fd);
    CALL(cpg_context_get, handle, &context);
    printf("context is %s\n", context == &fd ? "ours" : "another");
    CALL(cpg_join, handle, &group);
    CALL(cpg_dispatch, handle, CS_DISPATCH_ONE);
    send_and_receive(handle);
    look_around(handle);
    CALL(cpg_leave, handle, &group);
    CALL(cpg_dispatch, handle, CS_DISPATCH_ONE);
    CALL(cpg_finalize, handle);

    CALL(cpg_model_initialize, &other, CPG_MODEL_V1, (cpg_model_data_t*)&model, &callbacks);
    CALL(cpg_context_get, other, &context);
    printf("context is %s\n", context == &callbacks ? "ours" : "another");
    CALL(cpg_finalize, other);
    return 0;
}
