/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROSYNC_VOTEQUORUM_H_DEFINED
#define COROSYNC_VOTEQUORUM_H_DEFINED

/*
 * libvotequorum: the votes of the nodes of a Corosync cluster, whether they are enough (the cluster is quorate), and
 * the quorum device, a program on a node that can cast additional votes.
 *
 * Rules for all functions
 * -----------------------------
 *
 * Handles. votequorum_initialize() opens a connection to the daemon on this node and returns a handle. Handles are
 * independent of each other. A handle is never 0. When the daemon is gone, the handle cannot be used any more: every
 * request returns CS_ERR_LIBRARY, also after the daemon has been started again. Finalize the handle and open another
 * one.
 *
 * Blocking. A function that sends a request to the daemon waits for the reply without a time limit, also while the
 * daemon is stopped. Signals do not end the wait. If the daemon dies during the wait, the call returns CS_ERR_LIBRARY
 * within 250 ms. These functions send no request and never wait: votequorum_finalize(), votequorum_fd_get(),
 * votequorum_context_get() and votequorum_context_set(). votequorum_dispatch() waits for events with two of its types
 * only. It may send a request that wakes the daemon, but does not wait for the reply.
 *
 * Ownership. The library uses the memory to which an argument points only during the call. It writes output arguments
 * only on CS_OK, unless the comments say otherwise. The caller need not free anything.
 *
 * Threads. Any thread may call any function, also on the same handle: the daemon serves the requests one after the
 * other, and each request gets its own reply. Finalizing a handle ends the wait of a votequorum_dispatch() in another
 * thread.
 *
 * Callbacks run in the thread that calls votequorum_dispatch(), only during that call. The library holds no
 * lock meanwhile. Callbacks may call every function of this library, on any handle, votequorum_dispatch() and
 * votequorum_finalize() included. A callback may write to the arrays that it gets. They are valid until it returns.
 *
 * Fork. A handle works in the child too, as long as only one of the two processes uses it. Finalizing it in the child
 * does not disturb the parent.
 *
 * Results. CS_OK is success. Any function that has such an argument or sends a request can return these errors. They
 * are not repeated below:
 *
 *   CS_ERR_INVALID_PARAM  an argument is NULL. The comments say where NULL is allowed. Names and dispatch types are
 *                         checked before the handle.
 *   CS_ERR_BAD_HANDLE     the handle is not open: no function returned it, it has been finalized, or another thread or
 *                         a callback finalized it during the call.
 *   CS_ERR_LIBRARY        the daemon is gone, or it sent a malformed reply.
 *   CS_ERR_TRY_AGAIN      the daemon cannot accept the request now; it did nothing, call again later.
 *   CS_ERR_NO_MEMORY      memory ran out.
 *
 * A daemon that is newer than this library may return other errors, for other reasons. The library returns them
 * unchanged. A number that is not a result code counts as a malformed reply.
 *
 * The two functions for a device's extra information need a daemon that is newer than 3.1.10; otherwise they return
 * CS_ERR_NOT_SUPPORTED. The callback for extra information of votequorum_model_initialize() needs such a daemon too.
 */

#include <corosync/corotypes.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t votequorum_handle_t;

/* votequorum_info.flags. The QDEVICE flags describe the requested node, the other flags this node. */
#define VOTEQUORUM_INFO_TWONODE 1                   /* the option two_node is on */
#define VOTEQUORUM_INFO_QUORATE 2                   /* there are enough votes for a quorum */
#define VOTEQUORUM_INFO_WAIT_FOR_ALL 4              /* not quorate until all nodes have been seen together */
#define VOTEQUORUM_INFO_LAST_MAN_STANDING 8         /* expected votes are reduced to the remaining nodes */
#define VOTEQUORUM_INFO_AUTO_TIE_BREAKER 16         /* after an even split, one half stays quorate */
#define VOTEQUORUM_INFO_ALLOW_DOWNSCALE 32          /* an orderly leave reduces the expected votes */
#define VOTEQUORUM_INFO_QDEVICE_REGISTERED 64       /* the node has a quorum device */
#define VOTEQUORUM_INFO_QDEVICE_ALIVE 128           /* the device has polled within its timeout */
#define VOTEQUORUM_INFO_QDEVICE_CAST_VOTE 256       /* the device casts its votes for the node */
#define VOTEQUORUM_INFO_QDEVICE_MASTER_WINS 512     /* the vote of the device alone can decide */
#define VOTEQUORUM_INFO_QDEVICE_HAS_EXTRA_INFO 1024 /* the device has set extra information */

