// Handles that come and go, and handles that only lie there.
#include "service.hpp"

#include "support/memory_use.hpp"
#include "support/process.hpp"
#include "support/sanitizers.hpp"

#include <list>

namespace {

using namespace test;

using Rounds = ServiceTest;

constexpr int kRounds = 200;
constexpr std::size_t kMegabyte = 1 << 20;

TEST_F(Rounds, of_connecting_and_finalizing_leave_nothing)
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

// Decision 10
TEST_F(Rounds, of_calls_leave_little_memory_with_an_idle_handle)
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
    live(Handle()); // what the process pays once
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
