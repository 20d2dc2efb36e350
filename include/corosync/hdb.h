/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef HDB_H_DEFINED
#define HDB_H_DEFINED

/*
 * A table from 64-bit handles to counted instances: other names for libqb's handle database, for programs that manage
 * handles like the former libraries of the cluster engine. Programs that call these functions link with -lqb; no
 * library of the cluster engine contains them, and the client libraries do not use them.
 *
 * An instance is a block of memory that the database allocates (zeroed) and frees. It lives as long as its count is
 * above zero; a new instance has the count one. The low half of a handle is the slot of the instance, the high half is
 * a random number. So a stale handle is detected after its slot was given to another instance.
 *
 * Only counting is atomic. If several threads create, destroy or iterate, hold a lock around these calls.
 *
 * Unless said otherwise the functions that return int return 0, or -EBADF if the handle is unknown or stale.
 */

/* The declarations below need it if this is the first header of a source file. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <qb/qbhdb.h>

typedef qb_handle_t hdb_handle_t;

/* Formats that print an hdb_handle_t in decimal and in hexadecimal. */
#define HDB_D_FORMAT QB_HDB_D_FORMAT
#define HDB_X_FORMAT QB_HDB_X_FORMAT

/* The database itself is libqb's: "struct hdb_handle_database" is struct qb_hdb. */
#define hdb_handle_database qb_hdb

/*
 * DECLARE_HDB_DATABASE(name, destructor) defines a database at file scope, static and ready for use. The destructor,
 * a void (*)(void *instance), runs when an instance's count reaches zero, before its memory is freed; it may be NULL.
 */
#define DECLARE_HDB_DATABASE QB_HDB_DECLARE

/* A plain mutex under other names, for the lock around a database. Results are ignored. */
static __inline__ void hdb_database_lock(pthread_mutex_t* mutex)
{
    pthread_mutex_lock(mutex);
}

static __inline__ void hdb_database_unlock(pthread_mutex_t* mutex)
{
    pthread_mutex_unlock(mutex);
}

static __inline__ void hdb_database_lock_init(pthread_mutex_t* mutex)
{
    pthread_mutex_init(mutex, NULL);
}

static __inline__ void hdb_database_lock_destroy(pthread_mutex_t* mutex)
{
    pthread_mutex_destroy(mutex);
}

/* Initializes memory with any contents as an empty database. It has no destructor. */
static __inline__ void hdb_create(struct hdb_handle_database* handle_database)
{
    qb_hdb_create(handle_database);
}

/* Frees the table. Instances that still exist are not freed, and no destructor runs. */
static __inline__ void hdb_destroy(struct hdb_handle_database* handle_database)
{
    qb_hdb_destroy(handle_database);
}

/*
 * Creates an instance of instance_size bytes with the count one, in the lowest free slot, and stores its handle.
 * -ENOMEM if memory ran out or the size is negative.
 */
static __inline__ int hdb_handle_create(struct hdb_handle_database* handle_database, int instance_size,
                                        hdb_handle_t* handle_id_out)
{
    return qb_hdb_handle_create(handle_database, instance_size, handle_id_out);
}

/* Finds an instance and increments its count. On failure *instance is NULL. */
static __inline__ int hdb_handle_get(struct hdb_handle_database* handle_database, hdb_handle_t handle_in,
                                     void** instance)
{
    return qb_hdb_handle_get(handle_database, handle_in, instance);
}

/* The same as hdb_handle_get(). */
static __inline__ int hdb_handle_get_always(struct hdb_handle_database* handle_database, hdb_handle_t handle_in,
                                            void** instance)
{
    return qb_hdb_handle_get_always(handle_database, handle_in, instance);
}

/* Decrements the count. At zero the destructor runs, the memory is freed, and another instance may get the slot. */
static __inline__ int hdb_handle_put(struct hdb_handle_database* handle_database, hdb_handle_t handle_in)
{
    return qb_hdb_handle_put(handle_database, handle_in);
}

/*
 * Makes hdb_handle_get() fail from now on, and decrements the count. The instance exists until every holder has put it.
 * Call this once per instance: a second call decrements the count again.
 */
static __inline__ int hdb_handle_destroy(struct hdb_handle_database* handle_database, hdb_handle_t handle_in)
{
    return qb_hdb_handle_destroy(handle_database, handle_in);
}

/* Returns the present count, or -EBADF. */
static __inline__ int hdb_handle_refcount_get(struct hdb_handle_database* handle_database, hdb_handle_t handle_in)
{
    return qb_hdb_handle_refcount_get(handle_database, handle_in);
}

/* Resets the iterator of the database to the start. Each database has one iterator. */
static __inline__ void hdb_iterator_reset(struct hdb_handle_database* handle_database)
{
    qb_hdb_iterator_reset(handle_database);
}

/*
 * Gets the next instance that is not destroyed, with its handle, and increments its count. Put the instance after use.
 * Returns a value other than zero at the end.
 */
static __inline__ int hdb_iterator_next(struct hdb_handle_database* handle_database, void** instance,
                                        hdb_handle_t* handle)
{
    return qb_hdb_iterator_next(handle_database, instance, handle);
}

/* Returns the slot of a handle, its low half. */
static __inline__ unsigned int hdb_base_convert(hdb_handle_t handle)
{
    return qb_hdb_base_convert(handle);
}

/* Returns a handle that finds any instance in a slot. */
static __inline__ unsigned long long hdb_nocheck_convert(unsigned int handle)
{
    return qb_hdb_nocheck_convert(handle);
}

#endif
