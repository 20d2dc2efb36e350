/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded into a test program before the libraries, so that its functions are called instead of theirs and call them.
 * Writes down which error each function returns in which test, as lines "TEST FUNCTION NUMBER" in the file $WITNESS.
 * The file has its full size from the beginning, and its first word counts the bytes in use. So nothing needs to be
 * opened, and nothing is lost, if a test has no descriptors left, runs as another user, or dies.
 */
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { line_size = 256 };

static struct record {
    size_t used;
    char text[];
} * record;
static size_t room;

__attribute__((constructor)) static void begin(void)
{
    const char* name = getenv("WITNESS");
    const int file = name != NULL ? open(name, O_RDWR | O_CLOEXEC) : -1;
    struct stat status;

    if (file >= 0 && fstat(file, &status) == 0) {
        void* memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

        if (memory != MAP_FAILED) {
            record = memory;
            room = (size_t)status.st_size - sizeof *record;
        }
    }
    if (file >= 0)
        close(file);
}

/* True once for each test; threads that race may get it more than once. */
static int is_new(const char* test, cs_error_t error, unsigned char seen[CS_ERR_SECURITY + 1], char last[line_size])
{
    if (strncmp(test, last, line_size - 1) != 0) {
        memset(seen, 0, CS_ERR_SECURITY + 1);
        strncpy(last, test, line_size - 1);
    }
    return seen[error]++ == 0;
}

static void note(const char* function, cs_error_t error, unsigned char* seen, char* last)
{
    const char* test = getenv("TEST_NAME");
    char line[line_size];
    size_t length = 0;
    size_t at = 0;

    if (record == NULL || test == NULL || error == CS_OK || error > CS_ERR_SECURITY || !is_new(test, error, seen, last))
        return;
    length = (size_t)snprintf(line, sizeof line, "%s %s %d\n", test, function, (int)error);
    at = __atomic_fetch_add(&record->used, length, __ATOMIC_RELAXED);
    if (length < sizeof line && at + length <= room)
        memcpy(record->text + at, line, length);
}

/* Finds the definition of the function that ours replaces. */
static void look_up(const char* function, void* address_of_pointer)
{
    void* next = dlsym(RTLD_NEXT, function);

    memcpy(address_of_pointer, &next, sizeof next);
}

/* The body of a function that replaces another one and calls it. */
#define WITNESS(function, arguments)                                                                                   \
    static unsigned char seen[CS_ERR_SECURITY + 1];                                                                    \
    static char last[line_size];                                                                                       \
    static __typeof__(&function) next;                                                                                 \
    cs_error_t result;                                                                                                 \
                                                                                                                       \
    if (next == NULL)                                                                                                  \
        look_up(#function, &next);                                                                                     \
    result = next arguments;                                                                                           \
    note(#function, result, seen, last);                                                                               \
    return result

#include "witnessed_functions.h"
