/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROSYNC_CMAP_H_DEFINED
#define COROSYNC_CMAP_H_DEFINED

/*
 * libcmap: the configuration map of the Corosync daemon on this node, a table from keys to typed values, and the
 * daemon's statistics in the same form.
 *
 * Rules for all functions
 * -----------------------------
 *
 * Handles. cmap_initialize() opens a connection to the daemon and returns a handle. Handles are independent of each
 * other. A handle is never 0. Iterators and trackers belong to the handle that made them. When the daemon is gone, the
 * handle cannot be used any more: every request returns CS_ERR_LIBRARY, also after the daemon has been started again.
 * Finalize the handle and open another one.
 *
 * Blocking. A function that sends a request to the daemon waits for the reply without a time limit, also while the
 * daemon is stopped. Signals do not end the wait. If the daemon dies during the wait, the call returns CS_ERR_LIBRARY
 * within 250 ms. These functions send no request and never wait: cmap_finalize(), cmap_fd_get(), cmap_context_get() and
 * cmap_context_set(). cmap_dispatch() waits for events with two of its types only. It may send a request that wakes the
 * daemon, but does not wait for the reply.
 *
 * Ownership. The library uses the memory to which an argument points only during the call. It writes output arguments
 * only on CS_OK. The caller must free only the string of cmap_get_string().
 *
 * Threads. Any thread may call any function, also on the same handle: the daemon serves the requests one after the
 * other, and each request gets its own reply. Finalizing a handle ends the wait of a cmap_dispatch() in another thread.
 *
 * Callbacks run in the thread that calls cmap_dispatch(), only during that call. The library holds no lock
 * meanwhile. Callbacks may call every function of this library, on any handle, cmap_dispatch() and cmap_finalize()
 * included.
 *
 * Fork. A handle works in the child too, as long as only one of the two processes uses it. Finalizing it in the child
 * does not disturb the parent.
 *
 * Keys are strings of CMAP_KEYNAME_MINLEN to CMAP_KEYNAME_MAXLEN of these characters: a-z A-Z 0-9 . _ - / and :. By
 * convention they are words with dots between them.
 *
 * Results. CS_OK is success. Any function that has such an argument or sends a request can return these errors. They
 * are not repeated below:
 *
 *   CS_ERR_INVALID_PARAM  an argument is NULL. The comments say where NULL is allowed.
 *   CS_ERR_BAD_HANDLE     the handle is not open: no function returned it, it has been finalized, or another thread or
 *                         a callback finalized it during the call. Keys that are too long, and NULL, are checked before
 *                         the handle. Prefixes, keys to track, and NULL in cmap_fd_get(), cmap_context_get() and the
 *                         functions that read a value of one type are checked after it.
 *   CS_ERR_LIBRARY        the daemon is gone, or it sent a malformed reply.
 *   CS_ERR_TRY_AGAIN      the daemon cannot accept the request now; it did nothing, call again later.
 *   CS_ERR_NO_MEMORY      memory ran out.
 *
 * A daemon that is newer than this library may return other errors, for other reasons. The library returns them
 * unchanged. A number that is not a result code counts as a malformed reply.
 */

#include <corosync/corotypes.h>
#include <corosync/hdb.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t cmap_handle_t;
typedef uint64_t cmap_iter_handle_t;
typedef uint64_t cmap_track_handle_t;

/* Characters in a key, without the NUL. */
#define CMAP_KEYNAME_MAXLEN 255
#define CMAP_KEYNAME_MINLEN 3

/* The changes that a tracker requests, and the change that an event reports. */
#define CMAP_TRACK_DELETE 1 /* the key was deleted */
#define CMAP_TRACK_MODIFY 2 /* its value or its type changed */
#define CMAP_TRACK_ADD 4    /* the key was created */
#define CMAP_TRACK_PREFIX 8 /* for cmap_track_add() only: the key is a prefix */

/* The type of a value. Numbers are in the byte order of the machine. */
typedef enum {
    CMAP_VALUETYPE_INT8 = 1,
    CMAP_VALUETYPE_UINT8 = 2,
    CMAP_VALUETYPE_INT16 = 3,
    CMAP_VALUETYPE_UINT16 = 4,
    CMAP_VALUETYPE_INT32 = 5,
    CMAP_VALUETYPE_UINT32 = 6,
    CMAP_VALUETYPE_INT64 = 7,
    CMAP_VALUETYPE_UINT64 = 8,
    CMAP_VALUETYPE_FLOAT = 9,
    CMAP_VALUETYPE_DOUBLE = 10,
    CMAP_VALUETYPE_STRING = 11, /* characters and a NUL, which the length includes */
    CMAP_VALUETYPE_BINARY = 12  /* 0 to 16384 bytes of any value */
} cmap_value_types_t;

