// SPDX-License-Identifier: BSD-3-Clause
// Handles that are opened and closed over and over, and handles that are idle.
#include "integration/service.hpp"

#include "support/memory_use.hpp"
#include "support/process.hpp"
#include "support/sanitizers.hpp"

#include <list>

#include <sys/resource.h>
#include <sys/statvfs.h>

namespace {

using namespace test;

using Rounds = ServiceTest;

constexpr int kRounds = 200;
constexpr std::size_t kMegabyte = 1 << 20;

TEST_F(Rounds, of_initialize_and_finalize_leave_nothing_behind)
{
    const auto round = [] {
        const Handle handle;
        EXPECT_EQ(CS_OK, service().ask(handle));
    };
    for (int warming_up = 0; warming_up < 10; ++warming_up)
        round();
    const auto descriptors = open_descriptors();
    const auto resident = resident_memory();
    for (int number = 0; number < kRounds; ++number)
        round();
    EXPECT_EQ(descriptors, open_descriptors());
    EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
    if (!kSanitized) {
        EXPECT_LT(resident_memory(), resident + kMegabyte);
    }
}

TEST_F(Rounds, of_initialize_can_open_five_hundred_handles)
{
    if (transport() == Transport::libqb)
        GTEST_SKIP() << "it takes seconds and shows nothing that the other transports do not show";
    constexpr std::size_t kHandles = 500;
    constexpr std::size_t kMemoryPerHandle = 3'300'000;
    struct statvfs memory {};
    ASSERT_EQ(0, ::statvfs("/dev/shm", &memory));
    if (transport() == Transport::ring && memory.f_bavail * memory.f_bsize < kHandles * kMemoryPerHandle)
        GTEST_SKIP() << "/dev/shm is too small for " << kHandles << " connections";
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &raised);
    {
        std::list<Handle> handles(kHandles);
        for (const auto& handle : handles)
            ASSERT_EQ(CS_OK, service().ask(handle));
    }
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Decision 10
TEST_F(Rounds, of_calls_leave_an_idle_handle_with_little_memory)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client allocates a buffer of a megabyte";
    if (kSanitized)
        GTEST_SKIP() << "the sanitizer brings its own malloc";
    constexpr std::size_t kHandles = 50;
    constexpr std::size_t kLimit = 16 << 10;
    const auto live = [](std::uint64_t handle) {
        for (const auto& [name, kind, call] : service().calls())
            if (kind != HandleCall::finalize)
                call(handle);
    };
    live(Handle()); // what the process needs only once is allocated here
    std::list<Handle> handles;
    ::malloc_trim(0);
    const auto allocated_before = allocated();
    const auto private_before = private_memory();
    for (std::size_t i = 0; i < kHandles; ++i)
        live(handles.emplace_back());
    ::malloc_trim(0);
    EXPECT_LT((allocated() - allocated_before) / kHandles, kLimit);
    EXPECT_LT((private_memory() - private_before) / kHandles, kLimit);
}

} // namespace
