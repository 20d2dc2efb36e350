/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program that calls all of libcmap once and prints what it gets. It is built twice, against the reference's headers
 * and libraries and against ours, and both programs run on both libraries. If one of the four transcripts differs, a
 * program cannot change from one library to the other.
 */
#include <corosync/cmap.h>
#include <corosync/corotypes.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cs_error_t said(const char* what, cs_error_t error)
{
    printf("%s: %s\n", what, cs_strerror(error));
    return error;
}

static void print_value(const struct cmap_notify_value* value)
{
    uint8_t number = 0;

    printf(" type %d length %zu", (int)value->type, value->len);
    if (value->type == CMAP_VALUETYPE_UINT8) {
        memcpy(&number, value->data, sizeof(number));
        printf(" value %d", number);
    } else if (value->type == CMAP_VALUETYPE_STRING) {
        printf(" value '%s'", (const char*)value->data);
    }
}

struct follower {
    cmap_track_handle_t track;
    int events;
    int finalize_at; /* the event in whose callback the handle is finalized; 0: never */
};

static void on_change(cmap_handle_t handle, cmap_track_handle_t track, int32_t event, const char* key,
                      struct cmap_notify_value new_value, struct cmap_notify_value old_value, void* user_data)
{
    struct follower* follower = user_data;
    uint8_t number = 0;

    follower->events++;
    printf("  event %d on %s, %s tracker, new", event, key, track == follower->track ? "own" : "foreign");
    print_value(&new_value);
    printf(", old");
    print_value(&old_value);
    printf("\n");
    /* A callback may use its handle. */
    if (event != CMAP_TRACK_DELETE && new_value.type == CMAP_VALUETYPE_UINT8) {
        said("  get in the callback", cmap_get_uint8(handle, "tour.u8", &number));
    }
    if (follower->events == follower->finalize_at) {
        said("  finalize in the callback", cmap_finalize(handle));
    }
}

static void numbers(cmap_handle_t h)
{
    int8_t i8 = 0;
    uint8_t u8 = 0;
    int16_t i16 = 0;
    uint16_t u16 = 0;
    int32_t i32 = 0;
    uint32_t u32 = 0;
    int64_t i64 = 0;
    uint64_t u64 = 0;
    float flt = 0;
    double dbl = 0;

    said("set_int8", cmap_set_int8(h, "tour.i8", INT8_MIN));
    said("set_uint8", cmap_set_uint8(h, "tour.u8", UINT8_MAX));
    said("set_int16", cmap_set_int16(h, "tour.i16", INT16_MIN));
    said("set_uint16", cmap_set_uint16(h, "tour.u16", UINT16_MAX));
    said("set_int32", cmap_set_int32(h, "tour.i32", INT32_MIN));
    said("set_uint32", cmap_set_uint32(h, "tour.u32", UINT32_MAX));
    said("set_int64", cmap_set_int64(h, "tour.i64", INT64_MIN));
    said("set_uint64", cmap_set_uint64(h, "tour.u64", UINT64_MAX));
    said("set_float", cmap_set_float(h, "tour.flt", 0.5F));
    said("set_double", cmap_set_double(h, "tour.dbl", -0.125));
    said("get_int8", cmap_get_int8(h, "tour.i8", &i8));
    said("get_uint8", cmap_get_uint8(h, "tour.u8", &u8));
    said("get_int16", cmap_get_int16(h, "tour.i16", &i16));
    said("get_uint16", cmap_get_uint16(h, "tour.u16", &u16));
    said("get_int32", cmap_get_int32(h, "tour.i32", &i32));
    said("get_uint32", cmap_get_uint32(h, "tour.u32", &u32));
    said("get_int64", cmap_get_int64(h, "tour.i64", &i64));
    said("get_uint64", cmap_get_uint64(h, "tour.u64", &u64));
    said("get_float", cmap_get_float(h, "tour.flt", &flt));
    said("get_double", cmap_get_double(h, "tour.dbl", &dbl));
    printf("%d %d %d %d %" PRId32 " %" PRIu32 " %" PRId64 " %" PRIu64 " %g %g\n", i8, u8, i16, u16, i32, u32, i64, u64,
           (double)flt, dbl);

    said("inc", cmap_inc(h, "tour.u8"));
    said("dec", cmap_dec(h, "tour.i8"));
    said("inc of a float", cmap_inc(h, "tour.flt"));
    said("dec of a missing key", cmap_dec(h, "tour.missing"));
    said("get_uint8", cmap_get_uint8(h, "tour.u8", &u8));
    said("get_int8", cmap_get_int8(h, "tour.i8", &i8));
    printf("%d %d\n", u8, i8);
    said("get_uint16 of an int16", cmap_get_uint16(h, "tour.i16", &u16));
}

