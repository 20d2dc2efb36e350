/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROSYNC_CPG_H_DEFINED
#define COROSYNC_CPG_H_DEFINED

/*
 * libcpg: closed process groups of a Corosync cluster. Processes on any node join a named group. Every member gets all
 * messages of the group and all changes of its membership, in the same order.
 *
 * Rules for all functions
 * -----------------------------
 *
 * Handles. cpg_initialize() opens a connection to the daemon on this node and returns a handle. Handles are independent
 * of each other. A handle is never 0. A handle can join only one group, and only once. A process may have many handles.
 * When the daemon is gone, the handle cannot be used any more: every request returns CS_ERR_LIBRARY, also after the
 * daemon has been started again. Finalize the handle and open another one.
 *
 * Blocking. A function that sends a request to the daemon waits for the reply without a time limit, also while the
 * daemon is stopped or the membership of the cluster changes. Signals do not end the wait. If the daemon dies during
 * the wait, the call returns CS_ERR_LIBRARY within 250 ms. These functions send no request and do not wait:
 * cpg_fd_get(), cpg_max_atomic_msgsize_get(), cpg_context_get(), cpg_context_set(), cpg_flow_control_state_get(),
 * cpg_zcb_alloc() and cpg_zcb_free(). cpg_dispatch() waits for events with two of its types only. It may send a request
 * that wakes the daemon, but does not wait for the reply. cpg_mcast_joined() and cpg_zcb_mcast_joined() with a message
 * up to the atomic size get no reply; they wait only if a stopped daemon has left several hundred messages unread.
 *
 * Ownership. The library uses the memory to which an argument points only during the call. It writes output arguments
 * only on CS_OK. The caller must free buffers of cpg_zcb_alloc() with cpg_zcb_free().
 *
 * Threads. Any thread may call any function, also on the same handle: the daemon serves the requests one after the
 * other, and each request gets its own reply. Sending a message up to the atomic size never waits for another thread's
 * request. The pieces of a longer message are requests. Finalizing a handle ends the wait of a cpg_dispatch() in
 * another thread.
 *
 * Callbacks run in the thread that calls cpg_dispatch(), only during that call. The library holds no lock
 * meanwhile. Callbacks may call every function of this library, on any handle, cpg_dispatch() and cpg_finalize()
 * included.
 *
 * Fork. A handle works in the child too, as long as only one of the two processes uses it. Finalizing it in the child
 * does not disturb the parent. For the group, the member is still the process that joined.
 *
 * Results. CS_OK is success. Any function that has such an argument or sends a request can return these errors. They
 * are not repeated below:
 *
 *   CS_ERR_INVALID_PARAM  an argument is NULL. The comments say where NULL is allowed.
 *   CS_ERR_BAD_HANDLE     the handle is not open: no function returned it, it has been finalized, or another thread or
 *                         a callback finalized it during the call.
 *   CS_ERR_LIBRARY        the daemon is gone, or it sent a malformed reply.
 *   CS_ERR_TRY_AGAIN      the daemon cannot accept the request now; it did nothing, call again later.
 *   CS_ERR_NO_MEMORY      memory ran out.
 *
 * A daemon that is newer than this library may return other errors, for other reasons. The library returns them
 * unchanged. A number that is not a result code counts as a malformed reply.
 */

#include <netinet/in.h>
#include <sys/socket.h>

#include <corosync/corotypes.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t cpg_handle_t;
typedef uint64_t cpg_iteration_handle_t;

/* The order that a sender requests. Messages are always delivered in agreed order. */
typedef enum { CPG_TYPE_UNORDERED = 0, CPG_TYPE_FIFO = 1, CPG_TYPE_AGREED = 2, CPG_TYPE_SAFE = 3 } cpg_guarantee_t;

typedef enum {
    CPG_FLOW_CONTROL_DISABLED = 0, /* messages may be sent */
    CPG_FLOW_CONTROL_ENABLED = 1
} cpg_flow_control_state_t;