/* The node id that stands for the quorum device. */
#define VOTEQUORUM_QDEVICE_NODEID 0
/* The largest size of a device's name, with the NUL. */
#define VOTEQUORUM_QDEVICE_MAX_NAME_LEN 255
/*
 * How many milliseconds the daemon waits for votequorum_qdevice_poll() by default: normally, and in a membership
 * change.
 */
#define VOTEQUORUM_QDEVICE_DEFAULT_TIMEOUT 10000
#define VOTEQUORUM_QDEVICE_DEFAULT_SYNC_TIMEOUT 30000
/* The largest size of a node's extra information, in bytes. */
#define VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE 4096

/* The states of a node. */
#define VOTEQUORUM_NODESTATE_MEMBER 1
#define VOTEQUORUM_NODESTATE_DEAD 2
#define VOTEQUORUM_NODESTATE_LEAVING 3

/* The result of votequorum_getinfo(). */
struct votequorum_info {
    /* about the requested node */
    unsigned int node_id;
    unsigned int node_state; /* VOTEQUORUM_NODESTATE_ */
    unsigned int node_votes;
    unsigned int node_expected_votes;

    /* about the cluster as this node sees it */
    unsigned int highest_expected; /* the largest value of expected votes among the present nodes */
    unsigned int total_votes;      /* the present votes, plus the device's if it casts them for this node */
    unsigned int quorum;           /* the number of votes that are needed for a quorum */
    unsigned int flags;            /* VOTEQUORUM_INFO_ */
    unsigned int qdevice_votes;    /* the votes that a device has, or would have */
    char qdevice_name[VOTEQUORUM_QDEVICE_MAX_NAME_LEN]; /* NUL-terminated; empty if there is no device */
};

/* A node. The quorum device has the id 0 and the state 0. */
typedef struct {
    uint32_t nodeid;
    uint32_t state; /* VOTEQUORUM_NODESTATE_ */
} votequorum_node_t;

/* The ring id of a membership of the cluster: the node that represents it, and a number that grows with each change. */
typedef struct {
    uint32_t nodeid;
    uint64_t seq;
} votequorum_ring_id_t;

/*
 * In all callbacks, context is the value that was passed to votequorum_trackstart(). Lists of nodes are in no
 * particular order.
 */

/*
 * The cluster has become quorate or has lost its quorum, or its membership has changed. The list contains all nodes
 * that the daemon has ever seen, with their states. If there is a device, it is the last entry.
 */
typedef void (*votequorum_quorum_notification_fn_t)(votequorum_handle_t handle, uint64_t context, uint32_t quorate,
                                                    uint32_t node_list_entries, votequorum_node_t node_list[]);

/*
 * There is a new membership. The list contains the ids of its nodes. This callback is called before the quorum
 * callback, when the nodes begin to agree on their state. A device must poll with this ring_id from now on.
 */
typedef void (*votequorum_nodelist_notification_fn_t)(votequorum_handle_t handle, uint64_t context,
                                                      votequorum_ring_id_t ring_id, uint32_t node_list_entries,
                                                      uint32_t node_list[]);

/* The expected votes have been set, to a new value or again to the old value. */
typedef void (*votequorum_expectedvotes_notification_fn_t)(votequorum_handle_t handle, uint64_t context,
                                                           uint32_t expected_votes);

/* Reports the extra information of the device of a node, which may be this node. ei_size 0: it was removed. */
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
 * Opens a connection to the daemon on this node. The callbacks are copied; NULL means no callbacks. On failure the call
 * does not change *handle and leaves nothing open. After one second of waiting, a signal whose handler returns ends the
 * wait.
 *
 * CS_ERR_LIBRARY        no daemon is running, or its quorum provider is not votequorum; or the daemon or this process
 *                       has too few free file descriptors
 * CS_ERR_TRY_AGAIN      the daemon is starting; or a signal or COROSYNC_CLIENT_CONNECT_MS ended the wait
 * CS_ERR_ACCESS         the daemon does not serve this user (it serves root, the group root and its uidgid section); or
 *                       the process that listens on the daemon's socket runs neither as root, nor as this user, nor as
 *                       a user in COROSYNC_CLIENT_PEER_UIDS
 * CS_ERR_NOT_SUPPORTED  the daemon does not have this service, or not the transport that COROSYNC_CLIENT_TRANSPORT
 *                       requests
 * CS_ERR_NOT_EXIST      the daemon's shared memory is not visible to this process
 * CS_ERR_NO_SPACE       there is no room for the shared memory of the connection
 */
