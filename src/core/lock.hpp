// Mutual exclusion without the C++ run-time library.
#pragma once

#include "core/clock.hpp"

#include <pthread.h>

namespace corosync {

#ifdef __SANITIZE_THREAD__ // does not know the other one
inline int lock_for(pthread_mutex_t* mutex, int limit_ms)
{
    const timespec end = moment_in(limit_ms, CLOCK_REALTIME);
    return pthread_mutex_timedlock(mutex, &end);
}
#else
inline int lock_for(pthread_mutex_t* mutex, int limit_ms)
{
    const timespec end = moment_in(limit_ms);
    return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &end);
}
#endif

class Mutex {
public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;
    ~Mutex() { pthread_mutex_destroy(&mutex_); }

    void lock() { pthread_mutex_lock(&mutex_); }
    bool try_lock() { return pthread_mutex_trylock(&mutex_) == 0; }
    // Waits no longer than `limit_ms`.
    bool lock_within(int limit_ms) { return try_lock() || lock_for(&mutex_, limit_ms) == 0; }
    void unlock() { pthread_mutex_unlock(&mutex_); }
    pthread_mutex_t* native() { return &mutex_; }

private:
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class Guard {
public:
    explicit Guard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
    ~Guard() { mutex_.unlock(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

private:
    Mutex& mutex_;
};

// Poll, send and friends are cancellation points, and a thread cancelled in one of them would take locks and
// pins with it. So the library's calls run with cancellation off; only a waiting dispatch and the callbacks
// get the caller's own state back.
class NoCancel {
public:
    NoCancel() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &callers_); }
    ~NoCancel() { allow(); }
    NoCancel(const NoCancel&) = delete;
    NoCancel& operator=(const NoCancel&) = delete;

    void allow() const { pthread_setcancelstate(callers_, nullptr); }
    void forbid() const { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr); }

private:
    int callers_ = PTHREAD_CANCEL_ENABLE;
};

} // namespace corosync
