// Has anybody touched a directory's files since? Before a peer and its offer are found good, nobody may.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <sys/inotify.h>
#include <unistd.h>

namespace test {

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

} // namespace test
