/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROSYNC_CPG_H_DEFINED
#define COROSYNC_CPG_H_DEFINED

/*
 * libcpg: closed process groups of a Corosync cluster. Processes on any node join a named group; every member gets
 * every message of the group, and every change of its membership, in one and the same order.
 *
 * What holds for every function
 * -----------------------------
 *
 * Handles. cpg_initialize() opens a connection to the daemon on this node and gives a handle; handles are independent
 * of each other. A handle is never 0. It can be a member of one group, once in its life; a process may have many
 * handles. If the daemon goes away the handle is of no more use: every request gives CS_ERR_LIBRARY, also after the
 * daemon has been started again. Finalize it and open another.
 *
 * Blocking. A function that asks the daemon waits for the answer as long as it takes, also while the daemon is
 * stopped or the cluster is changing; signals do not end the wait. If the daemon dies meanwhile the call returns
 * CS_ERR_LIBRARY within 250 ms. These do not ask the daemon and do not wait for it: cpg_fd_get(),
 * cpg_max_atomic_msgsize_get(), cpg_context_get(), cpg_context_set(), cpg_flow_control_state_get(), cpg_zcb_alloc(),
 * cpg_zcb_free(), and cpg_dispatch() with the types that do not wait. cpg_mcast_joined() with a message up to the
 * atomic size gets no answer; it waits only when a stopped daemon has left some hundred messages unread.
 *
 * Ownership. What an argument points to is used during the call only. Output arguments are written on CS_OK only.
 * Buffers of cpg_zcb_alloc() are to be freed with cpg_zcb_free().
 *
 * Threads. Any function may be called in any thread, also on the same handle: requests are served one after the other,
 * each gets its own answer, and sending never waits for another thread's request. Finalizing a handle ends the waiting
 * of a cpg_dispatch() in another thread.
 *
 * Callbacks. They run in the thread that calls cpg_dispatch(), and in that call only. No lock is held, and every
 * function of this library may be called in them, on any handle, cpg_dispatch() and cpg_finalize() included.
 *
 * Fork. A handle works in the child too, as long as only one of the two processes uses it. Finalizing it in the
 * child does not disturb the parent. To the group, the member stays the process that joined.
 *
 * Results. CS_OK is success. These can come from any function, as far as it has such an argument or asks the daemon,
 * and are not repeated below:
 *
 *   CS_ERR_INVALID_PARAM  NULL where a pointer is needed. The comments say where NULL is allowed.
 *   CS_ERR_BAD_HANDLE     the handle is not open: never given out, finalized already, or finalized by another thread
 *                         or in a callback during the call.
 *   CS_ERR_LIBRARY        the daemon is gone, or has sent an malformed answer.
 *   CS_ERR_TRY_AGAIN      the daemon cannot take the request now; nothing was done, call again a little later.
 *   CS_ERR_NO_MEMORY      memory ran out.
 *
 * A daemon newer than this library may have reasons of its own; its result is handed on as it is.
 */

#include <netinet/in.h>
#include <sys/socket.h>

#include <corosync/corotypes.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t cpg_handle_t;
typedef uint64_t cpg_iteration_handle_t;

/* The order that a sender asks for. Whichever it is, messages are delivered in agreed order. */
typedef enum { CPG_TYPE_UNORDERED = 0, CPG_TYPE_FIFO = 1, CPG_TYPE_AGREED = 2, CPG_TYPE_SAFE = 3 } cpg_guarantee_t;

typedef enum {
    CPG_FLOW_CONTROL_DISABLED = 0, /* messages may be sent */
    CPG_FLOW_CONTROL_ENABLED = 1
} cpg_flow_control_state_t;

/* Why a process came or went. */
typedef enum {
    CPG_REASON_UNDEFINED = 0, /* for those who stayed */
    CPG_REASON_JOIN = 1,      /* it called cpg_join() */
    CPG_REASON_LEAVE = 2,     /* it called cpg_leave() */
    CPG_REASON_NODEDOWN = 3,  /* its node was lost */
    CPG_REASON_NODEUP = 4,    /* its node came back or was merged in */
    CPG_REASON_PROCDOWN = 5   /* it finalized its handle, or ended */
} cpg_reason_t;

/* What an iteration shows. */
typedef enum {
    CPG_ITERATION_NAME_ONLY = 1, /* each group once, with nodeid and pid 0 */
    CPG_ITERATION_ONE_GROUP = 2, /* each member of one group */
    CPG_ITERATION_ALL = 3        /* each member of each group */
} cpg_iteration_type_t;