cs_error_t votequorum_initialize(votequorum_handle_t* handle, votequorum_callbacks_t* callbacks);

/*
 * The same with the callback for extra information. model NULL means no callbacks. The call also works with older
 * daemons, which never send events for this callback.
 *
 * CS_ERR_INVALID_PARAM  also: model->model is not VOTEQUORUM_MODEL_V1
 * And the errors of votequorum_initialize().
 */
cs_error_t votequorum_model_initialize(votequorum_handle_t* handle, const votequorum_model_v1_data_t* model);

/*
 * Closes the connection. Tracking ends with it; the registration of a device does not. Works also if the daemon is
 * gone. A votequorum_dispatch() that waits in another thread returns CS_ERR_BAD_HANDLE. A request that another thread
 * has already sent gets its reply. After the call has returned no callback starts, except one that a
 * votequorum_dispatch() in another thread is about to call. So do not free what callbacks use before that dispatch
 * returns.
 */
cs_error_t votequorum_finalize(votequorum_handle_t handle);

/*
 * Delivers events to the callbacks. dispatch_types says how many events a call handles, and whether it waits. Each
 * event counts, also if it has no callback. Events that arrived before the daemon died are delivered first; over
 * libqb's client they may be lost, see corosync_client(7).
 *
 * CS_OK                 CS_DISPATCH_ONE and CS_DISPATCH_ONE_NONBLOCKING: one event was handled; CS_DISPATCH_ALL: no
 *                       event is left. CS_DISPATCH_BLOCKING never returns CS_OK.
 * CS_ERR_TRY_AGAIN      CS_DISPATCH_ONE_NONBLOCKING: there is no event
 * CS_ERR_INVALID_PARAM  dispatch_types is not one of the four types, which is checked before the handle; or the process
 *                       is not allowed to poll a descriptor (RLIMIT_NOFILE 0)
 * CS_ERR_BAD_HANDLE     also: a callback or another thread finalized the handle
 * CS_ERR_LIBRARY        the daemon is gone; or a malformed event was dropped, and the next call handles the next event
 */
cs_error_t votequorum_dispatch(votequorum_handle_t handle, cs_dispatch_flags_t dispatch_types);

/*
 * Gets the descriptor to poll. It is readable while there are events for votequorum_dispatch(), and when the daemon is
 * gone. The descriptor does not change and stays open until the handle is finalized. Do not read, write or close it. If
 * the daemon is configured for the socket transport, the descriptor does not show the daemon's death; a
 * votequorum_dispatch() that does not wait does.
 */
cs_error_t votequorum_fd_get(votequorum_handle_t handle, int* fd);

/*
 * Gets information about a node, which may be a lost node, and about the cluster as this node sees it. nodeid 0 means
 * this node. If the daemon replies with an error, *info is filled with zeros. If there is no reply, *info does not
 * change.
 *
 * CS_ERR_NOT_EXIST      the daemon has never seen such a node
 */
cs_error_t votequorum_getinfo(votequorum_handle_t handle, unsigned int nodeid, struct votequorum_info* info);

/*
 * Sets the votes that the cluster expects, on all nodes.
 *
 * CS_ERR_INVALID_PARAM  expected_votes is less than the present votes, or so large that the cluster would lose its
 *                       quorum
 * CS_ERR_NO_RESOURCES   the daemon's queue is full
 */
cs_error_t votequorum_setexpected(votequorum_handle_t handle, unsigned int expected_votes);

/*
 * Sets the votes of a node, on all nodes. The node id VOTEQUORUM_QDEVICE_NODEID means the quorum device. If the device
 * has more votes than all nodes together, the cluster loses its quorum without the device.
 *
 * CS_ERR_INVALID_PARAM  the quorum would be greater than the number of all votes, or less than half of it
 * CS_ERR_NAME_NOT_FOUND the daemon has never seen such a node
 * CS_ERR_NO_RESOURCES   the daemon's queue is full
 */
cs_error_t votequorum_setvotes(votequorum_handle_t handle, unsigned int nodeid, unsigned int votes);

/*
 * Requests events. flags combines CS_TRACK_CURRENT (the present membership and quorum, once), CS_TRACK_CHANGES (the
 * same, then each change) and CS_TRACK_CHANGES_ONLY (each change). Other bits are ignored; without any of these bits
 * nothing happens. Each event carries context. The event of the present state is queued before the call returns.
 *
 * CS_ERR_EXIST          tracking of changes is already started; it continues with the context and flags of the earlier
 *                       call. If flags requests the present state, the handle gets it anyway, with the context of this
 *                       call.
 */
