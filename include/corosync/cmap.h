/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROSYNC_CMAP_H_DEFINED
#define COROSYNC_CMAP_H_DEFINED

/*
 * libcmap: the configuration map of the Corosync daemon on this node, a table from keys to typed values, and the
 * daemon's statistics in the same form.
 *
 * What holds for every function
 * -----------------------------
 *
 * Handles. cmap_initialize() opens a connection to the daemon and gives a handle; handles are independent of each
 * other. A handle is never 0. Iterators and trackers belong to the handle that made them. If the daemon goes away the
 * handle is of no more use: every request gives CS_ERR_LIBRARY, also after the daemon has been started again. Finalize
 * it and open another.
 *
 * Blocking. A function that asks the daemon waits for the answer as long as it takes, also while the daemon is
 * stopped; signals do not end the wait. If the daemon dies meanwhile the call returns CS_ERR_LIBRARY within 250 ms. The
 * functions that do not ask the daemon never wait: cmap_finalize(), cmap_fd_get(), cmap_context_get(),
 * cmap_context_set(), and cmap_dispatch() with the types that do not wait.
 *
 * Ownership. What an argument points to is used during the call only. Output arguments are written on CS_OK only. The
 * single piece of memory that the caller has to free is the string of cmap_get_string().
 *
 * Threads. Any function may be called in any thread, also on the same handle: requests are served one after the other,
 * and each gets its own answer. Finalizing a handle ends the waiting of a cmap_dispatch() in another thread.
 *
 * Callbacks. They run in the thread that calls cmap_dispatch(), and in that call only. No lock is held, and every
 * function of this library may be called in them, on any handle, cmap_dispatch() and cmap_finalize() included.
 *
 * Fork. A handle works in the child too, as long as only one of the two processes uses it. Finalizing it in the
 * child does not disturb the parent.
 *
 * Keys are strings of CMAP_KEYNAME_MINLEN to CMAP_KEYNAME_MAXLEN characters out of a-z A-Z 0-9 . _ - / and :. By
 * custom they are words with dots between them.
 *
 * Results. CS_OK is success. These can come from any function, as far as it has such an argument or asks the daemon,
 * and are not repeated below:
 *
 *   CS_ERR_INVALID_PARAM  NULL where a pointer is needed. The comments say where NULL is allowed.
 *   CS_ERR_BAD_HANDLE     the handle is not open: never given out, finalized already, or finalized by another thread
 *                         or in a callback during the call. Keys and values are looked at before the handle.
 *   CS_ERR_LIBRARY        the daemon is gone, or has sent an malformed answer.
 *   CS_ERR_TRY_AGAIN      the daemon cannot take the request now; nothing was done, call again a little later.
 *   CS_ERR_NO_MEMORY      memory ran out.
 *
 * A daemon newer than this library may have reasons of its own; its result is handed on as it is.
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

/* What a tracker wants to hear of, and what an event tells. */
#define CMAP_TRACK_DELETE 1 /* the key was deleted */
#define CMAP_TRACK_MODIFY 2 /* its value or the type of it changed */
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
    CMAP_VALUETYPE_STRING = 11, /* characters and a NUL, which counts in the length */
    CMAP_VALUETYPE_BINARY = 12  /* any bytes, 0 to 16384 of them */
} cmap_value_types_t;

/* The tables that a daemon has. */
typedef enum {
    CMAP_MAP_DEFAULT = 0, /* the same as CMAP_MAP_ICMAP */
    CMAP_MAP_ICMAP = 0,   /* the configuration and the state of the daemon; a program may keep keys of its own in it */
    CMAP_MAP_STATS = 1    /* counters that the daemon works out when they are read; only stats.clear.* can be written */
} cmap_map_t;

/* A value as an event carries it. A value that does not exist has the type 0 and the length 0. */
struct cmap_notify_value {
    cmap_value_types_t type;
    size_t len;       /* in bytes; with the NUL for a string */
    const void* data; /* never NULL, aligned for every type, valid until the callback returns */
};

/*
 * Told of one change to a tracked key. cmap_handle and cmap_track_handle are those of the tracker, event is one of
 * CMAP_TRACK_ADD, CMAP_TRACK_MODIFY and CMAP_TRACK_DELETE, and user_data is what cmap_track_add() was given. There is
 * no old value at an ADD and no new one at a DELETE; where the daemon counts in place (runtime.services.*) the old
 * value is missing in a MODIFY too, and in the statistics map the old value equals the new one. key_name and both
 * values are valid until the callback returns, whatever it does.
 */
