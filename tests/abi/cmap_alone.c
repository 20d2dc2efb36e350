/* SPDX-License-Identifier: BSD-3-Clause */
/* Names that programs use though they include only cmap.h. */
#include <corosync/cmap.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int use_it(int fd);

int use_it(int fd)
{
    struct timeval now;
    const char* format = "%" PRIu64 " " CS_PRI_NODE_ID;
    void* copy;
    ssize_t got;

    assert(format != NULL);
    copy = malloc(strlen(format) + 1);
    if (copy == NULL)
        return -ENOMEM;
    memcpy(copy, format, strlen(format) + 1);
    pthread_mutex_lock(&mutex);
    got = read(fd, copy, 1);
    pthread_mutex_unlock(&mutex);
    free(copy);
    gettimeofday(&now, NULL);
    return close(fd) == 0 && got == 1 ? 0 : -errno;
}
