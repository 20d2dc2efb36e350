// SPDX-License-Identifier: BSD-3-Clause
// Very many connections, one after another.
#include "fake_cmap.hpp"

#include "support/memory_use.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

constexpr int kRounds = 500;
constexpr std::size_t kLeak = 100 << 10; // 200 bytes in each round

TEST(CmapRounds, leave_no_descriptor_file_or_memory_behind)
{
    const FakeDaemon daemon({.service = "cmap", .answer = CmapAnswers{}});
    for (int warming_up = 0; warming_up < 10; ++warming_up)
        Cmap{};
    const auto descriptors = open_descriptors();
    const auto resident = resident_memory();
    for (int number = 0; number < kRounds; ++number)
        Cmap{};
    EXPECT_EQ(descriptors, open_descriptors());
    EXPECT_TRUE(eventually([&] { return connection_entries(daemon.pid()).empty(); }));
    if (!kSanitized) {
        EXPECT_LT(resident_memory(), resident + kLeak);
    }
}

} // namespace