/* The kinds of callbacks that cpg_model_initialize() takes. */
typedef enum {
    CPG_MODEL_V1 = 1 /* cpg_model_v1_data_t */
} cpg_model_t;

/* A process. */
struct cpg_address {
    uint32_t nodeid;
    uint32_t pid;
    uint32_t reason; /* one of cpg_reason_t in the lists of joined and left processes, else 0 */
};

/* The name of a group: bytes, not characters, as many as length says. A NUL at the end is part of it if it is counted.
 */
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

/* A membership of the cluster: who represents it, and a number that grows with each change. */
struct cpg_ring_id {
    uint32_t nodeid;
    uint64_t seq;
};

/*
 * A message of the group, from the process pid on the node nodeid, which may be the receiver itself. msg is aligned to
 * 8 bytes, may be written to, and is valid until the callback returns, as is group_name.
 */
typedef void (*cpg_deliver_fn_t)(cpg_handle_t handle, const struct cpg_name* group_name, uint32_t nodeid, uint32_t pid,
                                 void* msg, size_t msg_len);

/*
 * A change of the group's membership: who is in it now, sorted by node and pid, who has left and who has joined. The
 * first one that a handle gets has the handle's own process among those who joined. The lists are valid until the
 * callback returns; an empty one has 0 entries and is not NULL.
 */
typedef void (*cpg_confchg_fn_t)(cpg_handle_t handle, const struct cpg_name* group_name,
                                 const struct cpg_address* member_list, size_t member_list_entries,
                                 const struct cpg_address* left_list, size_t left_list_entries,
                                 const struct cpg_address* joined_list, size_t joined_list_entries);

/*
 * A change of the cluster's membership, with the ids of the nodes that are present; it comes after the changes of the
 * groups that it causes, and also to handles that have not joined a group.
 */
typedef void (*cpg_totem_confchg_fn_t)(cpg_handle_t handle, struct cpg_ring_id ring_id, uint32_t member_list_entries,
                                       const uint32_t* member_list);

/* The callbacks of cpg_initialize(). Each may be NULL; its events are then dropped. */
typedef struct {
    cpg_deliver_fn_t cpg_deliver_fn;
    cpg_confchg_fn_t cpg_confchg_fn;
} cpg_callbacks_t;

/* What the structures for cpg_model_initialize() begin with. */
typedef struct {
    cpg_model_t model;
} cpg_model_data_t;

/* Call cpg_totem_confchg_fn once after joining, with the membership at that time. */
#define CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF 0x01

/* The callbacks of CPG_MODEL_V1. Each may be NULL; its events are then dropped. model is not looked at. */
typedef struct {
    cpg_model_t model;
    cpg_deliver_fn_t cpg_deliver_fn;
    cpg_confchg_fn_t cpg_confchg_fn;
    cpg_totem_confchg_fn_t cpg_totem_confchg_fn;
    unsigned int flags; /* 0 or CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF */
} cpg_model_v1_data_t;

/*
 * Opens a connection to the daemon on this node. The callbacks are copied; NULL means none. On failure *handle is left
 * alone, and nothing stays open. A signal ends the wait for a slow daemon
 * when it has lasted for a second, if its handler returns.
 *
 * CS_ERR_LIBRARY        no daemon is running, or it or this process has no file descriptor left
 * CS_ERR_TRY_AGAIN      the daemon is starting; or a signal ended the wait, or COROSYNC_CLIENT_CONNECT_MS did
 * CS_ERR_ACCESS         the daemon does not serve this user (root, group root and those of its uidgid section are
 *                       served), or what listens in its place is not run by root or this user
 * CS_ERR_NOT_SUPPORTED  the daemon does not have this service, or COROSYNC_CLIENT_TRANSPORT asks for what it lacks
 * CS_ERR_NOT_EXIST      the shared memory of the daemon cannot be seen from here
 * CS_ERR_NO_SPACE       no room for the shared memory of the connection
 */
cs_error_t cpg_initialize(cpg_handle_t* handle, cpg_callbacks_t* callbacks);

/*
 * The same with the callbacks and flags of a model, and a first value for cpg_context_get(). For CPG_MODEL_V1
 * model_data points to a cpg_model_v1_data_t, or is NULL for no callbacks and no flags.
 *
 * CS_ERR_INVALID_PARAM  also: there is no such model, looked at first; or flags has unknown bits
 * And the errors of cpg_initialize().
 */
