// SPDX-License-Identifier: BSD-3-Clause
// Calls of cmap without memory.
#include "fake_cmap.hpp"

#include "support/answers.hpp"
#include "support/process.hpp"

#include <cerrno>
#include <memory>
#include <vector>

namespace {

using namespace test;

using CmapWithoutMemory = FakeCmapTest;

TEST_F(CmapWithoutMemory, gives_no_string)
{
    wire::GetRequest request{};
    request.room = 256;
    // libqb's client has its memory for replies since the first one.
    expect_usable();
    daemon.on_next_request({reply(get_reply(as_bytes(request), "text", CMAP_VALUETYPE_STRING))});
    char* text = nullptr;
    {
        const Answer none("malloc", Answer::failure(ENOMEM));
        EXPECT_EQ(CS_ERR_NO_MEMORY, cmap_get_string(cmap, "some.key", &text));
        EXPECT_EQ(1, none.calls());
    }
    EXPECT_EQ(nullptr, text);
}

// The table of handles has room for 64 of them, and grows.
TEST_F(CmapWithoutMemory, has_no_65th_handle_and_keeps_nothing_of_it)
{
    if (transport() != Transport::socket)
        GTEST_SKIP() << "with rings so many handles need a lot of shared memory";
    constexpr int kMost = 100; // allocations of one call
    std::vector<std::unique_ptr<Cmap>> handles;
    while (handles.size() < 63) // and the fixture's
        handles.push_back(std::make_unique<Cmap>());
    const auto descriptors = open_descriptors();
    for (int number = 0; number < kMost; ++number) {
        cmap_handle_t handle = kUntouched;
        const Answer none("calloc", Answer::failure(ENOMEM), number);
        const auto error = cmap_initialize(&handle);
        if (none.calls() == 0) {
            EXPECT_EQ(CS_OK, error);
            EXPECT_EQ(CS_OK, cmap_finalize(handle));
            EXPECT_LT(0, number);
            return;
        }
        EXPECT_EQ(CS_ERR_NO_MEMORY, error) << number;
        EXPECT_EQ(kUntouched, handle) << number;
        EXPECT_EQ(descriptors, open_descriptors()) << number;
    }
    ADD_FAILURE() << "more allocations than expected";
}

} // namespace
