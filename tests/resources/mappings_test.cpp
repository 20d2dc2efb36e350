// SPDX-License-Identifier: BSD-3-Clause
// There is no room for the mappings of a connection: no address space, or no memory that may be locked.
#include "held.hpp"
#include "integration/listener.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace test;

using MappingLimit = ServiceTest;

constexpr int kTries = 40;
constexpr uid_t kOrdinary = 65534;

rlim_t address_space()
{
    std::ifstream file("/proc/self/statm");
    rlim_t pages = 0;
    file >> pages;
    return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// The child's exit status: the error that every try returned, or one of these.
enum Finding { kept = 101, other_error, handle_touched, not_locked };

int tries_to_initialize(pid_t daemon)
{
    if (!eventually([=] { return connection_entries(daemon).empty(); })) // of an earlier handle
        return kept;
    const Held before = Held::now(daemon);
    int result = 0;
    for (int number = 0; number < kTries; ++number) {
        std::uint64_t handle = kUntouched;
        const auto error = service().initialize(&handle);
        if (error == CS_OK)
            service().finalize(handle);
        else if (handle != kUntouched)
            return handle_touched;
        if (number > 0 && error != result)
            return other_error;
        result = error;
    }
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_AS, &unlimited);
    ::munlockall();
    const auto different = differences(before, daemon);
    std::fputs(different.c_str(), stderr);
    return different.empty() ? result : kept;
}

// Sockets need almost no mappings, and libqb's client other ones than we do; but no try may keep anything.
int expected(cs_error_t error)
{
    return transport() == Transport::socket ? CS_OK : error;
}

TEST_F(MappingLimit, of_the_address_space_makes_initialize_fail_and_keep_nothing)
{
    for (const rlim_t more : {100U, 1000U, 1500U, 2500U, 3200U, 4500U, 5500U, 6200U}) {
        EXPECT_EQ(expected(CS_ERR_NO_MEMORY), in_child([more] {
                      Handle{};
                      const rlim_t now = address_space();
                      const rlimit limit{now + more * 1024, RLIM_INFINITY};
                      ::setrlimit(RLIMIT_AS, &limit);
                      return tries_to_initialize(daemon().pid());
                  }))
            << more << " kB";
        EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); })) << more << " kB";
    }
}

// The user may lock no more memory. A user of this group may connect.
TEST_F(MappingLimit, of_locked_memory_makes_initialize_fail_and_keep_nothing)
{
    if (!can_change_user())
        GTEST_SKIP() << "there are no other users here";
    for (const rlim_t all : {500U, 2000U, 3500U, 5000U, 6000U}) {
        EXPECT_EQ(expected(CS_ERR_TRY_AGAIN), in_child([all] {
                      Handle{};
                      const rlimit limit{all * 1024, all * 1024};
                      ::setrlimit(RLIMIT_MEMLOCK, &limit);
                      return as_user(kOrdinary, 0, [] {
                          ::prctl(PR_SET_DUMPABLE, 1); // otherwise its descriptors cannot be listed
                          const bool locked = ::mlockall(MCL_FUTURE) == 0;
                          return static_cast<cs_error_t>(locked ? tries_to_initialize(daemon().pid()) : not_locked);
                      });
                  }))
            << all << " kB";
        EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); })) << all << " kB";
    }
}

} // namespace