cs_error_t cpg_model_initialize(cpg_handle_t* handle, cpg_model_t model, cpg_model_data_t* model_data, void* context);

/*
 * Closes the connection. A membership that was not left ends with CPG_REASON_PROCDOWN, iterations end, buffers of
 * cpg_zcb_alloc() live on. The handle is invalid afterwards, whatever is returned. A cpg_dispatch() that waits in
 * another thread returns CS_ERR_BAD_HANDLE; a request of another thread runs to its end and is not waited for. No
 * callback starts after the return.
 *
 * CS_ERR_LIBRARY        the daemon was gone already
 */
cs_error_t cpg_finalize(cpg_handle_t handle);

/*
 * The descriptor to poll: it is readable while there are events for cpg_dispatch(), and when the daemon is gone. Some
 * events have no callback, so a dispatch may call nothing. It stays the same and open until the handle is finalized. Do
 * not read, write or close it. Where the daemon is configured for the socket transport it does not show the daemon's
 * end; a cpg_dispatch() that does not wait does.
 */
cs_error_t cpg_fd_get(cpg_handle_t handle, int* fd);

/*
 * The longest message that goes out in one piece, 1047552 bytes. cpg_mcast_joined() cuts longer ones in pieces and puts
 * them together again before delivery.
 */
cs_error_t cpg_max_atomic_msgsize_get(cpg_handle_t handle, uint32_t* size);

/* The pointer that the program has put by with the handle; NULL at first. The library never follows it. */
cs_error_t cpg_context_get(cpg_handle_t handle, void** context);

/* Puts a pointer by with the handle. NULL is allowed. */
cs_error_t cpg_context_set(cpg_handle_t handle, void* context);

/*
 * Calls the callbacks of the events that have arrived, as far as dispatch_types says. Each event counts, also one
 * without a callback and each piece of a message longer than the atomic size, which is delivered with its last piece.
 * Events that arrived before the daemon died are delivered first.
 *
 * A call inside a callback takes the events that follow. What the arguments of the outer callback point to stays as it
 * is until that returns.
 *
 * CS_OK                 CS_DISPATCH_ONE and CS_DISPATCH_ONE_NONBLOCKING: one event was handled; CS_DISPATCH_ALL: none
 *                       is left. CS_DISPATCH_BLOCKING never returns it.
 * CS_ERR_TRY_AGAIN      CS_DISPATCH_ONE_NONBLOCKING: there is no event
 * CS_ERR_INVALID_PARAM  dispatch_types is none of the four, looked at before the handle; or the process may not wait on
 *                       a descriptor (RLIMIT_NOFILE 0)
 * CS_ERR_BAD_HANDLE     also: the handle was finalized, by a callback or by another thread
 * CS_ERR_NO_MEMORY      no memory for an event, which is still there for the next call; but a message longer than the
 *                       atomic size is lost
 * CS_ERR_LIBRARY        the daemon is gone; or an event made no sense and was dropped, and the next call goes on
 */
cs_error_t cpg_dispatch(cpg_handle_t handle, cs_dispatch_flags_t dispatch_types);

/*
 * Joins a group, and creates it if need be. CS_OK means that the daemon will see to it: the membership begins with the
 * first change that the confchg callback reports. Messages may be sent from now on.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; looked at before the handle
 * CS_ERR_EXIST          the handle has a group already, had this one, or another handle of this process is in this
 *                       group
 * CS_ERR_TRY_AGAIN      also: an earlier membership of this process in this group has not quite ended yet
 * CS_ERR_BUSY           the handle has left a group and cannot join another, found out in about a second
 */
cs_error_t cpg_join(cpg_handle_t handle, const struct cpg_name* group);

/*
 * Leaves the group that the handle has joined. The name is checked but otherwise not needed, as a handle is in one
 * group only. Waits until a cpg_join() that is under way is through. The handle's own leaving is reported, and messages
 * may still arrive after it.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; looked at before the handle
 * CS_ERR_NOT_EXIST      the handle is not a member of a group
 */
cs_error_t cpg_leave(cpg_handle_t handle, const struct cpg_name* group);

