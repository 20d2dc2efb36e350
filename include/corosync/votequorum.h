/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROSYNC_VOTEQUORUM_H_DEFINED
#define COROSYNC_VOTEQUORUM_H_DEFINED

/*
 * libvotequorum: the votes of a Corosync cluster's nodes, whether they are enough (the cluster is quorate), and the
 * quorum device, a program on a node that has votes of its own to give.
 *
 * What holds for every function
 * -----------------------------
 *
 * Handles. votequorum_initialize() opens a connection to the daemon on this node and gives a handle; handles are
 * independent of each other. A handle is never 0. If the daemon goes away the handle is of no more use: every request
 * gives CS_ERR_LIBRARY, also after the daemon has been started again. Finalize it and open another.
 *
 * Blocking. A function that asks the daemon waits for the answer as long as it takes, also while the daemon is
 * stopped; signals do not end the wait. If the daemon dies meanwhile the call returns CS_ERR_LIBRARY within 250 ms. The
 * functions that do not ask the daemon never wait: votequorum_finalize(), votequorum_fd_get(),
 * votequorum_context_get(), votequorum_context_set(), and votequorum_dispatch() with the types that do not wait.
 *
 * Ownership. What an argument points to is used during the call only. Output arguments are written on CS_OK only,
 * unless the comments say otherwise. Nothing is to be freed.
 *
 * Threads. Any function may be called in any thread, also on the same handle: requests are served one after the other,
 * and each gets its own answer. Finalizing a handle ends the waiting of a votequorum_dispatch() in another thread.
 *
 * Callbacks. They run in the thread that calls votequorum_dispatch(), and in that call only. No lock is held, and every
 * function of this library may be called in them, on any handle, votequorum_dispatch() and votequorum_finalize()
 * included. Arrays that they get are private to them: they may be written to, and are valid until the callback returns.
 *
 * Fork. A handle works in the child too, as long as only one of the two processes uses it. Finalizing it in the
 * child does not disturb the parent.
 *
 * Results. CS_OK is success. These can come from any function, as far as it has such an argument or asks the daemon,
 * and are not repeated below:
 *
 *   CS_ERR_INVALID_PARAM  NULL where a pointer is needed. The comments say where NULL is allowed. Names and
 *                         dispatch types are looked at before the handle.
 *   CS_ERR_BAD_HANDLE     the handle is not open: never given out, finalized already, or finalized by another thread
 *                         or in a callback during the call.
 *   CS_ERR_LIBRARY        the daemon is gone, or has sent an malformed answer.
 *   CS_ERR_TRY_AGAIN      the daemon cannot take the request now; nothing was done, call again a little later.
 *   CS_ERR_NO_MEMORY      memory ran out.
 *
 * A daemon newer than this library may have reasons of its own; its result is handed on as it is.
 *
 * Three functions need a daemon that has them, newer than 3.1.10: the two for a device's extra information, which
 * return CS_ERR_NOT_SUPPORTED otherwise, and of votequorum_model_initialize() the callback for it.
 */

#include <corosync/corotypes.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t votequorum_handle_t;

/* votequorum_info.flags. Those of the device are about the node that was asked for, the others about this node. */
#define VOTEQUORUM_INFO_TWONODE 1                   /* the two_node option is on */
#define VOTEQUORUM_INFO_QUORATE 2                   /* there are enough votes */
#define VOTEQUORUM_INFO_WAIT_FOR_ALL 4              /* not quorate until all nodes have been seen together */
#define VOTEQUORUM_INFO_LAST_MAN_STANDING 8         /* expected votes follow the nodes that remain */
#define VOTEQUORUM_INFO_AUTO_TIE_BREAKER 16         /* one half of an even split goes on */
#define VOTEQUORUM_INFO_ALLOW_DOWNSCALE 32          /* nodes that leave in an orderly way are no longer expected */
#define VOTEQUORUM_INFO_QDEVICE_REGISTERED 64       /* the node has a quorum device */
#define VOTEQUORUM_INFO_QDEVICE_ALIVE 128           /* it was heard of within its timeout */
#define VOTEQUORUM_INFO_QDEVICE_CAST_VOTE 256       /* it gives its votes to the node */
#define VOTEQUORUM_INFO_QDEVICE_MASTER_WINS 512     /* its word alone can decide */
#define VOTEQUORUM_INFO_QDEVICE_HAS_EXTRA_INFO 1024 /* it has left extra information */

