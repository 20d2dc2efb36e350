// SPDX-License-Identifier: BSD-3-Clause
// Watches for opened ring files. The library must not open any before it has checked the peer and its offer.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace test {

// Tells whether any process has done anything in a directory since the construction.
class Watch {
public:
    explicit Watch(const std::string& directory)
    {
        if (::inotify_add_watch(fd_, directory.c_str(), IN_ALL_EVENTS) == -1)
            throw std::runtime_error("cannot watch " + directory);
    }
    ~Watch() { ::close(fd_); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    bool saw_anything() const
    {
        return saw([](std::uint32_t) { return true; });
    }
    bool saw_file_opened() const
    {
        return saw([](std::uint32_t event) { return (event & IN_OPEN) != 0 && (event & IN_ISDIR) == 0; });
    }

private:
    template <class Predicate> bool saw(Predicate predicate) const
    {
        alignas(inotify_event) char events[16384];
        const ssize_t size = ::read(fd_, events, sizeof events);
        for (ssize_t at = 0; at < size;) {
            const auto* event = reinterpret_cast<const inotify_event*>(events + at);
            if (predicate(event->mask))
                return true;
            at += static_cast<ssize_t>(sizeof *event + event->len);
        }
        return false;
    }

    const int fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
};

// Tells whether this process has opened anything in shared memory since the construction. For daemons that make their
// directories and files themselves.
class OwnWatch {
public:
    OwnWatch()
        : watches_(::fanotify_mark(fd_, FAN_MARK_ADD | FAN_MARK_MOUNT, FAN_OPEN | FAN_ONDIR, AT_FDCWD, "/dev/shm") == 0)
    {}
    ~OwnWatch() { ::close(fd_); }
    OwnWatch(const OwnWatch&) = delete;
    OwnWatch& operator=(const OwnWatch&) = delete;

    explicit operator bool() const { return watches_; } // it needs privileges

    bool saw_anything() const
    {
        alignas(fanotify_event_metadata) char events[16384];
        bool saw = false;
        for (ssize_t left = 0; (left = ::read(fd_, events, sizeof events)) > 0;) {
            for (auto* event = reinterpret_cast<fanotify_event_metadata*>(events); FAN_EVENT_OK(event, left);
                 event = FAN_EVENT_NEXT(event, left)) {
                saw = saw || event->pid == ::getpid();
                ::close(event->fd);
            }
        }
        return saw;
    }

private:
    const int fd_ = ::fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
    const bool watches_;
};

} // namespace test
