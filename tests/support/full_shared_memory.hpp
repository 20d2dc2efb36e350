// SPDX-License-Identifier: BSD-3-Clause
// For use inside the sandbox (sandbox.sh).
#pragma once

#include "eventually.hpp"
#include "network.hpp"

#include <cstdint>
#include <string>
#include <thread>
#include <utility>

#include <sys/statvfs.h>

namespace test {

// As long as it lives, almost no room is left in shared memory.
class FullSharedMemory {
public:
    FullSharedMemory() { limit(std::to_string(in_use() + 65536)); }
    ~FullSharedMemory() { limit("50%"); } // the default
    FullSharedMemory(const FullSharedMemory&) = delete;
    FullSharedMemory& operator=(const FullSharedMemory&) = delete;

    // Waits until a daemon has also unmapped what it has removed.
    static void settle()
    {
        std::uint64_t used = in_use();
        eventually([&] {
            std::this_thread::sleep_for(kGlance);
            return std::exchange(used, in_use()) == used;
        });
    }

private:
    static std::uint64_t in_use()
    {
        struct statvfs memory {};
        ::statvfs("/dev/shm", &memory);
        return std::uint64_t{memory.f_blocks - memory.f_bfree} * memory.f_frsize;
    }
    static void limit(const std::string& size) { run("mount -o remount,size=" + size + " /dev/shm"); }
};

} // namespace test