/* The node id that stands for the quorum device. */
#define VOTEQUORUM_QDEVICE_NODEID 0
/* The room for a device's name, with the NUL. */
#define VOTEQUORUM_QDEVICE_MAX_NAME_LEN 255
/* Milliseconds that the daemon waits for votequorum_qdevice_poll() by default: always, and in a membership change. */
#define VOTEQUORUM_QDEVICE_DEFAULT_TIMEOUT 10000
#define VOTEQUORUM_QDEVICE_DEFAULT_SYNC_TIMEOUT 30000
/* The most bytes of extra information per node. */
#define VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE 4096

/* The states of a node. */
#define VOTEQUORUM_NODESTATE_MEMBER 1
#define VOTEQUORUM_NODESTATE_DEAD 2
#define VOTEQUORUM_NODESTATE_LEAVING 3

/* What votequorum_getinfo() tells. */
struct votequorum_info {
    /* of the node that was asked for */
    unsigned int node_id;
    unsigned int node_state; /* VOTEQUORUM_NODESTATE_ */
    unsigned int node_votes;
    unsigned int node_expected_votes;

    /* as this node sees the cluster */
    unsigned int highest_expected; /* the largest expected votes of the nodes that are present */
    unsigned int total_votes;      /* the votes that are present, with the device's if it gives them to the node */
    unsigned int quorum;           /* the votes that are needed */
    unsigned int flags;            /* VOTEQUORUM_INFO_ */
    unsigned int qdevice_votes;    /* the votes that a device would have, also if there is none */
    char qdevice_name[VOTEQUORUM_QDEVICE_MAX_NAME_LEN]; /* ends with a NUL; empty without a device */
};

/* A node, or with the id and state 0 the quorum device. */
typedef struct {
    uint32_t nodeid;
    uint32_t state; /* VOTEQUORUM_NODESTATE_ */
} votequorum_node_t;

/* A membership of the cluster: who represents it, and a number that grows with each change. */
typedef struct {
    uint32_t nodeid;
    uint64_t seq;
} votequorum_ring_id_t;

/* In all callbacks, context is what votequorum_trackstart() was given. Lists of nodes are in no particular order. */

/*
 * The cluster has become quorate or not, or its membership has changed: all nodes that have ever been seen, with their
 * states, and at the end the device if there is one.
 */
typedef void (*votequorum_quorum_notification_fn_t)(votequorum_handle_t handle, uint64_t context, uint32_t quorate,
                                                    uint32_t node_list_entries, votequorum_node_t node_list[]);

/*
 * A new membership: the ids of the nodes in it. It comes as soon as the nodes begin to agree on their state, before the
 * quorum callback. A device polls with this ring_id from now on.
 */
typedef void (*votequorum_nodelist_notification_fn_t)(votequorum_handle_t handle, uint64_t context,
                                                      votequorum_ring_id_t ring_id, uint32_t node_list_entries,
                                                      uint32_t node_list[]);

/* The expected votes have been set, to a new value or again to the old one. */
typedef void (*votequorum_expectedvotes_notification_fn_t)(votequorum_handle_t handle, uint64_t context,
                                                           uint32_t expected_votes);

/* The extra information of a node's device, which may be this node's own. ei_size 0: it was taken away. */
typedef void (*votequorum_qdevice_extra_info_fn_t)(votequorum_handle_t handle, uint64_t context, uint32_t nodeid,
                                                   uint32_t ei_size, void* extra_info);

/* The callbacks of votequorum_initialize(). Each may be NULL; its events are then dropped. */
typedef struct {
    votequorum_quorum_notification_fn_t votequorum_quorum_notify_fn;
    votequorum_expectedvotes_notification_fn_t votequorum_expectedvotes_notify_fn;
    votequorum_nodelist_notification_fn_t votequorum_nodelist_notify_fn;
} votequorum_callbacks_t;

typedef enum { VOTEQUORUM_MODEL_V1 = 1 } votequorum_model_t;

/* The callbacks of votequorum_model_initialize(). Each may be NULL; its events are then dropped. */
typedef struct {
    votequorum_model_t model; /* VOTEQUORUM_MODEL_V1 */
    votequorum_quorum_notification_fn_t votequorum_quorum_notify_fn;
    votequorum_expectedvotes_notification_fn_t votequorum_expectedvotes_notify_fn;
    votequorum_nodelist_notification_fn_t votequorum_nodelist_notify_fn;
    votequorum_qdevice_extra_info_fn_t votequorum_qdevice_extra_info_fn;
} votequorum_model_v1_data_t;

