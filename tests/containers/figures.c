/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints what handles cost, in the words of corosync_client(7), as KiB or a number of descriptors. */
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

struct use {
    long shared, space, locked; /* KiB */
    int descriptors;
};

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

static struct use now(void)
{
    struct use use = {0};
    struct statfs shm;

    if (statfs("/dev/shm", &shm) == 0)
        use.shared = (long)((shm.f_blocks - shm.f_bfree) * (unsigned long)shm.f_bsize / 1024);
    use.space = status("VmSize:");
    use.locked = status("VmLck:");
    for (int fd = 0; fd < 1000; fd++)
        use.descriptors += fcntl(fd, F_GETFD) >= 0;
    return use;
}

static rlim_t next_descriptor(void)
{
    const int next = dup(STDIN_FILENO);
    close(next);
    return (rlim_t)next;
}

/* How many must be free for initialize. */
static int needed_descriptors(const struct service* service)
{
    struct rlimit before;
    uint64_t handle = 0;
    cs_error_t result = CS_ERR_LIBRARY;
    int more = 0;

    getrlimit(RLIMIT_NOFILE, &before);
    while (result != CS_OK && more < 20) {
        const struct rlimit limit = {next_descriptor() + (rlim_t)++more, before.rlim_max};
        setrlimit(RLIMIT_NOFILE, &limit);
        result = service->initialize(&handle);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    need(service, "initialize", result);
    need(service, "finalize", service->finalize(handle));
    return more;
}

static void measure_handle(const struct service* service)
{
    const struct use before = now();
    struct use after;
    uint64_t handle = 0;

    need(service, "initialize", service->initialize(&handle));
    after = now();
    printf("address space of a handle: %ld\n", after.space - before.space);
    printf("descriptors of a handle: %d\n", after.descriptors - before.descriptors);
    printf("descriptors for an initialize: %d\n", needed_descriptors(service));
    need(service, "finalize", service->finalize(handle));
}

/* In KiB, of address space. */
static long cost_of_large_message(void)
{
    struct use before, after;
    uint64_t handle = 0;

    need(cpg, "initialize", cpg->initialize(&handle));
    event(cpg, handle, SMALL);
    before = now();
    event(cpg, handle, LARGE);
    after = now();
    need(cpg, "finalize", cpg->finalize(handle));
    return after.space - before.space;
}

/* For a user who may lock so much. */
static bool initializes_with(long kib)
{
    const struct rlimit limit = {(rlim_t)kib * 1024, (rlim_t)kib * 1024};
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        uint64_t handle = 0;
        if (mlockall(MCL_FUTURE) != 0 || setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || setresgid(USER, USER, USER) != 0 ||
            setresuid(USER, USER, USER) != 0)
            _exit(2);
        _exit(cpg->initialize(&handle) == CS_OK ? 0 : strstr(cs_client_reason(), "locked memory") != NULL ? 1 : 2);
    }
    if (waitpid(child, &status, 0) != child || status == 2 << 8) {
        puts("an ordinary user cannot be tried");
        exit(2);
    }
    return status == 0;
}

static void measure_locked(void)
{
    uint64_t handle = 0;
    long kib = 0;

    if (mlockall(MCL_FUTURE) != 0)
        exit(2);
    kib = -now().locked;
    need(cpg, "initialize", cpg->initialize(&handle));
    kib += now().locked;
    printf("locked memory of a handle: %ld\n", kib);
    need(cpg, "finalize", cpg->finalize(handle));
    while (!initializes_with(kib))
        kib += 16;
    printf("locked memory for an initialize: %ld\n", kib);
    if (cost_of_large_message() > 1024)
        puts("large messages are not copied");
}

int main(void)
{
    const struct use before = now();
    uint64_t handles[SERVICES];

    for (int i = 0; i < SERVICES; i++)
        need(&services[i], "initialize", services[i].initialize(&handles[i]));
    printf("shared memory of a handle: %ld\n", (now().shared - before.shared) / SERVICES);
    for (int i = 0; i < SERVICES; i++) { /* and what each library needs once */
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