typedef void (*cmap_notify_fn_t)(cmap_handle_t cmap_handle, cmap_track_handle_t cmap_track_handle, int32_t event,
                                 const char* key_name, struct cmap_notify_value new_value,
                                 struct cmap_notify_value old_value, void* user_data);

/*
 * Opens a connection to the configuration map of the daemon on this node. On failure *handle is left alone, and
 * nothing stays open. A signal ends the wait for a slow daemon
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
cs_error_t cmap_initialize(cmap_handle_t* handle);

/*
 * The same for one of the daemon's tables.
 *
 * CS_ERR_NOT_EXIST      also: there is no such map
 * And the errors of cmap_initialize().
 */
cs_error_t cmap_initialize_map(cmap_handle_t* handle, cmap_map_t map);

/*
 * Closes the connection; its iterators and trackers end with it. Works without the daemon too. A cmap_dispatch() that
 * waits in another thread returns CS_ERR_BAD_HANDLE; a request of another thread runs to its end. No callback starts
 * after the return.
 */
cs_error_t cmap_finalize(cmap_handle_t handle);

/*
 * The descriptor to poll: it is readable while there are events for cmap_dispatch(), and when the daemon is gone. It
 * stays the same and open until the handle is finalized. Do not read, write or close it. Where the daemon is configured
 * for the socket transport it does not show the daemon's end; a cmap_dispatch() that does not wait does.
 */
cs_error_t cmap_fd_get(cmap_handle_t handle, int* fd);

/*
 * Calls the callbacks of the events that have arrived, as far as dispatch_types says. Each event counts, also one
 * whose tracker was deleted in the meantime and which calls nothing. Events that arrived before the daemon died are
 * delivered first.
 *
 * CS_OK                 CS_DISPATCH_ONE and CS_DISPATCH_ONE_NONBLOCKING: one event was handled; CS_DISPATCH_ALL: none
 *                       is left. CS_DISPATCH_BLOCKING never returns it.
 * CS_ERR_TRY_AGAIN      CS_DISPATCH_ONE_NONBLOCKING: there is no event
 * CS_ERR_INVALID_PARAM  dispatch_types is none of the four, looked at before the handle; or the process may not wait on
 *                       a descriptor (RLIMIT_NOFILE 0)
 * CS_ERR_BAD_HANDLE     also: the handle was finalized, by a callback or by another thread
 * CS_ERR_LIBRARY        the daemon is gone; or an event made no sense and was dropped, and the next call goes on
 */
cs_error_t cmap_dispatch(cmap_handle_t handle, cs_dispatch_flags_t dispatch_types);

/* The pointer that the program has put by with the handle; NULL at first. The library never follows it. */
cs_error_t cmap_context_get(cmap_handle_t handle, const void** context);

/* Puts a pointer by with the handle. NULL is allowed. */
cs_error_t cmap_context_set(cmap_handle_t handle, const void* context);

/*
 * Stores a value under a key, and creates the key if need be; an existing key takes on the new type. value_len is the
 * size of the number; for a string the number of characters with or without the NUL, which is stored in either case;
 * for binary data any length, and value must not be NULL even for length 0.
 *
 * CS_ERR_INVALID_PARAM  also: type is not a type, or value_len does not suit it; a string with a NUL before its last
 *                       byte; more than 16384 bytes
 * CS_ERR_TOO_BIG        a value that does not fit into any request, from 1048281 bytes on
 * CS_ERR_NAME_TOO_LONG  key_name is too long or too short, or has a character that is not allowed in keys
 * CS_ERR_ACCESS         the key is the daemon's own and read only; statistics map: any but stats.clear.*
 * CS_ERR_NOT_SUPPORTED  statistics map: the daemon knows no such stats.clear key
 */
cs_error_t cmap_set(cmap_handle_t handle, const char* key_name, const void* value, size_t value_len,
                    cmap_value_types_t type);

/* cmap_set() for each type of number, with the errors of cmap_set() but CS_ERR_TOO_BIG. */
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

/* A string that ends with a NUL, at most 16384 characters, with the errors of cmap_set(). */
cs_error_t cmap_set_string(cmap_handle_t handle, const char* key_name, const char* value);

/*
 * Deletes a key.
 *
 * CS_ERR_NOT_EXIST      there is no such key
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 * CS_ERR_ACCESS         the key is the daemon's own and read only, whether it exists or not; statistics map: any key
 * CS_ERR_NOT_SUPPORTED  statistics map: the keys stats.clear.*
 */
