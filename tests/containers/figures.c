/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints the memory (in KiB) and the descriptors that handles use, in the words of corosync_client(7). With an argument
 * it only opens a handle of each service.
 */
#include "services.h"

#include <corosync/client.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALL = 8, LARGE = 300 << 10, USER = 1000 };

/* Reads a line of this process's status, in KiB. */
static long status(const char* field)
{
    FILE* const file = fopen("/proc/self/status", "re");
    char line[256];
    long value = -1;

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            value = atol(line + strlen(field));
    if (file != NULL)
        fclose(file);
    return value;
}

static long shared_memory(void)
{
    struct statfs shm = {0};

    return statfs("/dev/shm", &shm) == 0 ? (long)(shm.f_blocks - shm.f_bfree) * shm.f_bsize / 1024 : -1;
}

static int descriptors(void)
{
    int open = 0;

    for (int fd = 0; fd < 1000; fd++)
        open += fcntl(fd, F_GETFD) >= 0;
    return open;
}

/* The number of descriptors that must be free so that initialize works. */
static int needed_descriptors(const struct service* service, uint64_t* handle)
{
    const int first = dup(STDIN_FILENO); /* the first free one */
    struct rlimit before;
    cs_error_t result = CS_ERR_LIBRARY;
    int more = 0;

    close(first);
    getrlimit(RLIMIT_NOFILE, &before);
    while (result != CS_OK && more < 20) {
        const struct rlimit limit = {(rlim_t)(first + ++more), before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &limit);
        result = service->initialize(handle);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    need(service, "initialize", result);
    return more;
}

static void measure_handle(const struct service* service)
{
    const int open = descriptors();
    const long space = status("VmSize:");
    uint64_t handle = 0;

    printf("descriptors for an initialize: %d\n", needed_descriptors(service, &handle));
    printf("descriptors of a handle: %d\n", descriptors() - open);
    printf("address space of a handle: %ld\n", status("VmSize:") - space);
    need(service, "finalize", service->finalize(handle));
}

/* The address space that a large message needs, in KiB. */
static long cost_of_large_message(void)
{
    uint64_t handle = 0;
    long space = 0;

    need(cpg, "initialize", cpg->initialize(&handle));
    event(cpg, handle, SMALL);
    space = -status("VmSize:");
    event(cpg, handle, LARGE);
    space += status("VmSize:");
    need(cpg, "finalize", cpg->finalize(handle));
    return space;
}

/* Whether a user who may lock this much memory can initialize. */
static bool initializes_with(long kib)
{
    const struct rlimit limit = {(rlim_t)kib * 1024, (rlim_t)kib * 1024};
    int result = 0;
    const pid_t child = fork();

    if (child == 0) {
        uint64_t handle = 0;
        if (mlockall(MCL_FUTURE) != 0 || setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || setresgid(USER, USER, USER) != 0 ||
            setresuid(USER, USER, USER) != 0)
            _exit(2);
        _exit(cpg->initialize(&handle) == CS_OK ? 0 : strstr(cs_client_reason(), "locked memory") != NULL ? 1 : 2);
    }
    if (waitpid(child, &result, 0) != child || result == 2 << 8) {
        puts("an ordinary user cannot be tried");
        exit(2);
    }
    return result == 0;
}

static void measure_locked(void)
{
    uint64_t handle = 0;
    long kib = 0;

    if (mlockall(MCL_FUTURE) != 0)
        exit(2);
    kib = -status("VmLck:");
    need(cpg, "initialize", cpg->initialize(&handle));
    kib += status("VmLck:");
    printf("locked memory of a handle: %ld\n", kib);
    need(cpg, "finalize", cpg->finalize(handle));
    while (!initializes_with(kib))
        kib += 16;
    printf("locked memory for an initialize: %ld\n", kib);
    if (cost_of_large_message() > 1024)
        puts("large messages are not copied");
}

int main(int count, char* argument[])
{
    const long shared = shared_memory();
    uint64_t handles[SERVICES];
    for (int i = 0; i < SERVICES; i++)
        need(&services[i], "initialize", services[i].initialize(&handles[i]));
    printf("shared memory of a handle: %ld\n", (shared_memory() - shared) / SERVICES);
    (void)argument;
    if (count > 1)
        return 0;
    for (int i = 0; i < SERVICES; i++) { /* with what each library needs only once */
        event(&services[i], handles[i], LARGE);
        need(&services[i], "finalize", services[i].finalize(handles[i]));
    }
    for (int i = 0; i < SERVICES; i++)
        measure_handle(&services[i]);
    printf("address space, more after a message above 4 KiB: %ld\n", cost_of_large_message());
    fflush(stdout);
    measure_locked();
    return 0;
}
