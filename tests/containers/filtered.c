/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filtered [CALL]: a program with these libraries that may make only the system calls that corosync_client(7) lists,
 * and a few of its own, but not CALL. Any other call kills it with SIGSYS. It must not make memory executable. It
 * prints "alive" after it has used a daemon, waits for the end of standard input, and prints "done" after the daemon's
 * end.
 */
#include "services.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALL = 8, MEDIUM = 8 << 10, LARGE = 300 << 10, SET_MDWE = 65, REFUSE_EXEC_GAIN = 1 };

static const struct {
    const char* name;
    unsigned number;
} calls[] = {
#include "listed_calls.h"
    /* The program's own calls: input and output, a child, for which newer C libraries block signals, exit. */
    {"read", SYS_read},
    {"write", SYS_write},
    {"clone", SYS_clone},
    {"set_robust_list", SYS_set_robust_list},
    {"wait4", SYS_wait4},
    {"exit_group", SYS_exit_group},
    {"rt_sigprocmask", SYS_rt_sigprocmask},
};

#define CALLS (sizeof calls / sizeof *calls)

static int allow_only_listed(const char* left_out)
{
    static struct sock_filter filter[2 * CALLS + 2] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    unsigned short size = 1;
    struct sock_fprog program = {0, filter};

    for (size_t i = 0; i < CALLS; i++) {
        if (left_out != NULL && strcmp(left_out, calls[i].name) == 0)
            continue;
        filter[size++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
        filter[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    filter[size++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program.len = size;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* Like MemoryDenyWriteExecute= of systemd; false if memory can still be made executable. */
static int deny_executable_memory(void)
{
    if (prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) != 0)
        return errno == EINVAL; /* kernels before 6.3 do not have it */
    return mmap(NULL, 1, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static void dispatch_another(uint64_t handle)
{
    event(cpg, handle, LARGE);
}

static void finalize_in_child(const struct service* service, uint64_t handle)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        need(service, "finalize in a child", service->finalize(handle));
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child || status != 0) {
        printf("the child ended with %d\n", status);
        _exit(1);
    }
}

static void use(const struct service* service, uint64_t* handle)
{
    need(service, "initialize", service->initialize(handle));
    need(service, "request", service->ask(*handle));
    event(service, *handle, SMALL);
    event(service, *handle, MEDIUM);
    event(service, *handle, LARGE);
    in_callback = dispatch_another;
    if (service == cpg)
        event(service, *handle, LARGE);
    finalize_in_child(service, *handle);
    need(service, "request after a fork", service->ask(*handle));
    need(service, "finalize", service->finalize(*handle));
    need(service, "initialize", service->initialize(handle));
    event(service, *handle, LARGE);
}

static void see_the_end(const struct service* service, uint64_t handle)
{
    const cs_error_t request = service->ask(handle);
    const cs_error_t dispatch = service->dispatch(handle, CS_DISPATCH_BLOCKING);

    service->finalize(handle);
    if (request != CS_ERR_LIBRARY || dispatch != CS_ERR_LIBRARY || service->initialize(&handle) != CS_ERR_LIBRARY) {
        printf("%s does not see the end of the daemon\n", service->name);
        _exit(1);
    }
}

int main(int count, char* argument[])
{
    uint64_t handles[SERVICES];

    setvbuf(stdout, NULL, _IONBF, 0);
    if (!deny_executable_memory() || !allow_only_listed(count > 1 ? argument[1] : NULL)) {
        perror("filtered");
        return 2;
    }
    for (int i = 0; i < SERVICES; i++)
        use(&services[i], &handles[i]);
    puts("alive");
    if (read(STDIN_FILENO, (char[1]){0}, 1) != 0)
        return 2;
    for (int i = 0; i < SERVICES; i++)
        see_the_end(&services[i], handles[i]);
    puts("done");
    return 0;
}
