/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls each function of libvotequorum, with -DNEWER the three newest ones too, and prints the results. linking.sh
 * links it with libraries of different releases.
 */
#include <corosync/votequorum.h>
#include <stdio.h>

static votequorum_ring_id_t ring;

static void on_quorum(votequorum_handle_t handle, uint64_t context, uint32_t quorate, uint32_t entries,
                      votequorum_node_t nodes[])
{
    (void)handle;
    printf("quorum %u, context %u, %u node %u\n", quorate, (unsigned)context, entries, nodes[0].nodeid);
}

static void on_node_list(votequorum_handle_t handle, uint64_t context, votequorum_ring_id_t ring_id, uint32_t entries,
                         uint32_t nodes[])
{
    (void)handle;
    ring = ring_id;
    printf("node list, context %u, %u node %u\n", (unsigned)context, entries, nodes[0]);
}

static void print(const char* what, cs_error_t result)
{
    printf("%s %d\n", what, (int)result);
}

int main(void)
{
    votequorum_callbacks_t callbacks = {on_quorum, 0, on_node_list};
    votequorum_handle_t handle = 0;
    votequorum_ring_id_t other_ring = {0, 0};
    struct votequorum_info info;
    void* context = 0;
    int fd = -1;

    print("initialize", votequorum_initialize(&handle, &callbacks));
    print("fd_get", votequorum_fd_get(handle, &fd));
    print("context_set", votequorum_context_set(handle, &info));
    print("context_get", votequorum_context_get(handle, &context));
    printf("context is %s\n", context == &info ? "ours" : "another");
    print("trackstart", votequorum_trackstart(handle, 7, CS_TRACK_CHANGES));
    print("dispatch", votequorum_dispatch(handle, CS_DISPATCH_ONE));
    print("dispatch", votequorum_dispatch(handle, CS_DISPATCH_ONE));
    print("trackstop", votequorum_trackstop(handle));
    print("getinfo", votequorum_getinfo(handle, 0, &info));
    printf("node %u, flags %u\n", info.node_id, info.flags);
    print("setexpected", votequorum_setexpected(handle, 1));
    print("setvotes", votequorum_setvotes(handle, 1, 1));
    print("qdevice_register", votequorum_qdevice_register(handle, "linking"));
    print("qdevice_update", votequorum_qdevice_update(handle, "linking", "linking"));
    print("qdevice_poll", votequorum_qdevice_poll(handle, "linking", 0, ring));
    print("qdevice_poll", votequorum_qdevice_poll(handle, "linking", 0, other_ring));
    print("qdevice_master_wins", votequorum_qdevice_master_wins(handle, "linking", 0));
    print("qdevice_unregister", votequorum_qdevice_unregister(handle, "linking"));
    print("finalize", votequorum_finalize(handle));
#ifdef NEWER
    {
        votequorum_model_v1_data_t model = {.model = VOTEQUORUM_MODEL_V1, .votequorum_quorum_notify_fn = on_quorum};
        char extra[VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE];
        uint32_t size = 1;

        print("model_initialize", votequorum_model_initialize(&handle, &model));
        print("trackstart", votequorum_trackstart(handle, 8, CS_TRACK_CURRENT));
        print("dispatch", votequorum_dispatch(handle, CS_DISPATCH_ALL));
        print("set_qdevice_extra_info", votequorum_set_qdevice_extra_info(handle, 1, "x"));
        print("get_qdevice_extra_info", votequorum_get_qdevice_extra_info(handle, 1, &size, extra));
        printf("size %u\n", size);
        print("finalize", votequorum_finalize(handle));
    }
#endif
    return 0;
}