cs_error_t cmap_delete(cmap_handle_t handle, const char* key_name);

/*
 * Reads a value. On the way in *value_len is the room at value, on the way out the length of the value, with the NUL
 * for a string. Where value is NULL only length and type are wanted and the room does not matter. value, value_len and
 * type may each be NULL, but where there is a value there must be a value_len. All three NULL asks whether the key
 * exists.
 *
 * CS_ERR_NOT_EXIST      there is no such key
 * CS_ERR_INVALID_PARAM  also: the value does not fit into the room; nothing was written
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 */
cs_error_t cmap_get(cmap_handle_t handle, const char* key_name, void* value, size_t* value_len,
                    cmap_value_types_t* type);

/*
 * cmap_get() for each type of number. Nothing is converted, not even to a wider type.
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
 * Reads a string. *str is a copy of it, always with its NUL, which the caller gives to free().
 *
 * CS_ERR_INVALID_PARAM  also: the value has another type
 * And the errors of cmap_get().
 */
cs_error_t cmap_get_string(cmap_handle_t handle, const char* key_name, char** str);

/*
 * Adds one to an integer of any type, or takes one away, in a single step. The result wraps around at the ends of
 * the type's range.
 *
 * CS_ERR_NOT_EXIST      there is no such key
 * CS_ERR_INVALID_PARAM  also: the value is not an integer
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 * CS_ERR_ACCESS         the key is the daemon's own and read only; statistics map: any key
 * CS_ERR_NOT_SUPPORTED  statistics map: the keys stats.clear.*
 */
cs_error_t cmap_inc(cmap_handle_t handle, const char* key_name);
cs_error_t cmap_dec(cmap_handle_t handle, const char* key_name);

/*
 * Starts a walk through the keys that begin with prefix; NULL or "" is every key. Keys may come and go during the walk:
 * those deleted are left out, those created further on show up. The order is the daemon's affair. Several walks at once
 * do not disturb each other. To be ended with cmap_iter_finalize(), or with the handle.
 *
 * CS_ERR_NAME_TOO_LONG  prefix is longer than any key
 */
cs_error_t cmap_iter_init(cmap_handle_t handle, const char* prefix, cmap_iter_handle_t* cmap_iter_handle);

/*
 * The next key. key_name has room for CMAP_KEYNAME_MAXLEN + 1 characters. value_len and type may be NULL. In the
 * statistics map the length of a string is given as 0; cmap_get() tells the true one.
 *
 * CS_ERR_NO_SECTIONS    there are no more keys
 * CS_ERR_BAD_HANDLE     also: the walk is not one of this handle, or is over
 */
cs_error_t cmap_iter_next(cmap_handle_t handle, cmap_iter_handle_t iter_handle, char key_name[], size_t* value_len,
                          cmap_value_types_t* type);

/*
 * Ends a walk.
 *
 * CS_ERR_BAD_HANDLE     also: the walk is not one of this handle, or is over
 */
cs_error_t cmap_iter_finalize(cmap_handle_t handle, cmap_iter_handle_t iter_handle);

/*
 * Asks to be told of changes to a key, or with CMAP_TRACK_PREFIX to every key that begins with key_name. The key need
 * not exist. key_name NULL or "" together with CMAP_TRACK_PREFIX is every key. track_type combines the CMAP_TRACK bits;
 * without ADD, MODIFY and DELETE no event ever comes. notify_fn is called, with user_data, by cmap_dispatch() on this
 * handle. Setting a key to the value that it has is no change.
 *
 * CS_ERR_INVALID_PARAM  also: track_type has bits that are none of these; notify_fn is NULL
 * CS_ERR_NAME_TOO_LONG  key_name is longer than any key
 * CS_ERR_NOT_SUPPORTED  statistics map: CMAP_TRACK_PREFIX without both ADD and DELETE; or one key that ends with
 *                       .procname, which would kill the daemon
 */
cs_error_t cmap_track_add(cmap_handle_t handle, const char* key_name, int32_t track_type, cmap_notify_fn_t notify_fn,
                          void* user_data, cmap_track_handle_t* cmap_track_handle);

/*
 * Ends a tracker. Its events that are still waiting call nothing. It may be called in the tracker's own callback.
 *
 * CS_ERR_BAD_HANDLE     also: the tracker is not one of this handle, or has been deleted
 */
cs_error_t cmap_track_delete(cmap_handle_t handle, cmap_track_handle_t track_handle);

#ifdef __cplusplus
}
#endif

#endif