/* Why a process came or went. */
typedef enum {
    CPG_REASON_UNDEFINED = 0, /* for processes that stayed */
    CPG_REASON_JOIN = 1,      /* it called cpg_join() */
    CPG_REASON_LEAVE = 2,     /* it called cpg_leave() */
    CPG_REASON_NODEDOWN = 3,  /* its node was lost */
    CPG_REASON_NODEUP = 4,    /* its node came back or was merged in */
    CPG_REASON_PROCDOWN = 5   /* it finalized its handle, or ended; or its daemon ended in an orderly way */
} cpg_reason_t;

/* The groups and members that an iteration shows. */
typedef enum {
    CPG_ITERATION_NAME_ONLY = 1, /* each group once, with nodeid and pid 0 */
    CPG_ITERATION_ONE_GROUP = 2, /* each member of one group */
    CPG_ITERATION_ALL = 3        /* each member of each group */
} cpg_iteration_type_t;

/* The kinds of callbacks for cpg_model_initialize(). */
typedef enum {
    CPG_MODEL_V1 = 1 /* cpg_model_v1_data_t */
} cpg_model_t;

/* A process. */
struct cpg_address {
    uint32_t nodeid;
    uint32_t pid;
    uint32_t reason; /* one of cpg_reason_t in the lists of joined and left processes, otherwise 0 */
};

/* The name of a group: length bytes of any value. A NUL at the end is part of the name if length includes it. */
#define CPG_MAX_NAME_LENGTH 128
struct cpg_name {
    uint32_t length;
    char value[CPG_MAX_NAME_LENGTH];
};

/* The most entries that cpg_membership_get() stores. A group itself can have more members. */
#define CPG_MEMBERS_MAX 128

/* One step of an iteration. */
struct cpg_iteration_description_t {
    struct cpg_name group;
    uint32_t nodeid;
    uint32_t pid;
};

/* The ring id of a membership of the cluster: the node that represents it, and a number that grows with each change. */
struct cpg_ring_id {
    uint32_t nodeid;
    uint64_t seq;
};

/*
 * Delivers a message of the group. The sender is the process pid on the node nodeid, which may be the receiver itself.
 * msg is aligned to 8 bytes, and the callback may write to it. msg and group_name are valid until the callback returns.
 */
typedef void (*cpg_deliver_fn_t)(cpg_handle_t handle, const struct cpg_name* group_name, uint32_t nodeid, uint32_t pid,
                                 void* msg, size_t msg_len);

/*
 * Reports a change of the group's membership: the present members, sorted by node and pid, the processes that have
 * left, and the processes that have joined. The first change that a handle gets has the handle's own process in
 * joined_list. The lists are valid until the callback returns. An empty list has 0 entries and is not NULL.
 */
typedef void (*cpg_confchg_fn_t)(cpg_handle_t handle, const struct cpg_name* group_name,
                                 const struct cpg_address* member_list, size_t member_list_entries,
                                 const struct cpg_address* left_list, size_t left_list_entries,
                                 const struct cpg_address* joined_list, size_t joined_list_entries);

/*
 * Reports a change of the cluster's membership, with the ids of the present nodes. It comes after the group changes
 * that it causes. Handles that have not joined a group get it too.
 */
typedef void (*cpg_totem_confchg_fn_t)(cpg_handle_t handle, struct cpg_ring_id ring_id, uint32_t member_list_entries,
                                       const uint32_t* member_list);

/* The callbacks of cpg_initialize(). Each may be NULL; its events are then dropped. */
typedef struct {
    cpg_deliver_fn_t cpg_deliver_fn;
    cpg_confchg_fn_t cpg_confchg_fn;
} cpg_callbacks_t;

/* The first member of the structures for cpg_model_initialize(). */
typedef struct {
    cpg_model_t model;
} cpg_model_data_t;

/* Call cpg_totem_confchg_fn once after a join, with the membership at that time. */
#define CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF 0x01