static void strings_and_bytes(cmap_handle_t h)
{
    char* string = NULL;
    unsigned char bytes[16] = {0};
    size_t length = sizeof(bytes);
    cmap_value_types_t type = 0;

    said("set_string", cmap_set_string(h, "tour.str", "a string"));
    if (said("get_string", cmap_get_string(h, "tour.str", &string)) == CS_OK) {
        printf("'%s'\n", string);
        free(string);
    }
    said("get_string of a number", cmap_get_string(h, "tour.u8", &string));
    said("set", cmap_set(h, "tour.bin", "\1\0\2", 3, CMAP_VALUETYPE_BINARY));
    said("get", cmap_get(h, "tour.bin", bytes, &length, &type));
    printf("type %d length %zu bytes %d %d %d\n", (int)type, length, bytes[0], bytes[1], bytes[2]);
    length = 2;
    said("get with too little room", cmap_get(h, "tour.bin", bytes, &length, NULL));
    said("get of the size", cmap_get(h, "tour.str", NULL, &length, &type));
    printf("type %d length %zu\n", (int)type, length);
    said("get of nothing", cmap_get(h, "tour.bin", NULL, NULL, NULL));
}

static void iteration(cmap_handle_t h)
{
    cmap_iter_handle_t iterator = 0;
    char key[CMAP_KEYNAME_MAXLEN + 1] = "";
    size_t length = 0;
    cmap_value_types_t type = 0;

    said("iter_init", cmap_iter_init(h, "tour.", &iterator));
    while (cmap_iter_next(h, iterator, key, &length, &type) == CS_OK) {
        printf("  %s type %d length %zu\n", key, (int)type, length);
    }
    said("iter_next at the end", cmap_iter_next(h, iterator, key, NULL, NULL));
    said("iter_finalize", cmap_iter_finalize(h, iterator));
    said("iter_next afterwards", cmap_iter_next(h, iterator, key, NULL, NULL));
}

static void errors(cmap_handle_t h)
{
    char long_key[CMAP_KEYNAME_MAXLEN + 2];
    uint8_t u8 = 0;

    memset(long_key, 'k', sizeof(long_key) - 1);
    long_key[sizeof(long_key) - 1] = 0;
    said("get of a missing key", cmap_get_uint8(h, "tour.missing", &u8));
    said("get of a long key", cmap_get_uint8(h, long_key, &u8));
    said("set of a long key", cmap_set_uint8(h, long_key, 1));
    said("set of a short key", cmap_set_uint8(h, "ab", 1));
    said("set of an illegal key", cmap_set_uint8(h, "tour key", 1));
    said("set of a read-only key", cmap_set_uint32(h, "totem.version", 3));
    said("set of nothing", cmap_set(h, "tour.u8", NULL, 0, CMAP_VALUETYPE_BINARY));
    said("set of a wrong size", cmap_set(h, "tour.u8", &u8, 1, CMAP_VALUETYPE_UINT32));
    said("set of too much", cmap_set(h, "tour.u8", &u8, 2000000, CMAP_VALUETYPE_BINARY));
    said("delete of a missing key", cmap_delete(h, "tour.missing"));
    said("delete of a read-only key", cmap_delete(h, "totem.version"));
    said("handle 0", cmap_set_uint8(0, "tour.u8", 1));
}

