// SPDX-License-Identifier: BSD-3-Clause
// The six files behind a connection's three rings: what their names must look like, whether they are safe to
// attach, and their removal after the daemon's death.
//
// Attaching truncates or extends the files to the expected size, and a wrong one would destroy the ring under the
// daemon; the names come from whoever owns the socket. So everything is checked before anything is opened.
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
    // Takes the names over from three NUL-terminated fields of a received reply. False if they are unlike
    // <directory below /dev/shm>/qb-{request,response,event}-...<service>.
    bool parse(const char* service, const View (&fields)[3]);

    // 1 if the directory and the files are what a daemon running as `server` would have made for us: no links, ours or
    // the server's, writable for nobody else, and exactly as large as rings of this size are. 0 if they are not, and a
    // negative errno if there is no descriptor to look with, which says nothing against them.
    [[nodiscard]] int safe_to_attach(uid_t server, std::size_t ring_size) const;

    // Opens the event ring's data file, if it is what safe_to_attach() found; -1 if not.
    [[nodiscard]] int open_event_data(std::size_t size) const;

    // What the file system says of a ring's data file. False if it is not there.
    bool stat_data(Ring ring, struct stat& status) const;

    // Unlinks the files and their directory, as the daemon would have done.
    void remove() const;

    [[nodiscard]] const char* path(Ring ring) const { return paths_[static_cast<int>(ring)]; }

    // Bytes of a ring's data file, which are also what an empty ring has room for.
    static std::size_t data_size(std::size_t ring_size);

    // Removes what a dead daemon left of its connections with a client. Other handles of the client lose nothing that
    // they need.
    static void remove_directories(pid_t server, pid_t client);

private:
    [[nodiscard]] int open_directory() const;
    [[nodiscard]] const char* base(Ring ring) const { return path(ring) + directory_length_ + 1; }

    std::size_t directory_length_ = 0;
    char paths_[3][kRingNameLimit] = {};
};

} // namespace corosync
