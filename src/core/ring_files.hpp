// SPDX-License-Identifier: BSD-3-Clause
// The six files of a connection's three rings: checks their names, checks whether they are safe to attach, and removes
// them after the daemon's death.
//
// qb_rb_open() truncates or extends a file to the expected size. With a wrong size it would destroy the daemon's ring.
// The names come from the owner of the socket. So everything is checked before any file is opened.
#pragma once

#include "core/message.hpp"

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>

namespace corosync {

inline constexpr std::size_t kRingNameLimit = 255; // with NUL

enum class Ring { request, response, event };
inline constexpr Ring kRings[] = {Ring::request, Ring::response, Ring::event};

class RingFiles {
public:
    // Copies the names from three NUL-terminated fields of a received reply. False if they do not match <directory
    // below /dev/shm>/qb-{request,response,event}-...<service>.
    bool parse(const char* service, const View (&fields)[3]);

    // Checks that a daemon that runs as `server` has made the directory and the files for us: they are not links, we or
    // the server own them, nobody else can write to them, and their sizes are those of rings of `ring_size`. 1 if so, 0
    // if not. A negative errno means that the check was not possible, because no descriptor was free.
    [[nodiscard]] int safe_to_attach(uid_t server, std::size_t ring_size) const;

    // Opens the event ring's data file. -1 if it does not have this size or is not a regular file.
    [[nodiscard]] int open_event_data(std::size_t size) const;

    // Gets the status of a ring's data file. False if the file does not exist.
    bool stat_data(Ring ring, struct stat& status) const;

    // Unlinks the files and their directory, as the daemon does.
    void remove() const;

    [[nodiscard]] const char* path(Ring ring) const { return paths_[static_cast<int>(ring)]; }

    // The size of a ring's data file, and the free space of an empty ring.
    static std::size_t data_size(std::size_t ring_size);

    // Removes the files that a dead daemon left of its connections with a client. The client's other handles do not
    // need them.
    static void remove_directories(pid_t server, pid_t client);

private:
    [[nodiscard]] int open_directory() const;
    [[nodiscard]] const char* base(Ring ring) const { return path(ring) + directory_length_ + 1; }

    std::size_t directory_length_ = 0;
    char paths_[3][kRingNameLimit] = {};
};

} // namespace corosync
