// SPDX-License-Identifier: BSD-3-Clause
// Only in the coverage build (tests/coverage.sh), where it is part of every program and library: saves what they have
// counted also when the process ends by _exit(). gcov saves only at exit().
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of gcc's own library, which is in each program and library once more, with its own counts.
void __gcov_dump(void);
void __gcov_reset(void);

struct counts {
    void (*save)(void);
    struct counts* next;
};

// The program has these two functions. A library in another program (Python, corosync-cmapctl) finds none.
void have_counts_saved(struct counts* more) __attribute__((weak));
void no_longer_have_counts_saved(const struct counts* gone) __attribute__((weak));

static void save(void)
{
    __gcov_dump();
    __gcov_reset(); // counts are added to those in the file, and each is added once
}

static struct counts own = {save, NULL};

__attribute__((constructor)) static void begin(void)
{
    if (have_counts_saved != NULL)
        have_counts_saved(&own);
}

__attribute__((destructor)) static void end(void)
{
    if (no_longer_have_counts_saved != NULL)
        no_longer_have_counts_saved(&own);
}

#ifdef IN_PROGRAM

static struct counts* all;

void have_counts_saved(struct counts* more)
{
    more->next = all;
    all = more;
}

void no_longer_have_counts_saved(const struct counts* gone)
{
    for (struct counts** place = &all; *place != NULL; place = &(*place)->next) {
        if (*place == gone) {
            *place = gone->next;
            return;
        }
    }
}

static void save_all(void)
{
    // Tests become other users, and let descriptors run out. Where this does not help, the counts of this process are
    // lost.
    struct rlimit limit;
    if (seteuid(0) == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    for (const struct counts* each = all; each != NULL; each = each->next)
        each->save();
}

void _exit(int status)
{
    save_all();
    for (;;)
        syscall(SYS_exit_group, status);
}

void _Exit(int status)
{
    _exit(status);
}

#endif
