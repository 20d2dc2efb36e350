// SPDX-License-Identifier: BSD-3-Clause
#include "core/ring_files.hpp"

#include "core/reasons.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace corosync {
namespace {

constexpr char kShm[] = "/dev/shm/";
constexpr char kPrefix[] = "/dev/shm/qb-";

// libqb makes its data files a multiple of the page size. On these CPUs it takes at least 16 KiB for that size.
#if defined(__arm__) || defined(__powerpc__)
constexpr std::size_t kSmallestUnit = 16384;
#else
constexpr std::size_t kSmallestUnit = 1;
#endif

// The size of a new ring's header file before a client attaches: libqb's own fields, a semaphore, two paths and our
// four bytes of user data. Another size means a libqb version with another layout.
constexpr off_t kHeaderSize = sizeof(void*) == 8 ? 8252 : 8236;

constexpr char kHeaderSuffix[] = "-header";
constexpr char kDataSuffix[] = "-data";

const char* prefix_of(Ring ring)
{
    switch (ring) {
    case Ring::request:
        return "qb-request-";
    case Ring::response:
        return "qb-response-";
    case Ring::event:
        break;
    }
    return "qb-event-";
}

bool starts_with(const char* text, const char* prefix)
{
    return std::strncmp(text, prefix, std::strlen(prefix)) == 0;
}

bool ends_with(const char* text, const char* suffix)
{
    const std::size_t length = std::strlen(text);
    const std::size_t suffix_length = std::strlen(suffix);
    return length >= suffix_length && std::strcmp(text + length - suffix_length, suffix) == 0;
}

// Builds "<base><suffix>", always NUL-terminated.
struct FileName {
    FileName(const char* base, const char* suffix) { std::snprintf(text, sizeof text, "%s%s", base, suffix); }
    char text[kRingNameLimit + sizeof kHeaderSuffix];
};

// Calls f(directory, name) for each entry whose name begins with `prefix`.
template <class F> void for_each_entry(int parent, const char* path, const char* prefix, F f)
{
    const int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    DIR* directory = fdopendir(fd);
    if (directory == nullptr) {
        close(fd);
        return;
    }
    while (const dirent* entry = readdir(directory))
        if (starts_with(entry->d_name, prefix))
            f(fd, entry->d_name);
    closedir(directory);
}

bool safe_file(int directory, const FileName& name, uid_t server, off_t size)
{
    struct stat status {};
    if (fstatat(directory, name.text, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    const bool owner = status.st_uid == geteuid() || status.st_uid == getuid() || status.st_uid == server;
    return S_ISREG(status.st_mode) && status.st_nlink == 1 && owner && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
           status.st_size == size;
}

} // namespace

std::size_t RingFiles::data_size(std::size_t ring_size)
{
    const std::size_t unit = std::max(static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), kSmallestUnit);
    return (ring_size + 13 + unit - 1) / unit * unit;
}

bool RingFiles::parse(const char* service, const View (&fields)[3])
{
    for (const Ring ring : kRings) {
        const View& field = fields[static_cast<int>(ring)];
        const auto* name = reinterpret_cast<const char*>(field.bytes(0, field.size()));
        const std::size_t length = strnlen(name, field.size());
        if (length >= kRingNameLimit)
            return false;
        char* path = paths_[static_cast<int>(ring)];
        std::memcpy(path, name, length);
        path[length] = '\0';

        if (!starts_with(path, kPrefix) || std::strstr(path, "XXXXXX") != nullptr)
            return false;
        const char* slash = std::strchr(path + sizeof kShm - 1, '/');
        if (slash == nullptr || std::strchr(slash + 1, '/') != nullptr)
            return false;
        const auto directory_length = static_cast<std::size_t>(slash - path);
        if (ring == Ring::request)
            directory_length_ = directory_length;
        // The prefixes "qb-..." and "qb-request-..." exclude an empty component and "..".
        if (directory_length != directory_length_ || std::memcmp(path, paths_[0], directory_length) != 0 ||
            !starts_with(base(ring), prefix_of(ring)) || !ends_with(base(ring), service))
            return false;
    }
    return true;
}

int RingFiles::open_directory() const
{
    char directory[kRingNameLimit];
    std::memcpy(directory, paths_[0], directory_length_);
    directory[directory_length_] = '\0';
    return open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int RingFiles::safe_to_attach(uid_t server, std::size_t ring_size) const
{
    const int directory = open_directory();
    if (directory < 0) {
        const bool limit = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        if (!limit)
            explain(errno == ENOENT ? reasons::ring_files_missing : reasons::ring_files_unsafe);
        return limit ? -errno : 0;
    }
    struct stat status {};
    bool safe = fstat(directory, &status) == 0 && (status.st_mode & S_IWOTH) == 0 &&
                (status.st_uid == geteuid() || status.st_uid == getuid() || status.st_uid == server);
    const auto size = static_cast<off_t>(data_size(ring_size));
    for (const Ring ring : kRings)
        safe = safe && safe_file(directory, {base(ring), kHeaderSuffix}, server, kHeaderSize) &&
               safe_file(directory, {base(ring), kDataSuffix}, server, size);
    close(directory);
    if (!safe)
        explain(reasons::ring_files_unsafe);
    return safe ? 1 : 0;
}

int RingFiles::open_event_data(std::size_t size) const
{
    const int directory = open_directory();
    if (directory < 0)
        return -1;
    const int file =
        openat(directory, FileName(base(Ring::event), kDataSuffix).text, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    close(directory);
    struct stat status {};
    if (file < 0 ||
        (fstat(file, &status) == 0 && S_ISREG(status.st_mode) != 0 && status.st_size == static_cast<off_t>(size)))
        return file;
    close(file);
    return -1;
}

bool RingFiles::stat_data(Ring ring, struct stat& status) const
{
    const int directory = open_directory();
    if (directory < 0)
        return false;
    const bool found = fstatat(directory, FileName(base(ring), kDataSuffix).text, &status, AT_SYMLINK_NOFOLLOW) == 0;
    close(directory);
    return found;
}

void RingFiles::remove_directories(pid_t server, pid_t client)
{
    char prefix[64];
    std::snprintf(prefix, sizeof prefix, "qb-%d-%d-", static_cast<int>(server), static_cast<int>(client));
    for_each_entry(AT_FDCWD, kShm, prefix, [](int shm, const char* name) {
        for_each_entry(shm, name, "qb-", [](int directory, const char* file) { unlinkat(directory, file, 0); });
        unlinkat(shm, name, AT_REMOVEDIR);
    });
}

void RingFiles::remove() const
{
    const int directory = open_directory();
    if (directory < 0)
        return;
    // Relative to the opened directory, so that a link that replaces the directory has no effect. Never truncate the
    // files: another process may still map them.
    for (const Ring ring : kRings) {
        unlinkat(directory, FileName(base(ring), kHeaderSuffix).text, 0);
        unlinkat(directory, FileName(base(ring), kDataSuffix).text, 0);
    }
    close(directory);
    char name[kRingNameLimit];
    std::memcpy(name, paths_[0], directory_length_);
    name[directory_length_] = '\0';
    rmdir(name);
}

} // namespace corosync
