// SPDX-License-Identifier: BSD-3-Clause
#include "core/libqb_descriptors.hpp"

#include "core/clock.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace corosync {
namespace {

constexpr int kLooks = 50;
constexpr int kLookMs = 2;
constexpr int kSearched = 16;

// The file may belong to a connection that another thread is opening now. The daemon unlinks the file of the failed
// connection when it sees the hang-up. So close only an unlinked file.
void close_if_leaked(int fd, const char* rings)
{
    char link[64];
    char file[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const std::size_t length = std::strlen(rings);
    if (readlink(link, file, sizeof file) < static_cast<ssize_t>(length) || std::memcmp(file, rings, length) != 0)
        return;
    struct stat status {};
    for (int looks = 0; looks < kLooks && fstat(fd, &status) == 0; ++looks) {
        if (status.st_nlink == 0) {
            close(fd);
            return;
        }
        pause_ms(kLookMs);
    }
}

} // namespace

int check_descriptors(int count)
{
    int spare[kConnectDescriptors + 1];
    int have = 0;
    int rc = 0;
    while (have < count && rc == 0) {
        spare[have] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (spare[have] >= 0)
            ++have;
        else
            rc = -errno;
    }
    while (have > 0)
        close(spare[--have]);
    return rc;
}

ProgramDescriptors::ProgramDescriptors() : flags_(fcntl(0, F_GETFD)), lowest_(eventfd(0, EFD_CLOEXEC))
{
    // Copy descriptor 0 only if enough descriptors stay free for libqb. If it was closed, it is now the one of lowest_.
    if (flags_ >= 0 && check_descriptors(kConnectDescriptors + 1) == 0)
        zero_ = fcntl(0, F_DUPFD_CLOEXEC, 3);
    if (lowest_ >= 0)
        close(lowest_);
}

ProgramDescriptors::~ProgramDescriptors()
{
    if (zero_ >= 0)
        close(zero_);
}

void ProgramDescriptors::restore(pid_t server) const
{
    if (zero_ >= 0 && fcntl(0, F_GETFD) < 0)
        dup3(zero_, 0, (flags_ & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
    char rings[64];
    std::snprintf(rings, sizeof rings, "/dev/shm/qb-%d-%d-", static_cast<int>(server), static_cast<int>(getpid()));
    for (int fd = lowest_; lowest_ >= 0 && fd < lowest_ + kSearched; ++fd)
        close_if_leaked(fd, rings);
}

DescriptorToClose::DescriptorToClose(int number, const FileIdentity& ours) : number_(number)
{
    if (ours.matches(number))
        return;
    const int nothing = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    placeholder_ = FileIdentity(nothing);
    flags_ = nothing == number ? -1 : fcntl(number, F_GETFD);
    if (flags_ < 0) { // the number is free, unless another thread is faster
        const int taken = nothing == number ? number : fcntl(nothing, F_DUPFD_CLOEXEC, number);
        safe_to_close_ = taken == number;
        if (!safe_to_close_ && taken >= 0)
            close(taken);
    } else {
        theirs_ = fcntl(number, F_DUPFD_CLOEXEC, 0);
        safe_to_close_ = theirs_ >= 0 && nothing >= 0 && dup3(nothing, number, O_CLOEXEC) == number;
    }
    if (nothing >= 0 && nothing != number)
        close(nothing);
}

DescriptorToClose::~DescriptorToClose()
{
    if (theirs_ >= 0) {
        if (safe_to_close_)
            dup3(theirs_, number_, (flags_ & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
        close(theirs_);
    } else if (placeholder_.matches(number_)) {
        close(number_); // libqb did not close it
    }
}

} // namespace corosync
