/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * failing_client CALLS [PAUSE]: calls cmap_initialize CALLS times, waits PAUSE milliseconds, and calls it once more.
 * Prints each result, and the reason where the libraries give one.
 * failing_client --syslog: acts as the system's logger for one line.
 */
#include <corosync/cmap.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void try_once(void)
{
    const char* (*reason)(void) = NULL;
    void* found = dlsym(RTLD_DEFAULT, "cs_client_reason");
    cmap_handle_t handle = 0;
    cs_error_t error = cmap_initialize(&handle);

    memcpy(&reason, &found, sizeof(reason));
    printf("%d %s\n", (int)error, error != CS_OK && reason != NULL ? reason() : "");
    if (error == CS_OK) {
        cmap_finalize(handle);
    }
}

static int log_one_line(void)
{
    struct sockaddr_un address = {AF_UNIX, "/dev/log"};
    char line[1024];
    int listener = socket(AF_UNIX, SOCK_DGRAM, 0);
    ssize_t got = 0;

    if (bind(listener, (const struct sockaddr*)&address, sizeof(address)) != 0) {
        return 1;
    }
    try_once();
    got = recv(listener, line, sizeof(line), MSG_DONTWAIT);
    printf("%.*s\n", (int)(got > 0 ? got : 0), line);
    return got > 0 ? 0 : 2;
}

int main(int argc, char** argv)
{
    long i = 0;
    int free_before = dup(0);
    int free_after = 0;

    if (argc > 1 && strcmp(argv[1], "--syslog") == 0) {
        return log_one_line();
    }
    close(free_before);
    for (i = 0; argc > 1 && i < atol(argv[1]); i++) {
        try_once();
    }
    if (argc > 2) {
        usleep((useconds_t)atol(argv[2]) * 1000);
        try_once();
    }
    free_after = dup(0);
    return free_after == free_before ? 0 : 3;
}