/* The callbacks of CPG_MODEL_V1. Each may be NULL; its events are then dropped. model is ignored. */
typedef struct {
    cpg_model_t model;
    cpg_deliver_fn_t cpg_deliver_fn;
    cpg_confchg_fn_t cpg_confchg_fn;
    cpg_totem_confchg_fn_t cpg_totem_confchg_fn;
    unsigned int flags; /* 0 or CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF */
} cpg_model_v1_data_t;

/*
 * Opens a connection to the daemon on this node. The callbacks are copied; NULL means no callbacks. On failure the call
 * does not change *handle and leaves nothing open. After one second of waiting, a signal whose handler returns ends the
 * wait.
 *
 * CS_ERR_LIBRARY        no daemon is running, or the daemon or this process has too few free file
 *                       descriptors. (A daemon that has none does not answer; the call waits for it.)
 * CS_ERR_TRY_AGAIN      the daemon is starting; or a signal or COROSYNC_CLIENT_CONNECT_MS ended the wait
 * CS_ERR_ACCESS         the daemon does not serve this user (it serves root, the group root and its uidgid section); or
 *                       the process that listens on the daemon's socket runs neither as root, nor as this user, nor as
 *                       a user in COROSYNC_CLIENT_PEER_UIDS
 * CS_ERR_NOT_SUPPORTED  the daemon does not have this service, or not the transport that COROSYNC_CLIENT_TRANSPORT
 *                       requests
 * CS_ERR_NOT_EXIST      the daemon's shared memory is not visible to this process
 * CS_ERR_NO_SPACE       there is no room for the shared memory of the connection
 */
cs_error_t cpg_initialize(cpg_handle_t* handle, cpg_callbacks_t* callbacks);

/*
 * The same with the callbacks and flags of a model, and a first value for cpg_context_get(). For CPG_MODEL_V1
 * model_data points to a cpg_model_v1_data_t, or is NULL for no callbacks and no flags.
 *
 * CS_ERR_INVALID_PARAM  also: the model does not exist, which is checked first; or flags has unknown bits
 * And the errors of cpg_initialize().
 */
cs_error_t cpg_model_initialize(cpg_handle_t* handle, cpg_model_t model, cpg_model_data_t* model_data, void* context);

/*
 * Closes the connection. If the handle is still a member of a group, the membership ends with CPG_REASON_PROCDOWN.
 * The daemon would keep a member of the group with the empty name, so the call leaves that group, with
 * CPG_REASON_LEAVE. While the daemon is busy with the join, the call sends the leave again, for about one second at
 * most. If another thread's request is under way, it cannot leave. Iterations end; buffers of cpg_zcb_alloc() stay
 * allocated. The handle is invalid afterwards, also after an error. A cpg_dispatch() that waits in another thread
 * returns CS_ERR_BAD_HANDLE. A request that another thread has already sent gets its reply; the call does not wait for
 * that. After the call has returned no callback starts, except one that a cpg_dispatch() in another thread is about to
 * call. So do not free what callbacks use before that dispatch returns.
 *
 * CS_ERR_LIBRARY        the daemon was gone already
 */
cs_error_t cpg_finalize(cpg_handle_t handle);

/*
 * Gets the descriptor to poll. It is readable while there are events for cpg_dispatch(), and when the daemon is gone.
 * Some events have no callback, so a dispatch may call no callback. The descriptor does not change and stays open until
 * the handle is finalized. Do not read, write or close it. If the daemon is configured for the socket transport, the
 * descriptor does not show the daemon's death; a cpg_dispatch() that does not wait does.
 */
cs_error_t cpg_fd_get(cpg_handle_t handle, int* fd);

/*
 * Gets the size of the longest message that is sent in one piece, 1047552 bytes. cpg_mcast_joined() sends longer
 * messages in pieces, which the receiving library reassembles before delivery.
 */
cs_error_t cpg_max_atomic_msgsize_get(cpg_handle_t handle, uint32_t* size);

/* Returns the pointer that the program stored with the handle; NULL at first. The library never dereferences it. */
cs_error_t cpg_context_get(cpg_handle_t handle, void** context);