/*
 * Opens a connection to the daemon on this node. The callbacks are copied; NULL means none. On failure *handle is left
 * alone, and nothing stays open. A signal ends the wait for a slow daemon
 * when it has lasted for a second, if its handler returns.
 *
 * CS_ERR_LIBRARY        no daemon is running, or its quorum provider is not votequorum; or it or this process has no
 *                       file descriptor left
 * CS_ERR_TRY_AGAIN      the daemon is starting; or a signal ended the wait, or COROSYNC_CLIENT_CONNECT_MS did
 * CS_ERR_ACCESS         the daemon does not serve this user (root, group root and those of its uidgid section are
 *                       served), or what listens in its place is not run by root or this user
 * CS_ERR_NOT_SUPPORTED  the daemon does not have this service, or COROSYNC_CLIENT_TRANSPORT asks for what it lacks
 * CS_ERR_NOT_EXIST      the shared memory of the daemon cannot be seen from here
 * CS_ERR_NO_SPACE       no room for the shared memory of the connection
 */
cs_error_t votequorum_initialize(votequorum_handle_t* handle, votequorum_callbacks_t* callbacks);

/*
 * The same with the callback for extra information. model NULL means no callbacks. Works with older daemons too; they
 * have no such events.
 *
 * CS_ERR_INVALID_PARAM  also: model->model is not VOTEQUORUM_MODEL_V1
 * And the errors of votequorum_initialize().
 */
cs_error_t votequorum_model_initialize(votequorum_handle_t* handle, const votequorum_model_v1_data_t* model);

/*
 * Closes the connection; tracking ends with it, the registration of a device does not. Works without the daemon too. A
 * votequorum_dispatch() that waits in another thread returns CS_ERR_BAD_HANDLE; a request of another thread runs to its
 * end. No callback starts after the return.
 */
cs_error_t votequorum_finalize(votequorum_handle_t handle);

/*
 * Calls the callbacks of the events that have arrived, as far as dispatch_types says. Each event counts, also one
 * without a callback. Events that arrived before the daemon died are delivered first.
 *
 * CS_OK                 CS_DISPATCH_ONE and CS_DISPATCH_ONE_NONBLOCKING: one event was handled; CS_DISPATCH_ALL: none
 *                       is left. CS_DISPATCH_BLOCKING never returns it.
 * CS_ERR_TRY_AGAIN      CS_DISPATCH_ONE_NONBLOCKING: there is no event
 * CS_ERR_INVALID_PARAM  dispatch_types is none of the four
 * CS_ERR_BAD_HANDLE     also: the handle was finalized, by a callback or by another thread
 * CS_ERR_LIBRARY        the daemon is gone; or an event made no sense and was dropped, and the next call goes on
 */
cs_error_t votequorum_dispatch(votequorum_handle_t handle, cs_dispatch_flags_t dispatch_types);

/*
 * The descriptor to poll: it is readable while there are events for votequorum_dispatch(), and when the daemon is gone.
 * It stays the same and open until the handle is finalized. Do not read, write or close it. Where the daemon is
 * configured for the socket transport it does not show the daemon's end; a votequorum_dispatch() that does not wait
 * does.
 */
cs_error_t votequorum_fd_get(votequorum_handle_t handle, int* fd);

/*
 * Tells about a node, which may be a lost one, and the cluster as this node sees it. nodeid 0 is this node. If the
 * daemon gives an error *info is all zero; if the daemon cannot be asked it is left alone.
 *
 * CS_ERR_NOT_EXIST      no such node has been seen
 */
cs_error_t votequorum_getinfo(votequorum_handle_t handle, unsigned int nodeid, struct votequorum_info* info);

/*
 * Sets the votes that the cluster expects, on all nodes.
 *
 * CS_ERR_INVALID_PARAM  less than the votes that are present, or so much that the cluster would no longer be quorate
 * CS_ERR_NO_RESOURCES   the daemon's queue is full
 */
cs_error_t votequorum_setexpected(votequorum_handle_t handle, unsigned int expected_votes);

/*
 * Sets the votes of a node, on all nodes. The node id VOTEQUORUM_QDEVICE_NODEID sets those of the quorum device; with
 * more votes than the others have together a missing device costs the cluster its quorum.
 *
 * CS_ERR_INVALID_PARAM  the votes needed would be more than there are, or less than half of them
 * CS_ERR_NAME_NOT_FOUND no such node has been seen
 * CS_ERR_NO_RESOURCES   the daemon's queue is full
 */
cs_error_t votequorum_setvotes(votequorum_handle_t handle, unsigned int nodeid, unsigned int votes);

