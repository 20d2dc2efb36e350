/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reload LIBRARY...: for one library after the other, over and over: loads it, opens, uses and finalizes a handle, and
 * unloads it. Nothing may be left: no mapping, descriptor, thread, heap or other memory.
 */
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>

#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { rounds_until_settled = 50, rounds = 200 };

static void fail(const char* what, const char* detail)
{
    fprintf(stderr, "FAILED: %s: %s\n", what, detail);
    exit(1);
}

static void fail_with(const char* function, cs_error_t error)
{
    char number[16];

    snprintf(number, sizeof number, "%d", (int)error);
    fail(function, number);
}

/* Assigned through a pointer to the variable: C cannot convert a pointer to an object into one to a function. */
static void find(void* library, const char* function, void* pointer)
{
    *(void**)pointer = dlsym(library, function);
    if (*(void**)pointer == NULL)
        fail(function, "not found");
}

#define FIND(function)                                                                                                 \
    __typeof__(&(function)) own_##function;                                                                            \
    find(library, #function, &own_##function)

/* CS_ERR_TRY_AGAIN is a usual result of calls that send to the whole group. */
#define CALL(function, ...)                                                                                            \
    do {                                                                                                               \
        cs_error_t result;                                                                                             \
        while ((result = own_##function(__VA_ARGS__)) == CS_ERR_TRY_AGAIN)                                             \
            usleep(1000);                                                                                              \
        if (result != CS_OK)                                                                                           \
            fail_with(#function, result);                                                                              \
    } while (0)

static void use_cmap(void* library)
{
    cmap_handle_t handle = 0;

    FIND(cmap_initialize);
    FIND(cmap_finalize);
    CALL(cmap_initialize, &handle);
#ifdef STATIC
    /* This program's free() is not that of the C library that came with ours. */
    char name[64];
    size_t size = sizeof name;
    cmap_value_types_t type;

    FIND(cmap_get);
    CALL(cmap_get, handle, "totem.cluster_name", name, &size, &type);
#else
    char* name = NULL;

    FIND(cmap_get_string);
    CALL(cmap_get_string, handle, "totem.cluster_name", &name);
    free(name);
#endif
    CALL(cmap_finalize, handle);
}

static void on_message(cpg_handle_t handle, const struct cpg_name* group, uint32_t nodeid, uint32_t pid, void* message,
                       size_t length)
{
    (void)handle, (void)group, (void)nodeid, (void)pid, (void)message, (void)length;
}

static void use_cpg(void* library)
{
    cpg_callbacks_t callbacks = {on_message, NULL};
    struct cpg_name group = {6, "reload"};
    char text[] = "message";
    struct iovec message = {text, sizeof text};
    cpg_handle_t handle = 0;

    FIND(cpg_initialize);
    FIND(cpg_join);
    FIND(cpg_mcast_joined);
    FIND(cpg_dispatch);
    FIND(cpg_finalize);
    CALL(cpg_initialize, &handle, &callbacks);
    CALL(cpg_join, handle, &group);
    CALL(cpg_dispatch, handle, CS_DISPATCH_ONE); /* the confchg event, which has no callback */
    CALL(cpg_mcast_joined, handle, CPG_TYPE_AGREED, &message, 1);
    CALL(cpg_dispatch, handle, CS_DISPATCH_ONE); /* the message */
    CALL(cpg_finalize, handle);
}

static void use_votequorum(void* library)
{
    votequorum_callbacks_t callbacks = {NULL, NULL, NULL};
    struct votequorum_info info;
    votequorum_handle_t handle = 0;

    FIND(votequorum_initialize);
    FIND(votequorum_getinfo);
    FIND(votequorum_finalize);
    CALL(votequorum_initialize, &handle, &callbacks);
    CALL(votequorum_getinfo, handle, 0, &info);
    CALL(votequorum_finalize, handle);
}

static void load_use_unload(const char* path)
{
    void* library = dlopen(path, RTLD_NOW);

    if (library == NULL)
        fail("dlopen", dlerror());
    if (strstr(path, "libcmap"))
        use_cmap(library);
    else if (strstr(path, "libcpg"))
        use_cpg(library);
    else
        use_votequorum(library);
    if (dlclose(library))
        fail("dlclose", dlerror());
    if (dlopen(path, RTLD_NOW | RTLD_NOLOAD) != NULL)
        fail(path, "still loaded");
}

static size_t entries(const char* directory)
{
    DIR* all = opendir(directory);
    size_t count = 0;

    if (all == NULL)
        fail(directory, "not readable");
    while (readdir(all) != NULL)
        count++;
    closedir(all);
    return count;
}

struct holdings {
    size_t mappings;
    size_t memory; /* resident memory that only this process uses */
    size_t heap;   /* in use */
    size_t descriptors;
    size_t threads;
};

static struct holdings holdings(void)
{
    struct holdings now = {0};
    char line[512];
    FILE* maps = fopen("/proc/self/smaps", "r");
    unsigned long kilobytes;

    if (maps == NULL)
        fail("smaps", "not readable");
    while (fgets(line, sizeof line, maps)) {
#ifdef STATIC /* The heap that a C library leaves behind may be one mapping or several: mappings of files count. */
        now.mappings += strchr(line, '/') != NULL;
#else
        now.mappings += strncmp(line, "VmFlags:", 8) == 0;
#endif
        if (sscanf(line, "Anonymous: %lu", &kilobytes) == 1)
            now.memory += kilobytes * 1024;
    }
    fclose(maps);
    now.heap = mallinfo2().uordblks;
    now.descriptors = entries("/proc/self/fd");
    now.threads = entries("/proc/self/task");
    return now;
}

/* Checks a number that must not change. */
static void check_same(const char* path, const char* what, size_t before, size_t after)
{
    if (before == after)
        return;
    fprintf(stderr, "FAILED: %s: %zu %s before, %zu afterwards\n", path, before, what, after);
    exit(1);
}

/* Checks a number that may go up and down, but must grow by less than `least` in each round. */
static void check_steady(const char* path, const char* what, size_t before, size_t after, size_t least)
{
    if (after < before + rounds * least)
        return;
    fprintf(stderr, "FAILED: %s: %zu %s before, %zu after %d rounds\n", path, before, what, after, rounds);
    exit(1);
}

/* These stay loaded for ever, and are not ours: newer versions of systemd's library, which libqb needs; and two pages
 * for random numbers in newer C libraries. */
static void load_dependencies(void)
{
    void* library = dlopen("libqb.so.100", RTLD_NOW);
    char byte;

    if (getrandom(&byte, 1, GRND_NONBLOCK) != 1)
        fail("getrandom", "no random numbers");
    if (library == NULL)
        fail("libqb.so.100", dlerror());
    dlclose(library);
}

static void repeat(const char* path)
{
    const struct holdings first = holdings();
    struct holdings before, after;
    int i;

    for (i = 0; i < rounds_until_settled; i++)
        load_use_unload(path);
    before = holdings();
    for (i = 0; i < rounds; i++)
        load_use_unload(path);
    after = holdings();
    check_same(path, "mappings", first.mappings, after.mappings);
    check_same(path, "descriptors", first.descriptors, after.descriptors);
    check_same(path, "threads", first.threads, after.threads);
    check_steady(path, "bytes of heap", before.heap, after.heap, sizeof(void*));
#ifndef STATIC /* in a static program each C library that goes leaves its heap behind, with libqb alone, too */
    check_steady(path, "bytes of memory", before.memory, after.memory, 1024);
#endif
    printf("%s: %zu and %zu bytes of heap, %zu and %zu of memory\n", path, before.heap, after.heap, before.memory,
           after.memory);
}

int main(int argc, char** argv)
{
    int i;

    load_dependencies();
#ifdef STATIC
    load_use_unload(argv[1]); /* the first time the C library makes a mapping of its own */
#endif
    for (i = 1; i < argc; i++)
        repeat(argv[i]);
    return 0;
}