/*
 * Sends one message, made of iov_len parts one after the other, to all members of the handle's group, the sender
 * included. iovec may be NULL if iov_len is 0, and the base of a part may be NULL if its length is 0; the message may
 * be empty. guarantee is not looked at.
 *
 * Up to the size of cpg_max_atomic_msgsize_get() the call does not wait for an answer, and CS_OK does not say that
 * the handle is a member: a message of a handle without a group is lost without a word. Longer messages go out piece
 * by piece, each with an answer; nothing of them is delivered before everything has arrived, and after an error nothing
 * at all.
 *
 * CS_ERR_TRY_AGAIN      the cluster cannot take more now: flow control, a change of the membership, or the request
 *                       queue is full. Nothing will be delivered. For a long message this is after about a second.
 * CS_ERR_NOT_EXIST      long messages: the handle is not a member of a group
 * CS_ERR_INTERRUPT      long messages: the group's membership changed in between; send the message again
 * CS_ERR_TOO_BIG        4 GiB or more
 */
cs_error_t cpg_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, const struct iovec* iovec,
                            unsigned int iov_len);

/*
 * The members of a group, sorted by node and pid; any group may be asked for, and one that does not exist has none. The
 * array needs room for CPG_MEMBERS_MAX entries, since the value that *member_list_entries comes with is not looked at;
 * at most that many are stored and counted. A handle that has just joined may not be among them yet.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; looked at before the handle
 */
cs_error_t cpg_membership_get(cpg_handle_t handle, struct cpg_name* groupName, struct cpg_address* member_list,
                              int* member_list_entries);

/* The id of this node. */
cs_error_t cpg_local_get(cpg_handle_t handle, unsigned int* local_nodeid);

/* Always CPG_FLOW_CONTROL_DISABLED. That sending is not possible is told by CS_ERR_TRY_AGAIN. */
cs_error_t cpg_flow_control_state_get(cpg_handle_t handle, cpg_flow_control_state_t* flow_control_enabled);

/*
 * A buffer for cpg_zcb_mcast_joined(). It belongs to the process and outlives the handle.
 *
 * CS_ERR_NO_MEMORY      also: an impossible size
 */
cs_error_t cpg_zcb_alloc(cpg_handle_t handle, size_t size, void** buffer);

/*
 * Frees a buffer of cpg_zcb_alloc(), made with any handle. NULL is allowed and does nothing.
 *
 * CS_ERR_BAD_HANDLE     also: the buffer was freed nonetheless
 * CS_ERR_INVALID_PARAM  this is no such buffer; nothing was done
 */
cs_error_t cpg_zcb_free(cpg_handle_t handle, void* buffer);

/*
 * Sends msg_len bytes as cpg_mcast_joined() does.
 *
 * CS_ERR_TOO_BIG        more than 1048576 bytes
 * CS_ERR_INVALID_PARAM  also: msg is a buffer of cpg_zcb_alloc() and is shorter than msg_len
 * CS_ERR_NOT_EXIST      the handle is not a member of a group
 * And the errors of cpg_mcast_joined().
 */
cs_error_t cpg_zcb_mcast_joined(cpg_handle_t handle, cpg_guarantee_t guarantee, void* msg, size_t msg_len);

/*
 * Starts an iteration over groups or their members as they are now; the order is not defined. group is the group for
 * CPG_ITERATION_ONE_GROUP, which may be an unknown one, and NULL for the other types. To be ended with
 * cpg_iteration_finalize(), or with the handle.
 *
 * CS_ERR_NAME_TOO_LONG  the name is longer than CPG_MAX_NAME_LENGTH; looked at first
 * CS_ERR_INVALID_PARAM  also: there is no such type, or group does not go with it; looked at before the handle
 */
cs_error_t cpg_iteration_initialize(cpg_handle_t handle, cpg_iteration_type_t iteration_type,
                                    const struct cpg_name* group, cpg_iteration_handle_t* cpg_iteration_handle);

/*
 * The next group or member.
 *
 * CS_ERR_NO_SECTIONS    the iteration is at its end; the next call starts again
 * CS_ERR_BAD_HANDLE     also: the iteration has been ended, or its cpg handle finalized
 */
cs_error_t cpg_iteration_next(cpg_iteration_handle_t handle, struct cpg_iteration_description_t* description);

/*
 * Ends an iteration.
 *
 * CS_ERR_BAD_HANDLE     also: the iteration has been ended, or its cpg handle finalized
 * CS_ERR_LIBRARY        also: the daemon is gone; the iteration stays until its cpg handle is finalized
 */
cs_error_t cpg_iteration_finalize(cpg_iteration_handle_t handle);

#ifdef __cplusplus
}
#endif

#endif
