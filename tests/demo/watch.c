/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * watch PREFIX: follows the keys that begin with PREFIX in the daemon's configuration map.
 *
 * Reads names of dispatch types from standard input ("one", "all", "one_nonblocking" or "blocking"), dispatches with
 * that type, and prints what the callbacks get and the result. For an empty line it only prints whether there is
 * something to dispatch. If the key PREFIX + "stop" is added, the callback finalizes the handle.
 */
#include <corosync/cmap.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

static void print_value(const struct cmap_notify_value* value)
{
    uint8_t number = 0;

    if (value->len == 0) {
        printf("nothing");
    } else if (value->type == CMAP_VALUETYPE_STRING) {
        printf("\"%s\"", (const char*)value->data);
    } else if (value->type == CMAP_VALUETYPE_UINT8) {
        memcpy(&number, value->data, sizeof(number));
        printf("%d", number);
    } else {
        printf("%zu bytes of type %d", value->len, (int)value->type);
    }
}

/* Runs inside cmap_dispatch(). The key and the values belong to the library and are valid until this returns. */
static void on_change(cmap_handle_t handle, cmap_track_handle_t track, int32_t event, const char* key,
                      struct cmap_notify_value new_value, struct cmap_notify_value old_value, void* user_data)
{
    const char* prefix = user_data;
    const char* what = event == CMAP_TRACK_ADD ? "added" : event == CMAP_TRACK_MODIFY ? "modified" : "deleted";

    (void)track;
    printf("callback: %s %s, ", what, key);
    print_value(&old_value);
    printf(" -> ");
    print_value(&new_value);
    printf("\n");
    if (event == CMAP_TRACK_ADD && strcmp(key + strlen(prefix), "stop") == 0) {
        printf("callback: closes the handle, cmap_finalize() = %s\n", cs_strerror(cmap_finalize(handle)));
    }
}

int main(int argc, char** argv)
{
    static const struct {
        const char* word;
        const char* name;
        cs_dispatch_flags_t flags;
    } types[] = {{"one", "CS_DISPATCH_ONE", CS_DISPATCH_ONE},
                 {"all", "CS_DISPATCH_ALL", CS_DISPATCH_ALL},
                 {"blocking", "CS_DISPATCH_BLOCKING", CS_DISPATCH_BLOCKING},
                 {"one_nonblocking", "CS_DISPATCH_ONE_NONBLOCKING", CS_DISPATCH_ONE_NONBLOCKING}};
    const int32_t events = CMAP_TRACK_ADD | CMAP_TRACK_MODIFY | CMAP_TRACK_DELETE | CMAP_TRACK_PREFIX;
    cmap_handle_t handle = 0;
    cmap_track_handle_t track = 0;
    struct pollfd pollfd = {-1, POLLIN, 0};
    cs_error_t error = CS_OK;
    char line[64];
    size_t i = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: %s PREFIX\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if ((error = cmap_initialize(&handle)) != CS_OK ||
        (error = cmap_track_add(handle, argv[1], events, on_change, argv[1], &track)) != CS_OK ||
        (error = cmap_fd_get(handle, &pollfd.fd)) != CS_OK) {
        fprintf(stderr, "cannot follow %s: %s\n", argv[1], cs_strerror(error));
        return 1;
    }
    printf("follows %s\n", argv[1]);

    while (error != CS_ERR_BAD_HANDLE && fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == 0) {
            printf("poll() on the descriptor: %s\n", poll(&pollfd, 1, 0) > 0 ? "readable" : "nothing to read");
            continue;
        }
        for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
            if (strcmp(line, types[i].word) == 0) {
                printf("cmap_dispatch(%s)\n", types[i].name);
                error = cmap_dispatch(handle, types[i].flags);
                printf("returns %s\n", cs_strerror(error));
            }
        }
    }
    if (error != CS_ERR_BAD_HANDLE) {
        cmap_finalize(handle);
    }
    return 0;
}