/* The maps of a daemon. */
typedef enum {
    CMAP_MAP_DEFAULT = 0, /* the same as CMAP_MAP_ICMAP */
    CMAP_MAP_ICMAP = 0,   /* the configuration and the state of the daemon; programs may add their own keys */
    CMAP_MAP_STATS = 1    /* counters that the daemon computes when they are read; only stats.clear.* can be set */
} cmap_map_t;

/* A value in an event. A value that does not exist has the type 0 and the length 0. */
struct cmap_notify_value {
    cmap_value_types_t type;
    size_t len;       /* in bytes; for a string it includes the NUL */
    const void* data; /* never NULL, aligned for every type, valid until the callback returns */
};

/*
 * Reports one change of a tracked key. cmap_handle and cmap_track_handle are those of the tracker, event is one of
 * CMAP_TRACK_ADD, CMAP_TRACK_MODIFY and CMAP_TRACK_DELETE, and user_data is the pointer that was passed to
 * cmap_track_add(). There is no old value in an ADD and no new value in a DELETE. For keys that the daemon increments
 * in place (runtime.services.*), the old value is missing in a MODIFY too. In the statistics map, every event has both
 * values, and they are equal. key_name and both values are valid until the callback returns, even if it calls other
 * functions.
 */
typedef void (*cmap_notify_fn_t)(cmap_handle_t cmap_handle, cmap_track_handle_t cmap_track_handle, int32_t event,
                                 const char* key_name, struct cmap_notify_value new_value,
                                 struct cmap_notify_value old_value, void* user_data);

/*
 * Opens a connection to the configuration map of the daemon on this node. On failure the call does not change *handle
 * and leaves nothing open. After one second of waiting, a signal whose handler returns ends the wait.
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
cs_error_t cmap_initialize(cmap_handle_t* handle);

/*
 * The same for one of the daemon's maps.
 *
 * CS_ERR_NOT_EXIST      also: the map does not exist
 * And the errors of cmap_initialize().
 */
cs_error_t cmap_initialize_map(cmap_handle_t* handle, cmap_map_t map);

/*
 * Closes the connection; its iterators and trackers end with it. Works also if the daemon is gone. A cmap_dispatch()
 * that waits in another thread returns CS_ERR_BAD_HANDLE. A request that another thread has already sent gets its
 * reply. After the call has returned no callback starts, except one that a cmap_dispatch() in another thread is about
 * to call. So do not free what callbacks use before that dispatch returns.
 */
cs_error_t cmap_finalize(cmap_handle_t handle);

/*
 * Gets the descriptor to poll. It is readable while there are events for cmap_dispatch(), and when the daemon is gone.
 * The descriptor does not change and stays open until the handle is finalized. Do not read, write or close it. If the
 * daemon is configured for the socket transport, the descriptor does not show the daemon's death; a cmap_dispatch()
 * that does not wait does.
 */
cs_error_t cmap_fd_get(cmap_handle_t handle, int* fd);

/*
 * Delivers events to the callbacks. dispatch_types says how many events a call handles, and whether it waits. Each
 * event counts, also if its tracker has been deleted in the meantime and no callback is called. Events that arrived
 * before the daemon died are delivered first; over libqb's client they may be lost, see corosync_client(7).
 *
 * CS_OK                 CS_DISPATCH_ONE and CS_DISPATCH_ONE_NONBLOCKING: one event was handled; CS_DISPATCH_ALL: no
 *                       event is left. CS_DISPATCH_BLOCKING never returns CS_OK.
 * CS_ERR_TRY_AGAIN      CS_DISPATCH_ONE_NONBLOCKING: there is no event
 * CS_ERR_INVALID_PARAM  dispatch_types is not one of the four types, which is checked before the handle; or the process
 *                       is not allowed to poll a descriptor (RLIMIT_NOFILE 0)
 * CS_ERR_BAD_HANDLE     also: a callback or another thread finalized the handle
 * CS_ERR_LIBRARY        the daemon is gone; or a malformed event was dropped, and the next call handles the next event
 */
cs_error_t cmap_dispatch(cmap_handle_t handle, cs_dispatch_flags_t dispatch_types);

/* Returns the pointer that the program stored with the handle; NULL at first. The library never dereferences it. */
cs_error_t cmap_context_get(cmap_handle_t handle, const void** context);

