// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace corosync {

// Identifies the open file of one of our descriptors. The program may close the descriptor and get the same number for
// a file of its own, which we must not touch.
class FileIdentity {
public:
    FileIdentity() = default;
    explicit FileIdentity(int fd) { known_ = identify(fd, device_, inode_); }

    [[nodiscard]] bool matches(int fd) const
    {
        dev_t device = 0;
        ino_t inode = 0;
        return known_ && identify(fd, device, inode) && device == device_ && inode == inode_;
    }

private:
    static bool identify(int fd, dev_t& device, ino_t& inode)
    {
        struct stat status {};
        if (fd < 0 || fstat(fd, &status) != 0)
            return false;
        device = status.st_dev;
        inode = status.st_ino;
        return true;
    }

    bool known_ = false;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace corosync
