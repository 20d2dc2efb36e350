// SPDX-License-Identifier: BSD-3-Clause
// The library has no side effects on the process that uses it.
#include "cmap_fixture.hpp"
#include "support/eavesdropper.hpp"
#include "support/memory_use.hpp"
#include "support/process_state.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

using CmapManners = CmapTest;
using CmapMannersAtDeath = CmapFaultTest;

// Makes every kind of call once; some succeed and some fail.
void make_calls(Cmap& cmap)
{
    auto& tracker = cmap.track("manners.live", kEverything);
    change(cmap, "manners.live", 3);
    cmap_dispatch(cmap, CS_DISPATCH_ALL);
    cmap_get(cmap, "manners.missing", nullptr, nullptr, nullptr);
    cmap.set("totem.version", u8(1));
    cmap.keys("manners.");
    cmap_track_delete(cmap, tracker.handle());
}

// C20
TEST_F(CmapManners, prints_nothing)
{
    Eavesdropper eavesdropper;
    Cmap cmap;
    make_calls(cmap);
    cmap.finalize();
    EXPECT_EQ("", eavesdropper.heard());
}

// C20
TEST_F(CmapMannersAtDeath, prints_nothing)
{
    Eavesdropper eavesdropper;
    Cmap cmap;
    auto& tracker = cmap.track("manners.death", kEverything);
    change(cmap, "manners.death", 3);
    daemon.kill();
    cmap_get(cmap, "totem.version", nullptr, nullptr, nullptr);
    cmap_dispatch(cmap, CS_DISPATCH_ALL);
    cmap_track_delete(cmap, tracker.handle());
    cmap.finalize();
    cmap_handle_t none = kNoHandle;
    cmap_initialize(&none);
    EXPECT_EQ("", eavesdropper.heard());
}

// C20
TEST_F(CmapManners, changes_no_state_of_the_process)
{
    const ProcessState before;
    Cmap cmap;
    make_calls(cmap);
    EXPECT_TRUE(before == ProcessState());
    cmap.finalize();
    EXPECT_TRUE(before == ProcessState());
}

// Decision 10. The callback checks how much memory is allocated.
TEST_F(CmapManners, allocates_nothing_for_an_event)
{
    if (kSanitized)
        GTEST_SKIP() << "the sanitizer brings its own malloc";
    const Cmap cmap;
    std::size_t in_callback = 0;
    const auto look = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value,
                         cmap_notify_value, void* where) { *static_cast<std::size_t*>(where) = allocated(); };
    cmap_track_handle_t tracker = 0;
    ASSERT_EQ(CS_OK, cmap_track_add(cmap, "manners.event", kEverything, look, &in_callback, &tracker));
    const std::string long_value(16000, 'v');
    for (int round = 0; round < 5; ++round) {
        for (const auto length : {16000, 15000, 1}) {
            ASSERT_EQ(CS_OK, cmap_set(cmap, "manners.event", long_value.data(), static_cast<std::size_t>(length),
                                      CMAP_VALUETYPE_BINARY));
            const auto idle = allocated();
            ASSERT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
            if (round > 0) {
                EXPECT_EQ(idle, in_callback) << "length " << length;
                EXPECT_EQ(idle, allocated()) << "length " << length;
            }
        }
    }
}

} // namespace
