/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef COROTYPES_H_DEFINED
#define COROTYPES_H_DEFINED

/*
 * Types, result codes and small helpers that all client libraries of the Corosync cluster engine share.
 * The three functions at the end are in libcorosync_common (link with -lcorosync_common).
 */

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A point in time or a duration; the unit is the user's. CS_TIME_END is later than any other. */
typedef int64_t cs_time_t;
#define CS_TIME_END ((cs_time_t)0x7FFFFFFFFFFFFFFFLL)

#define CS_FALSE 0
#define CS_TRUE (!CS_FALSE)

/* The larger of two values. The macro evaluates that one twice. */
#define CS_MAX(x, y) (((x) > (y)) ? (x) : (y))

/* A name of up to CS_MAX_NAME_LENGTH bytes with its length. It need not end with a NUL. */
#define CS_MAX_NAME_LENGTH 256
typedef struct {
    uint16_t length;
    uint8_t value[CS_MAX_NAME_LENGTH];
} cs_name_t;

/* The version of an interface, as in "B.1.1". */
typedef struct {
    char releaseCode;
    unsigned char majorVersion;
    unsigned char minorVersion;
} cs_version_t;

/* Formats that print node ids and ring ids as the cluster's own tools do. */
#define CS_PRI_NODE_ID "%" PRIu32             /* uint32_t */
#define CS_PRI_NODE_ID_PADDED "%10" PRIu32    /* uint32_t, in a column */
#define CS_PRI_RING_ID_SEQ "%" PRIx64         /* uint64_t, the sequence number of a ring */
#define CS_PRI_RING_ID "%" PRIx32 ".%" PRIx64 /* uint32_t, uint64_t: representative and sequence number */

/* How many events a dispatch call handles, and whether it waits. Any other value gives CS_ERR_INVALID_PARAM. */
typedef enum {
    CS_DISPATCH_ONE = 1,            /* handle one event; wait if there is none */
    CS_DISPATCH_ALL = 2,            /* handle all queued events, also those that callbacks cause; never wait */
    CS_DISPATCH_BLOCKING = 3,       /* handle events and wait for more, until an error or finalize ends this */
    CS_DISPATCH_ONE_NONBLOCKING = 4 /* handle one event; CS_ERR_TRY_AGAIN if there is none; never wait */
} cs_dispatch_flags_t;

/* The events that a tracking call requests. These bits can be combined. */
#define CS_TRACK_CURRENT 0x01      /* the present state, once */
#define CS_TRACK_CHANGES 0x02      /* the present state, then each change */
#define CS_TRACK_CHANGES_ONLY 0x04 /* each change */

/*
 * The result of every call. The comments here are the general meanings of the codes. The libraries' headers say which
 * codes a function returns, with the reasons. libcmap, libcpg and libvotequorum do not return the codes marked (other);
 * other libraries of the cluster engine do.
 */
typedef enum {
    CS_OK = 1,                       /* done */
    CS_ERR_LIBRARY = 2,              /* no connection: the daemon is not running, is gone, or sent malformed data */
    CS_ERR_VERSION = 3,              /* (other) */
    CS_ERR_INIT = 4,                 /* (other) */
    CS_ERR_TIMEOUT = 5,              /* (other) */
    CS_ERR_TRY_AGAIN = 6,            /* not now: the call did nothing, and may succeed later */
    CS_ERR_INVALID_PARAM = 7,        /* an argument is invalid, for example NULL */
    CS_ERR_NO_MEMORY = 8,            /* memory ran out */
    CS_ERR_BAD_HANDLE = 9,           /* the handle is not open: no function returned it, or it has been finalized */
    CS_ERR_BUSY = 10,                /* another operation is in progress that excludes this one */
    CS_ERR_ACCESS = 11,              /* not allowed */
    CS_ERR_NOT_EXIST = 12,           /* the requested object does not exist */
    CS_ERR_NAME_TOO_LONG = 13,       /* a name is too long or invalid */
    CS_ERR_EXIST = 14,               /* the object exists already */
    CS_ERR_NO_SPACE = 15,            /* not enough space, for example for the shared memory of a connection */
    CS_ERR_INTERRUPT = 16,           /* a change of the cluster's membership interrupted the operation */
    CS_ERR_NAME_NOT_FOUND = 17,      /* no node has this id */
    CS_ERR_NO_RESOURCES = 18,        /* the daemon's queues are full */
    CS_ERR_NOT_SUPPORTED = 19,       /* the daemon does not have this service or this operation */
    CS_ERR_BAD_OPERATION = 20,       /* (other) */
    CS_ERR_FAILED_OPERATION = 21,    /* (other) */
    CS_ERR_MESSAGE_ERROR = 22,       /* the daemon rejects the message, for example because it is out of date */
    CS_ERR_QUEUE_FULL = 23,          /* (other) */
    CS_ERR_QUEUE_NOT_AVAILABLE = 24, /* (other) */
    CS_ERR_BAD_FLAGS = 25,           /* (other) */
    CS_ERR_TOO_BIG = 26,             /* a value or message exceeds the limit */
    CS_ERR_NO_SECTIONS = 27,         /* an iteration is at its end */
    CS_ERR_CONTEXT_NOT_FOUND = 28,   /* (other) */
    CS_ERR_TOO_MANY_GROUPS = 30,     /* (other) */
    CS_ERR_SECURITY = 100            /* (other) */
} cs_error_t;

