// SPDX-License-Identifier: BSD-3-Clause
#include "thread.hpp"

#include <csignal>
#include <fstream>
#include <string>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace test {

namespace {

void check(int error, const char* what)
{
    if (error)
        throw std::system_error(error, std::generic_category(), what);
}

// The state: the letter after the name in brackets; 'X' if the thread has gone.
char state_of(pid_t thread)
{
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto end = line.rfind(") ");
    return end == std::string::npos ? 'X' : line[end + 2];
}

} // namespace

Thread::Thread(std::function<void()> body, Stack stack) : body_(std::move(body)), stack_(stack)
{
    pthread_attr_t attributes;
    check(pthread_attr_init(&attributes), "pthread_attr_init");
    if (stack_.size) {
        memory_ =
            ::mmap(nullptr, stack_.guard + stack_.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (memory_ == MAP_FAILED)
            check(errno, "mmap");
        char* const usable = static_cast<char*>(memory_) + stack_.guard;
        if (::mprotect(usable, stack_.size, PROT_READ | PROT_WRITE))
            check(errno, "mprotect");
        check(pthread_attr_setstack(&attributes, usable, stack_.size), "pthread_attr_setstack");
    }
    const int error = pthread_create(&thread_, &attributes, run, this);
    pthread_attr_destroy(&attributes);
    check(error, "pthread_create");
}

Thread::~Thread()
{
    join();
    if (memory_)
        ::munmap(memory_, stack_.guard + stack_.size);
}

void* Thread::run(void* self)
{
    struct Ending {
        std::atomic<bool>& ended;
        ~Ending()
        {
            ended = true;
            ended.notify_all();
        }
    };
    auto& thread = *static_cast<Thread*>(self);
    const Ending ending{thread.ended_};
    thread.id_ = ::gettid();
    thread.body_();
    return nullptr;
}

bool Thread::ended_within(Duration limit) const
{
    return eventually(limit, [this] { return ended_.load(); });
}

void Thread::join()
{
    ended_.wait(false); // without the lock, because a thread that signals needs it
    const std::lock_guard lock(joining_);
    if (!joined_)
        pthread_join(thread_, nullptr);
    joined_ = true;
}

void Thread::cancel()
{
    pthread_cancel(thread_);
}

void Thread::signal(int number)
{
    const std::lock_guard lock(joining_);
    if (!joined_)
        pthread_kill(thread_, number);
}

bool Thread::falls_asleep() const
{
    // Checks twice, because the thread also sleeps for a moment when it starts; and repeatedly, because on a busy
    // machine it may wait for a CPU.
    const auto asleep = [this] { return id_ && state_of(id_) == 'S'; };
    const bool stays = eventually([&] {
        if (!asleep())
            return ended_.load();
        std::this_thread::sleep_for(20ms);
        return asleep();
    });
    return stays && !ended_;
}

} // namespace test
