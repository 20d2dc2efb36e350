// SPDX-License-Identifier: BSD-3-Clause
#include "as_c.hpp"

namespace differential {

const char* const kPrelude = R"(/* cc -w THIS.c -lcmap -lcpg -lvotequorum -lcorosync_common, beside a daemon */
#define _GNU_SOURCE
#include <corosync/cmap.h>
#include <corosync/cpg.h>
#include <corosync/votequorum.h>
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static cmap_handle_t m[4];
static cpg_handle_t c[4];
static votequorum_handle_t v[4];
static cmap_iter_handle_t walk[4];
static cmap_track_handle_t tracker[4];
static cpg_iteration_handle_t iteration[4];
static void* buffer[4];
static char bytes[4 << 20], room[2 << 20], word[20001];
static size_t length;
static cmap_value_types_t type;
static struct cpg_address members[400];
static int entries, fd;
static unsigned number;
static void* context;
static struct votequorum_info info;
static votequorum_ring_id_t ring;
static struct cpg_iteration_description_t item;

/* The dispatches that are running. */
static struct {
    void (*inside)(int); /* what their callbacks do, by number */
    int count, fd, jump;
    cs_error_t (*finalize)(uint64_t); /* CS_DISPATCH_BLOCKING: when there is nothing more */
    uint64_t handle;
    jmp_buf left;
} running[8];
static int depth, child_leaves_at = -1;

#define SHOW(call) printf("%*s%s: %d\n", 2 * depth, "", #call, (int)(call)), fflush(stdout)

static int readable(int descriptor)
{
    struct pollfd one = {descriptor, POLLIN, 0};
    return poll(&one, 1, 0) > 0;
}

static void jump(int levels)
{
    depth = levels < depth ? depth - levels : 1;
    longjmp(running[depth - 1].left, 1);
}

static void called(const char* what, size_t size)
{
    int at = depth - 1;
    printf("%*s%s %zu\n", 2 * depth, "", what, size);
    if (running[at].inside)
        running[at].inside(running[at].count++);
    if (!running[at].finalize || readable(running[at].fd))
        return;
    if (running[at].jump)
        jump(0);
    running[at].finalize(running[at].handle);
}

#define DISPATCH(service, of, how, by_jump, what)                                                                  \
    do {                                                                                                           \
        int at = depth++;                                                                                          \
        running[at].inside = what;                                                                                 \
        running[at].count = 0;                                                                                     \
        running[at].jump = by_jump;                                                                                \
        running[at].handle = of;                                                                                   \
        running[at].finalize = how == CS_DISPATCH_BLOCKING ? service##_finalize : NULL;                            \
        running[at].fd = -1;                                                                                       \
        service##_fd_get(of, &running[at].fd);                                                                     \
        if (how == CS_DISPATCH_ONE && running[at].fd != -1 && !readable(running[at].fd))                           \
            printf("%*sit would wait\n", 2 * depth, "");                                                           \
        else if (setjmp(running[at].left) == 0)                                                                    \
            SHOW(service##_dispatch(of, how));                                                                     \
        else                                                                                                       \
            printf("%*s%s_dispatch is left by a jump\n", 2 * depth, "", #service);                                 \
        depth--;                                                                                                   \
        if (child_leaves_at == depth)                                                                              \
            _exit(0);                                                                                              \
    } while (0)

static void notify(cmap_handle_t h, cmap_track_handle_t t, int32_t event, const char* key, struct cmap_notify_value now,
                   struct cmap_notify_value before, void* data)
{
    (void)h, (void)t, (void)event, (void)before, (void)data;
    called(key, now.len);
}
static void deliver(cpg_handle_t h, const struct cpg_name* g, uint32_t n, uint32_t p, void* message, size_t size)
{
    (void)h, (void)g, (void)n, (void)p;
    called("message", size);
    memset(message, 'w', size);
}
static void confchg(cpg_handle_t h, const struct cpg_name* g, const struct cpg_address* all, size_t count,
                    const struct cpg_address* l, size_t lc, const struct cpg_address* j, size_t jc)
{
    (void)h, (void)g, (void)all, (void)l, (void)lc, (void)j, (void)jc;
    called("confchg", count);
}
static void totem(cpg_handle_t h, struct cpg_ring_id r, uint32_t count, const uint32_t* nodes)
{
    (void)h, (void)r, (void)nodes;
    called("totem", count);
}
static void quorum(votequorum_handle_t h, uint64_t x, uint32_t quorate, uint32_t count, votequorum_node_t nodes[])
{
    (void)h, (void)x, (void)quorate, (void)nodes;
    called("quorum", count);
}
static void expected(votequorum_handle_t h, uint64_t x, uint32_t votes)
{
    (void)h, (void)x;
    called("expected", votes);
}
static void node_list(votequorum_handle_t h, uint64_t x, votequorum_ring_id_t r, uint32_t count, uint32_t nodes[])
{
    (void)h, (void)x, (void)nodes;
    ring = r;
    called("nodelist", count);
}

static struct cpg_name* name(const char* text, unsigned size)
{
    static struct cpg_name one;
    memset(&one, 0, sizeof one);
    one.length = size;
    memcpy(one.value, text, size > 128 ? 128 : size);
    return &one;
}

static const char* text(size_t size)
{
    memset(word, 'x', size);
    word[size] = 0;
    return word;
}

static cs_error_t mcast(cpg_handle_t h, size_t size, unsigned parts, cpg_guarantee_t guarantee)
{
    struct iovec all[64];
    size_t rest = size;
    char* from = bytes;
    for (unsigned i = 0; i < parts; i++) {
        size_t part = i + 1 == parts ? rest : i % 3 == 0 || size / parts > rest ? 0 : size / parts;
        all[i].iov_base = from;
        all[i].iov_len = part;
        from += part;
        rest -= part;
    }
    return cpg_mcast_joined(h, guarantee, all, parts);
}

/* Waits until all that was caused has arrived: then a message to ourselves arrives, too. */
static int came;
static void come(cpg_handle_t h, const struct cpg_name* g, uint32_t n, uint32_t p, void* message, size_t size)
{
    (void)h, (void)g, (void)n, (void)p, (void)message, (void)size;
    came = 1;
}
static void barrier(cpg_handle_t sender)
{
    static cpg_handle_t own;
    static cpg_callbacks_t callbacks = {come, NULL};
    if (sender)
        cpg_local_get(sender, &number);
    if (!own) {
        cpg_initialize(&own, &callbacks);
        cpg_join(own, name("barrier", 7));
    }
    for (came = mcast(own, 1, 1, CPG_TYPE_AGREED) != CS_OK; !came;)
        cpg_dispatch(own, CS_DISPATCH_ONE);
}
)";

} // namespace differential