/* Stores a pointer with the handle. NULL is allowed. */
cs_error_t cpg_context_set(cpg_handle_t handle, void* context);

/*
 * Delivers events to the callbacks. dispatch_types says how many events a call handles, and whether it waits. Each
 * event counts, also if it has no callback. Each piece of a message longer than the atomic size is an event too; the
 * message is delivered with its last piece. Events that arrived before the daemon died are delivered first; over
 * libqb's client they may be lost, see corosync_client(7).
 *
 * A call in a callback handles the next events. The memory to which the arguments of the outer callback point does not
 * change until that callback returns.
 *
 * CS_OK                 CS_DISPATCH_ONE and CS_DISPATCH_ONE_NONBLOCKING: one event was handled; CS_DISPATCH_ALL: no
 *                       event is left. CS_DISPATCH_BLOCKING never returns CS_OK.
 * CS_ERR_TRY_AGAIN      CS_DISPATCH_ONE_NONBLOCKING: there is no event
 * CS_ERR_INVALID_PARAM  dispatch_types is not one of the four types, which is checked before the handle; or the process
 *                       is not allowed to poll a descriptor (RLIMIT_NOFILE 0)
 * CS_ERR_BAD_HANDLE     also: a callback or another thread finalized the handle
 * CS_ERR_NO_MEMORY      no memory for an event, which stays queued for the next call; but a message longer than the
 *                       atomic size is lost
 * CS_ERR_LIBRARY        the daemon is gone; or a malformed event was dropped, and the next call handles the next event
 */
cs_error_t cpg_dispatch(cpg_handle_t handle, cs_dispatch_flags_t dispatch_types);

/*
 * Joins a group. Creates the group if it does not exist. CS_OK means that the daemon has accepted the request: the
 * membership begins with the first change that the confchg callback reports. The program may send messages from now on.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; this is checked before the handle
 * CS_ERR_EXIST          the handle is a member of a group, or was a member of this group, or another handle of this
 *                       process is in this group
 * CS_ERR_TRY_AGAIN      also: an earlier membership of this process in this group is still ending
 * CS_ERR_BUSY           the daemon was busy for about one second: the handle has left a group, perhaps in another
 *                       process, and cannot join another
 */
cs_error_t cpg_join(cpg_handle_t handle, const struct cpg_name* group);

/*
 * Leaves the group that the handle has joined. The call checks the name but does not use it, since a handle is in one
 * group only. If a cpg_join() is in progress, the call waits until it is complete, without a time limit. The handle
 * gets a change that reports its own leave, and messages may still arrive after it.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; this is checked before the handle
 * CS_ERR_NOT_EXIST      the handle is not a member of a group
 */
cs_error_t cpg_leave(cpg_handle_t handle, const struct cpg_name* group);

/*
 * Sends one message to all members of the handle's group, the sender included. The message consists of iov_len parts,
 * one after the other. iovec may be NULL if iov_len is 0, and the base of a part may be NULL if its length is 0. The
 * message may be empty. guarantee is ignored.
 *
 * A message up to the size of cpg_max_atomic_msgsize_get() gets no reply. CS_OK does not mean that the handle is a
 * member, nor that the daemon had room. If the handle has no group, the message is lost without an error. If a large
 * message finds the queue of the cluster nearly full, it is lost with a line in the daemon's log. Longer messages are
 * sent in pieces, and each piece gets a reply. Such a message is delivered only when all its pieces have arrived.
 * Nothing of it is delivered after CS_ERR_INTERRUPT, CS_ERR_NOT_EXIST or CS_ERR_TRY_AGAIN. Members may get it or not
 * after CS_ERR_LIBRARY or CS_ERR_BAD_HANDLE: the daemon may have sent the last piece before its reply was lost. If the
 * program sends such a message again after a reconnect, members may get it twice.
 *
 * CS_ERR_TRY_AGAIN      the cluster cannot accept the message now: flow control is on, the membership is changing, or
 *                       the request queue is full. Nothing will be delivered. For a long message, returned after about
 *                       one second.
 * CS_ERR_NOT_EXIST      long messages: the handle is not a member of a group
 * CS_ERR_INTERRUPT      long messages: the group's membership changed while the message was sent; send it again
 * CS_ERR_TOO_BIG        the message is 4 GiB or longer
 */