/*
 * Asks for events. flags combines CS_TRACK_CURRENT (the present membership and quorum, once), CS_TRACK_CHANGES (the
 * same, then each change) and CS_TRACK_CHANGES_ONLY (each change). Other bits are not looked at; without any of these
 * nothing happens. context comes with each event. The present state is ready for votequorum_dispatch() when this
 * returns.
 *
 * CS_ERR_EXIST          the handle gets changes already, with the context and flags of that call. If the flags ask for
 * the present state it comes nonetheless, with this call's context.
 */
cs_error_t votequorum_trackstart(votequorum_handle_t handle, uint64_t context, unsigned int flags);

/*
 * Ends the events. Those that have arrived are still delivered.
 *
 * CS_ERR_NOT_EXIST      the handle does not get changes
 */
cs_error_t votequorum_trackstop(votequorum_handle_t handle);

/* The pointer that the program has put by with the handle; NULL at first. The library never follows it. */
cs_error_t votequorum_context_get(votequorum_handle_t handle, void** context);

/* Puts a pointer by with the handle. NULL is allowed. */
cs_error_t votequorum_context_set(votequorum_handle_t handle, void* context);

/*
 * The functions of a quorum device. A device is registered with a node, under a name that is the same in all of
 * the cluster; any process on the node can then use it, and the registration outlives the process that made it. A name
 * has 1 to VOTEQUORUM_QDEVICE_MAX_NAME_LEN - 1 characters.
 *
 * Besides what each says, these five return
 *
 * CS_ERR_INVALID_PARAM  a name is empty or too long
 */

/*
 * Registers a device with this node. Waits until all nodes have heard of it. The same name again is CS_OK.
 *
 * CS_ERR_EXIST          a device of another name is registered in the cluster
 * CS_ERR_TRY_AGAIN      also: a registration is under way
 * CS_ERR_ACCESS         the configuration leaves no room for a device (two_node, for example)
 */
cs_error_t votequorum_qdevice_register(votequorum_handle_t handle, const char* name);

/*
 * Takes the registration back, and the extra information with it.
 *
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_INVALID_PARAM  also: its device has another name
 */
cs_error_t votequorum_qdevice_unregister(votequorum_handle_t handle, const char* name);

/*
 * Gives the device another name, in all of the cluster.
 *
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_INVALID_PARAM  also: its device is not called oldname
 */
cs_error_t votequorum_qdevice_update(votequorum_handle_t handle, const char* oldname, const char* newname);

/*
 * A sign of life of the device, to be repeated within its timeout, and its vote for this node: yes if cast_vote is not
 * 0. ring_id is the one that the nodelist callback reported last. In a membership change the nodes wait for this.
 *
 * CS_ERR_ACCESS         the configuration leaves no room for a device
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_MESSAGE_ERROR  ring_id is not that of the present membership: dispatch, and poll again with the new one
 * CS_ERR_INVALID_PARAM  also: the device has another name
 */
cs_error_t votequorum_qdevice_poll(votequorum_handle_t handle, const char* name, unsigned int cast_vote,
                                   votequorum_ring_id_t ring_id);

/*
 * Lets the device's word alone decide (if allow is not 0), or not.
 *
 * CS_ERR_ACCESS         the configuration leaves no room for a device
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_INVALID_PARAM  also: the device has another name
 */
cs_error_t votequorum_qdevice_master_wins(votequorum_handle_t handle, const char* name, unsigned int allow);

/*
 * Reads the extra information of a node's device: any bytes. extra_info has room for
 * VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE bytes; *ei_size is how many there are, 0 if there is none. If the daemon
 * gives an error *ei_size is 0 and the buffer is left alone. Both pointers are looked at before the handle.
 * VOTEQUORUM_QDEVICE_NODEID is not this node here: it never has any.
 *
 * CS_ERR_NOT_EXIST      no such node has been seen
 * CS_ERR_NOT_SUPPORTED  the daemon is too old
 */
cs_error_t votequorum_get_qdevice_extra_info(votequorum_handle_t handle, unsigned int nodeid, uint32_t* ei_size,
                                             void* extra_info);

/*
 * Leaves extra information of this node's device for all nodes. Size 0 or extra_info NULL takes it away.
 *
 * CS_ERR_INVALID_PARAM  more than VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE bytes; looked at after the handle
 * CS_ERR_ACCESS         the configuration leaves no room for a device
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_NOT_SUPPORTED  the daemon is too old
 */
cs_error_t votequorum_set_qdevice_extra_info(votequorum_handle_t handle, uint32_t ei_size, const void* extra_info);

#ifdef __cplusplus
}
#endif

#endif