/* The time limit of requests to the daemon: there is none. */
#define CS_IPC_TIMEOUT_MS (-1)

#define CS_TIME_MS_IN_SEC 1000ULL
#define CS_TIME_US_IN_SEC 1000000ULL
#define CS_TIME_NS_IN_SEC 1000000000ULL
#define CS_TIME_US_IN_MSEC 1000ULL
#define CS_TIME_NS_IN_MSEC 1000000ULL
#define CS_TIME_NS_IN_USEC 1000ULL

/*
 * The present time in nanoseconds, of the monotonic clock wherever <time.h> offers it. A strict mode without POSIX
 * (such as -std=c11) hides that clock; then it is the time of day. Only compare results from the same source file.
 */
static __inline__ uint64_t cs_timestamp_get(void)
{
    int64_t now;
#ifdef CLOCK_MONOTONIC
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    now = at.tv_sec;
    now = now * 1000000000 + at.tv_nsec;
#else
    struct timeval at;

    gettimeofday(&at, 0);
    now = at.tv_sec;
    now = (now * 1000000 + at.tv_usec) * 1000;
#endif
#ifdef __cplusplus
    return static_cast<uint64_t>(now);
#else
    return (uint64_t)now;
#endif
}

/* The functions below are pure: no state, no change of errno, safe in any thread and in a signal handler. */

/*
 * Converts the result of a libqb call, which is 0 or more for success, otherwise a negative errno value:
 *
 *   0 and more                           CS_OK                  -EOVERFLOW             CS_ERR_NAME_TOO_LONG
 *   -EBADF                               CS_ERR_BAD_HANDLE      -EEXIST                CS_ERR_EXIST
 *   -ENOMEM                              CS_ERR_NO_MEMORY       -ENOSPC                CS_ERR_NO_SPACE
 *   -EAGAIN -ETIMEDOUT -ENOBUFS -ENOMSG  CS_ERR_TRY_AGAIN       -EINTR                 CS_ERR_INTERRUPT
 *   -EBADE                               CS_ERR_FAILED_OPERATION -ENOENT -ENODEV       CS_ERR_NOT_EXIST
 *   -ETIME                               CS_ERR_TIMEOUT         -ENOSYS -ENOTSUP       CS_ERR_NOT_SUPPORTED
 *   -EINVAL                              CS_ERR_INVALID_PARAM   -EBADMSG               CS_ERR_MESSAGE_ERROR
 *   -EBUSY                               CS_ERR_BUSY            -EMSGSIZE -E2BIG       CS_ERR_TOO_BIG
 *   -EACCES                              CS_ERR_ACCESS          anything else negative CS_ERR_LIBRARY
 */
cs_error_t qb_to_cs_error(int result);

/*
 * The name of a result code: "success" for CS_OK, the enumerator's name for the others ("CS_ERR_LIBRARY"), "unknown
 * error" for any other value. Never NULL. The text is constant and must not be freed.
 */
const char* cs_strerror(cs_error_t err);

/*
 * Converts the result of a function of hdb.h: 0 is CS_OK, -EBADF CS_ERR_BAD_HANDLE, -ENOMEM
 * CS_ERR_NO_MEMORY, -EMFILE CS_ERR_NO_RESOURCES, -EACCES CS_ERR_ACCESS and anything else CS_ERR_LIBRARY.
 */
cs_error_t hdb_error_to_cs(int res);

#ifdef __cplusplus
}
#endif

#endif