cs_error_t cpg_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, const struct iovec* iovec,
                            unsigned int iov_len);

/*
 * Gets the members of a group, sorted by node and pid. The handle need not be a member of the group. A group that does
 * not exist has no members. The array needs room for CPG_MEMBERS_MAX entries, because the call ignores the initial
 * value of *member_list_entries. It stores and counts at most this number of members. A handle that has just joined may
 * not be in the list yet.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; this is checked before the handle
 */
cs_error_t cpg_membership_get(cpg_handle_t handle, struct cpg_name* groupName, struct cpg_address* member_list,
                              int* member_list_entries);

/* Gets the id of this node. */
cs_error_t cpg_local_get(cpg_handle_t handle, unsigned int* local_nodeid);

/* Always returns CPG_FLOW_CONTROL_DISABLED. A send that is not possible now returns CS_ERR_TRY_AGAIN. */
cs_error_t cpg_flow_control_state_get(cpg_handle_t handle, cpg_flow_control_state_t* flow_control_enabled);

/*
 * Allocates a buffer for cpg_zcb_mcast_joined(). The buffer belongs to the process and stays allocated when the handle
 * is finalized.
 *
 * CS_ERR_NO_MEMORY      also: the size is impossible
 */
cs_error_t cpg_zcb_alloc(cpg_handle_t handle, size_t size, void** buffer);

/*
 * Frees a buffer of cpg_zcb_alloc(), allocated with any handle. NULL is allowed and does nothing.
 *
 * CS_ERR_BAD_HANDLE     also: the buffer has been freed anyway
 * CS_ERR_INVALID_PARAM  the pointer is not a buffer of cpg_zcb_alloc(); the call did nothing
 */
cs_error_t cpg_zcb_free(cpg_handle_t handle, void* buffer);

/*
 * Sends msg_len bytes as cpg_mcast_joined() does.
 *
 * CS_ERR_TOO_BIG        the message is longer than 1048576 bytes
 * CS_ERR_INVALID_PARAM  also: msg is a buffer of cpg_zcb_alloc() that is shorter than msg_len
 * CS_ERR_NOT_EXIST      the handle is not a member of a group
 * And the errors of cpg_mcast_joined().
 */
cs_error_t cpg_zcb_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, void* msg, size_t msg_len);

/*
 * Starts an iteration over groups or their members, in their present state. The order is not defined. For
 * CPG_ITERATION_ONE_GROUP, group is the group, which need not exist; for the other types it must be NULL. The iteration
 * ends with cpg_iteration_finalize(), or with the handle.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; this is checked first
 * CS_ERR_INVALID_PARAM  also: the type does not exist, or group does not match the type; this is checked before the
 *                       handle
 */
cs_error_t cpg_iteration_initialize(cpg_handle_t handle, cpg_iteration_type_t iteration_type,
                                    const struct cpg_name* group, cpg_iteration_handle_t* cpg_iteration_handle);

/*
 * Gets the next group or member.
 *
 * CS_ERR_NO_SECTIONS    the iteration is at its end; the next call starts again
 * CS_ERR_BAD_HANDLE     also: the iteration has been ended, or its cpg handle finalized, before or by another thread
 *                       during the call
 */
cs_error_t cpg_iteration_next(cpg_iteration_handle_t handle, struct cpg_iteration_description_t* description);

/*
 * Ends an iteration.
 *
 * CS_ERR_BAD_HANDLE     also: the iteration has been ended, or its cpg handle finalized, before or by another thread
 *                       during the call
 * CS_ERR_LIBRARY        also: the daemon is gone; the iteration stays until its cpg handle is finalized
 */
cs_error_t cpg_iteration_finalize(cpg_iteration_handle_t handle);

#ifdef __cplusplus
}
#endif

#endif