cs_error_t votequorum_trackstart(votequorum_handle_t handle, uint64_t context, unsigned int flags);

/*
 * Stops the events. Queued events are still delivered.
 *
 * CS_ERR_NOT_EXIST      tracking of changes is not started
 */
cs_error_t votequorum_trackstop(votequorum_handle_t handle);

/* Returns the pointer that the program stored with the handle; NULL at first. The library never dereferences it. */
cs_error_t votequorum_context_get(votequorum_handle_t handle, void** context);

/* Stores a pointer with the handle. NULL is allowed. */
cs_error_t votequorum_context_set(votequorum_handle_t handle, void* context);

/*
 * The functions of a quorum device. A device is registered with a node. All nodes of the cluster must use the same
 * name. Any process on the node can then use the device. The registration does not end when the process that made it
 * ends. A name has 1 to VOTEQUORUM_QDEVICE_MAX_NAME_LEN - 1 characters.
 *
 * In addition to the errors that are listed below, these five functions return
 *
 * CS_ERR_INVALID_PARAM  a name is empty or too long
 */

/*
 * Registers a device with this node. Waits until all nodes know the device. To register the same name again is CS_OK.
 *
 * CS_ERR_EXIST          a device with another name is registered in the cluster
 * CS_ERR_TRY_AGAIN      also: another registration is in progress
 * CS_ERR_ACCESS         the configuration does not allow a device (for example because of two_node)
 */
cs_error_t votequorum_qdevice_register(votequorum_handle_t handle, const char* name);

/*
 * Removes the registration and the extra information.
 *
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_INVALID_PARAM  also: its device has another name
 */
cs_error_t votequorum_qdevice_unregister(votequorum_handle_t handle, const char* name);

/*
 * Changes the name of the device on all nodes of the cluster.
 *
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_INVALID_PARAM  also: its device is not called oldname
 */
cs_error_t votequorum_qdevice_update(votequorum_handle_t handle, const char* oldname, const char* newname);

/*
 * Tells the daemon that the device is alive, and whether it votes for this node (if cast_vote is not 0). The device
 * must repeat the call within its timeout. ring_id must be the last ring id that the nodelist callback reported. In a
 * membership change the nodes wait for this call.
 *
 * CS_ERR_ACCESS         the configuration does not allow a device
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_MESSAGE_ERROR  ring_id is not the ring id of the present membership: dispatch, and poll again with the new
 *                       ring id
 * CS_ERR_INVALID_PARAM  also: the device has another name
 */
cs_error_t votequorum_qdevice_poll(votequorum_handle_t handle, const char* name, unsigned int cast_vote,
                                   votequorum_ring_id_t ring_id);

/*
 * Sets whether the vote of the device alone decides which nodes are quorate (if allow is not 0).
 *
 * CS_ERR_ACCESS         the configuration does not allow a device
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_INVALID_PARAM  also: the device has another name
 */
cs_error_t votequorum_qdevice_master_wins(votequorum_handle_t handle, const char* name, unsigned int allow);

/*
 * Reads the extra information of a node's device, which may be any bytes. extra_info must have room for
 * VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE bytes. *ei_size becomes the number of bytes, 0 if there is no information.
 * If the daemon replies with an error, *ei_size is 0 and the buffer does not change. Both pointers are checked before
 * the handle. VOTEQUORUM_QDEVICE_NODEID does not mean this node here, and never has extra information.
 *
 * CS_ERR_NOT_EXIST      the daemon has never seen such a node
 * CS_ERR_NOT_SUPPORTED  the daemon is too old
 */
cs_error_t votequorum_get_qdevice_extra_info(votequorum_handle_t handle, unsigned int nodeid, uint32_t* ei_size,
                                             void* extra_info);

/*
 * Sets extra information for this node's device, which all nodes can read. Size 0 or extra_info NULL removes it.
 *
 * CS_ERR_INVALID_PARAM  ei_size is greater than VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE; this is checked after the
 *                       handle
 * CS_ERR_ACCESS         the configuration does not allow a device
 * CS_ERR_NOT_EXIST      this node has no device
 * CS_ERR_NOT_SUPPORTED  the daemon is too old
 */
cs_error_t votequorum_set_qdevice_extra_info(votequorum_handle_t handle, uint32_t ei_size, const void* extra_info);

#ifdef __cplusplus
}
#endif

#endif
