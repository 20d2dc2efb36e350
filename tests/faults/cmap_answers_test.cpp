// SPDX-License-Identifier: BSD-3-Clause
// Calls of cmap without memory.
#include "fake_cmap.hpp"

#include "support/answers.hpp"

#include <cerrno>

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

} // namespace
