/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * quorum: prints whether the cluster has a quorum, and then the events as nodes join and leave, until it is killed.
 */
#include <corosync/votequorum.h>
#include <inttypes.h>
#include <stdio.h>

/* These run inside votequorum_dispatch(). */
static void on_quorum(votequorum_handle_t handle, uint64_t context, uint32_t quorate, uint32_t count,
                      votequorum_node_t nodes[])
{
    uint32_t present = 0;
    uint32_t i = 0;

    (void)handle;
    (void)context;
    for (i = 0; i < count; i++) {
        present += nodes[i].state == VOTEQUORUM_NODESTATE_MEMBER;
    }
    printf("callback: quorum: %s, %" PRIu32 " of %" PRIu32 " known nodes are present\n", quorate ? "yes" : "no",
           present, count);
}

static void on_nodes(votequorum_handle_t handle, uint64_t context, votequorum_ring_id_t ring, uint32_t count,
                     uint32_t nodes[])
{
    uint32_t i = 0;

    (void)handle;
    (void)context;
    (void)ring;
    printf("callback: nodes:");
    for (i = 0; i < count; i++) {
        printf(" %" PRIu32, nodes[i]);
    }
    printf("\n");
}

static void on_votes(votequorum_handle_t handle, uint64_t context, uint32_t votes)
{
    (void)handle;
    (void)context;
    printf("callback: expected votes: %" PRIu32 "\n", votes);
}

int main(void)
{
    votequorum_callbacks_t callbacks = {on_quorum, on_votes, on_nodes};
    votequorum_handle_t handle = 0;
    struct votequorum_info info;
    cs_error_t error = votequorum_initialize(&handle, &callbacks);

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (error == CS_OK) {
        error = votequorum_getinfo(handle, 0, &info);
    }
    if (error == CS_OK) {
        printf("node %u: %u of %u votes are present, %u make a quorum\n", info.node_id, info.total_votes,
               info.highest_expected, info.quorum);
        error = votequorum_trackstart(handle, 0, CS_TRACK_CHANGES);
    }
    if (error == CS_OK) {
        error = votequorum_dispatch(handle, CS_DISPATCH_BLOCKING); /* returns when the daemon has ended */
    }
    printf("%s\n", cs_strerror(error));
    return 1;
}
