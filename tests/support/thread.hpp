// SPDX-License-Identifier: BSD-3-Clause
// POSIX threads for tests: on a chosen stack, cancellable, and observable from outside.
#pragma once

#include "eventually.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>

#include <pthread.h>
#include <sys/types.h>

namespace test {

// A stack of `size` bytes above `guard` bytes that cannot be accessed; size 0: the default one.
struct Stack {
    std::size_t size = 0;
    std::size_t guard = 0;
};

class Thread {
public:
    explicit Thread(std::function<void()> body, Stack stack = {});
    ~Thread();
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    // Whether it has returned or been cancelled.
    bool ended_within(Duration limit) const;
    void join();

    void cancel();
    void signal(int number); // unless it has been joined

    // Waits until the thread sleeps in the kernel, and a moment longer, so that it has begun its final wait.
    bool falls_asleep() const;

private:
    static void* run(void* self);

    std::function<void()> body_;
    Stack stack_;
    void* memory_ = nullptr;
    pthread_t thread_{};
    std::atomic<pid_t> id_ = 0;
    std::atomic<bool> ended_ = false;
    std::mutex joining_;
    bool joined_ = false;
};

// A call in another thread.
template <class Result> class Background {
public:
    explicit Background(std::function<Result()> call)
        : thread_([this, call = std::move(call)] {
              result_ = call();
              finished_ = Clock::now();
          })
    {}

    bool ended_within(Duration limit) const { return thread_.ended_within(limit); }
    Thread& thread() { return thread_; }

    // Waits for the call; empty if the thread was cancelled in it.
    std::optional<Result> result()
    {
        thread_.join();
        return result_;
    }

    // The time when the call returned.
    Clock::time_point finished()
    {
        thread_.join();
        return finished_;
    }

private:
    std::optional<Result> result_;
    Clock::time_point finished_;
    Thread thread_; // comes last: it uses the other members
};

template <class Call> Background(Call) -> Background<std::invoke_result_t<Call>>;

// Calls a function over and over in another thread, until the end of its scope.
class Repeat {
public:
    explicit Repeat(std::function<void()> turn)
        : thread_([this, turn = std::move(turn)] {
              while (!enough_)
                  turn();
          })
    {}
    ~Repeat() { enough_ = true; }

private:
    std::atomic<bool> enough_ = false;
    Thread thread_; // comes last: it uses the other member
};

} // namespace test
