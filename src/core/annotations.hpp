// SPDX-License-Identifier: BSD-3-Clause
// Lock annotations for clang's -Wthread-safety, which other compilers ignore; and a mark for functions of failing
// calls.
#pragma once

// The compiler keeps such a function, and what leads to it, away from the instructions that an event takes.
#define COROSYNC_COLD __attribute__((cold, noinline))

#if defined(__clang__)
#define COROSYNC_ANNOTATION(x) __attribute__((x))
#else
#define COROSYNC_ANNOTATION(x)
#endif

#define COROSYNC_LOCK COROSYNC_ANNOTATION(capability("mutex"))
#define COROSYNC_SCOPED_LOCK COROSYNC_ANNOTATION(scoped_lockable)
#define COROSYNC_GUARDED_BY(lock) COROSYNC_ANNOTATION(guarded_by(lock))
#define COROSYNC_REQUIRES(...) COROSYNC_ANNOTATION(requires_capability(__VA_ARGS__))
#define COROSYNC_EXCLUDES(...) COROSYNC_ANNOTATION(locks_excluded(__VA_ARGS__))
#define COROSYNC_TRY_ACQUIRE(...) COROSYNC_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define COROSYNC_RELEASE(...) COROSYNC_ANNOTATION(release_capability(__VA_ARGS__))
#define COROSYNC_ASSERTS_HELD COROSYNC_ANNOTATION(assert_capability(this))
#define COROSYNC_NO_LOCK_ANALYSIS COROSYNC_ANNOTATION(no_thread_safety_analysis)
