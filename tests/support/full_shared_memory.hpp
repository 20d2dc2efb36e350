// SPDX-License-Identifier: BSD-3-Clause
// For use inside the sandbox (sandbox.sh).
#pragma once

#include "network.hpp"

#include <string>

#include <sys/statvfs.h>

namespace test {

// As long as it lives, almost no room is left in shared memory.
class FullSharedMemory {
public:
    FullSharedMemory()
    {
        struct statvfs memory {};
        ::statvfs("/dev/shm", &memory);
        limit(std::to_string((memory.f_blocks - memory.f_bfree) * memory.f_frsize + 65536));
    }
    ~FullSharedMemory() { limit("50%"); } // the default
    FullSharedMemory(const FullSharedMemory&) = delete;
    FullSharedMemory& operator=(const FullSharedMemory&) = delete;

private:
    static void limit(const std::string& size) { run("mount -o remount,size=" + size + " /dev/shm"); }
};

} // namespace test