/* Stores a pointer with the handle. NULL is allowed. */
cs_error_t cmap_context_set(cmap_handle_t handle, const void* context);

/*
 * Stores a value under a key. Creates the key if it does not exist; an existing key gets the new type. For a number,
 * value_len is its size. For a string, value_len is the number of characters, with or without the NUL, which is stored
 * in both cases. Binary data can have any length up to 16384; value must not be NULL even for length 0. The daemon also
 * stores an empty value with a type that does not exist: 0 or 13 to 255. In the statistics map, it does not check the
 * types and values of the stats.clear keys.
 *
 * CS_ERR_INVALID_PARAM  also: value_len does not fit the type; the type does not exist, except for an empty value and
 *                       the types 0 to 255; a string has a NUL before its last byte; the value has more than 16384
 *                       bytes
 * CS_ERR_TOO_BIG        the value does not fit into a request: it has 1048281 bytes or more
 * CS_ERR_NAME_TOO_LONG  key_name is too long or too short, or contains a character that is not allowed in keys
 * CS_ERR_ACCESS         the key is read only; statistics map: any key except stats.clear.*
 * CS_ERR_NOT_SUPPORTED  statistics map: the daemon does not have this stats.clear key
 */
cs_error_t cmap_set(cmap_handle_t handle, const char* key_name, const void* value, size_t value_len,
                    cmap_value_types_t type);

/* Variants of cmap_set() for each type of number, with the errors of cmap_set() but CS_ERR_TOO_BIG. */
cs_error_t cmap_set_int8(cmap_handle_t handle, const char* key_name, int8_t value);
cs_error_t cmap_set_uint8(cmap_handle_t handle, const char* key_name, uint8_t value);
cs_error_t cmap_set_int16(cmap_handle_t handle, const char* key_name, int16_t value);
cs_error_t cmap_set_uint16(cmap_handle_t handle, const char* key_name, uint16_t value);
cs_error_t cmap_set_int32(cmap_handle_t handle, const char* key_name, int32_t value);
cs_error_t cmap_set_uint32(cmap_handle_t handle, const char* key_name, uint32_t value);
cs_error_t cmap_set_int64(cmap_handle_t handle, const char* key_name, int64_t value);
cs_error_t cmap_set_uint64(cmap_handle_t handle, const char* key_name, uint64_t value);
cs_error_t cmap_set_float(cmap_handle_t handle, const char* key_name, float value);
cs_error_t cmap_set_double(cmap_handle_t handle, const char* key_name, double value);

/* cmap_set() for a NUL-terminated string of at most 16384 characters, with the errors of cmap_set(). */
cs_error_t cmap_set_string(cmap_handle_t handle, const char* key_name, const char* value);

/*
 * Deletes a key.
 *
 * CS_ERR_NOT_EXIST      the key does not exist
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 * CS_ERR_ACCESS         the key is read only, also if it does not exist; statistics map: any key
 * CS_ERR_NOT_SUPPORTED  statistics map: the keys stats.clear.*
 */
cs_error_t cmap_delete(cmap_handle_t handle, const char* key_name);

/*
 * Reads a value. Before the call, *value_len must be the size of the memory at value. After the call it is the length
 * of the value, which for a string includes the NUL. If value is NULL, the call returns only the length and the type,
 * and ignores the size. value, value_len and type may each be NULL, but a value needs a value_len. With all three NULL,
 * the call checks whether the key exists.
 *
 * CS_ERR_NOT_EXIST      the key does not exist
 * CS_ERR_INVALID_PARAM  also: the value is longer than *value_len; nothing was written
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 */
cs_error_t cmap_get(cmap_handle_t handle, const char* key_name, void* value, size_t* value_len,
                    cmap_value_types_t* type);

/*
 * Variants of cmap_get() for each type of number. They do not convert the value, not even to a wider type.
 *
 * CS_ERR_INVALID_PARAM  also: the value has another type
 * And the errors of cmap_get().
 */
cs_error_t cmap_get_int8(cmap_handle_t handle, const char* key_name, int8_t* i8);
cs_error_t cmap_get_uint8(cmap_handle_t handle, const char* key_name, uint8_t* u8);
cs_error_t cmap_get_int16(cmap_handle_t handle, const char* key_name, int16_t* i16);
cs_error_t cmap_get_uint16(cmap_handle_t handle, const char* key_name, uint16_t* u16);
cs_error_t cmap_get_int32(cmap_handle_t handle, const char* key_name, int32_t* i32);
cs_error_t cmap_get_uint32(cmap_handle_t handle, const char* key_name, uint32_t* u32);
cs_error_t cmap_get_int64(cmap_handle_t handle, const char* key_name, int64_t* i64);
cs_error_t cmap_get_uint64(cmap_handle_t handle, const char* key_name, uint64_t* u64);
cs_error_t cmap_get_float(cmap_handle_t handle, const char* key_name, float* flt);
cs_error_t cmap_get_double(cmap_handle_t handle, const char* key_name, double* dbl);