static void tracking(cmap_handle_t h)
{
    struct follower follower = {0, 0, 0};
    struct pollfd pollfd = {-1, POLLIN, 0};
    int quiet = 0;

    said("track_add",
         cmap_track_add(h, "tour.t.", CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE | CMAP_TRACK_PREFIX,
                        on_change, &follower, &follower.track));
    said("fd_get", cmap_fd_get(h, &pollfd.fd));
    quiet = poll(&pollfd, 1, 0);
    printf("readable without events: %d\n", quiet);
    said("dispatch ONE_NONBLOCKING without events", cmap_dispatch(h, CS_DISPATCH_ONE_NONBLOCKING));
    said("dispatch ALL without events", cmap_dispatch(h, CS_DISPATCH_ALL));

    cmap_set_uint8(h, "tour.t.number", 1);
    cmap_set_uint8(h, "tour.t.number", 1);
    cmap_set_uint8(h, "tour.t.number", 2);
    cmap_set_string(h, "tour.t.number", "two");
    cmap_delete(h, "tour.t.number");
    cmap_set_string(h, "tour.t.string", "");
    printf("readable with events: %d\n", poll(&pollfd, 1, 1000));
    said("dispatch ONE", cmap_dispatch(h, CS_DISPATCH_ONE));
    said("dispatch ONE_NONBLOCKING", cmap_dispatch(h, CS_DISPATCH_ONE_NONBLOCKING));
    printf("readable with events left: %d\n", poll(&pollfd, 1, 1000));
    said("dispatch ALL", cmap_dispatch(h, CS_DISPATCH_ALL));
    printf("readable afterwards: %d\n", poll(&pollfd, 1, 0));

    said("track_delete", cmap_track_delete(h, follower.track));
    said("track_delete again", cmap_track_delete(h, follower.track));
    cmap_delete(h, "tour.t.string");
    said("dispatch ALL without a tracker", cmap_dispatch(h, CS_DISPATCH_ALL));
    said("track_add with unknown flags", cmap_track_add(h, "tour.t.", 64, on_change, &follower, &follower.track));
    said("track_add without a function", cmap_track_add(h, "tour.t.", 7, NULL, &follower, &follower.track));
}

static void farewell(cmap_handle_t h)
{
    struct follower follower = {0, 0, 2};

    said("track_add", cmap_track_add(h, "tour.last", CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE, on_change,
                                     &follower, &follower.track));
    cmap_set_uint8(h, "tour.last", 1);
    cmap_set_uint8(h, "tour.last", 2);
    cmap_delete(h, "tour.last");
    said("dispatch BLOCKING", cmap_dispatch(h, CS_DISPATCH_BLOCKING));
    printf("%d events\n", follower.events);
    said("finalize again", cmap_finalize(h));
}

int main(void)
{
    static const char* const keys[] = {"i8",  "u8",  "i16", "u16", "i32", "u32",
                                       "i64", "u64", "flt", "dbl", "str", "bin"};
    cmap_handle_t h = 0;
    cmap_handle_t stats = 0;
    const void* context = NULL;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    uint64_t counter = 0;
    size_t i = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("errors: %s, %s, %s\n", cs_strerror(qb_to_cs_error(-EAGAIN)), cs_strerror(hdb_error_to_cs(-EBADF)),
           cs_strerror((cs_error_t)99));
    if (said("initialize", cmap_initialize(&h)) != CS_OK) {
        return 1;
    }
    said("context_set", cmap_context_set(h, &counter));
    said("context_get", cmap_context_get(h, &context));
    printf("context: %s\n", context == &counter ? "the same" : "another");

    numbers(h);
    strings_and_bytes(h);
    iteration(h);
    errors(h);
    tracking(h);
    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        snprintf(key, sizeof(key), "tour.%s", keys[i]);
        said("delete", cmap_delete(h, key));
    }
    farewell(h);

    if (said("initialize_map", cmap_initialize_map(&stats, CMAP_MAP_STATS)) != CS_OK) {
        return 1;
    }
    said("get_uint64", cmap_get_uint64(stats, "stats.srp.mcast_tx", &counter));
    said("get of a key of the other map", cmap_get(stats, "totem.version", NULL, NULL, NULL));
    said("set of a counter", cmap_set_uint64(stats, "stats.srp.mcast_tx", 1));
    said("finalize", cmap_finalize(stats));
    said("set afterwards", cmap_set_uint64(stats, "stats.srp.mcast_tx", 1));
    return 0;
}