/*
 * Reads a string. *str becomes a copy of the string, which always ends with a NUL. The caller must free() it.
 *
 * CS_ERR_INVALID_PARAM  also: the value has another type
 * And the errors of cmap_get().
 */
cs_error_t cmap_get_string(cmap_handle_t handle, const char* key_name, char** str);

/*
 * Adds one to an integer of any type, or subtracts one, in a single step. The value wraps around at the ends of the
 * type's range. An empty value whose type does not exist does not change, and the result is CS_OK.
 *
 * CS_ERR_NOT_EXIST      the key does not exist
 * CS_ERR_INVALID_PARAM  also: the value is a float, a double, a string or binary data
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 * CS_ERR_ACCESS         the key is read only; statistics map: any key
 * CS_ERR_NOT_SUPPORTED  statistics map: the keys stats.clear.*
 */
cs_error_t cmap_inc(cmap_handle_t handle, const char* key_name);
cs_error_t cmap_dec(cmap_handle_t handle, const char* key_name);

/*
 * Starts an iteration over the keys that begin with prefix; NULL or "" selects all keys. Keys may be created and
 * deleted during the iteration: it skips keys that have been deleted, and includes new keys at positions that it has
 * not reached yet. The daemon determines the order. Several iterations at the same time do not disturb each other. The
 * iteration ends with cmap_iter_finalize(), or with the handle.
 *
 * CS_ERR_NAME_TOO_LONG  prefix is longer than any key
 */
cs_error_t cmap_iter_init(cmap_handle_t handle, const char* prefix, cmap_iter_handle_t* cmap_iter_handle);

/*
 * Gets the next key. key_name must have room for CMAP_KEYNAME_MAXLEN + 1 characters. value_len and type may be NULL. In
 * the statistics map, the length of a string is reported as 0; cmap_get() returns the correct length.
 *
 * CS_ERR_NO_SECTIONS    there are no more keys
 * CS_ERR_BAD_HANDLE     also: the iteration does not belong to this handle, or has been ended
 */
cs_error_t cmap_iter_next(cmap_handle_t handle, cmap_iter_handle_t iter_handle, char key_name[], size_t* value_len,
                          cmap_value_types_t* type);

/*
 * Ends an iteration.
 *
 * CS_ERR_BAD_HANDLE     also: the iteration does not belong to this handle, or has been ended
 */
cs_error_t cmap_iter_finalize(cmap_handle_t handle, cmap_iter_handle_t iter_handle);

/*
 * Adds a tracker, which gets the changes of a key, or with CMAP_TRACK_PREFIX of every key that begins with key_name.
 * The key need not exist. key_name NULL or "" together with CMAP_TRACK_PREFIX selects all keys. track_type combines the
 * CMAP_TRACK bits; without ADD, MODIFY and DELETE the tracker never gets an event. In the statistics map, a tracker of
 * a single key gets MODIFY with any bits, and unknown bits are ignored. cmap_dispatch() on this handle calls notify_fn
 * with user_data. To set a key to its present type and value is not a change.
 *
 * CS_ERR_INVALID_PARAM  also: track_type has unknown bits, but not in the statistics map; notify_fn is NULL
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 * CS_ERR_NOT_SUPPORTED  statistics map: CMAP_TRACK_PREFIX without both ADD and DELETE; or a single key that ends with
 *                       .procname, which would kill the daemon
 */
cs_error_t cmap_track_add(cmap_handle_t handle, const char* key_name, int32_t track_type, cmap_notify_fn_t notify_fn,
                          void* user_data, cmap_track_handle_t* cmap_track_handle);

/*
 * Deletes a tracker. No callback is called for its events that are still queued. But a cmap_dispatch() in another
 * thread may be calling its callback, or may be about to: do not free user_data before that dispatch returns. The
 * tracker's own callback may call this.
 *
 * CS_ERR_BAD_HANDLE     also: the tracker does not belong to this handle, or has been deleted
 */
cs_error_t cmap_track_delete(cmap_handle_t handle, cmap_track_handle_t track_handle);

#ifdef __cplusplus
}
#endif

#endif
