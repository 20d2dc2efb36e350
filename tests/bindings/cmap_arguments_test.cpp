// SPDX-License-Identifier: BSD-3-Clause
// What cmap's callbacks are given, as a binding takes it. That values are never NULL: CmapTracker's
// is_given_values_that_are_aligned.
#include "integration/cmap_fixture.hpp"
#include "integration/service.hpp"

namespace {

using namespace test;

using Binding = ServiceTest;

TEST_F(Binding, gets_keys_and_strings_that_end_with_zero)
{
    Cmap cmap;
    const std::string longest = "bindings." + std::string(CMAP_KEYNAME_MAXLEN - 9, 'k');
    auto& tracker = cmap.track("bindings.", kEverything | CMAP_TRACK_PREFIX);
    int called = 0;
    tracker.on_event = [&](const Tracker::Call& call) {
        EXPECT_EQ(longest, call.key);
        EXPECT_STREQ("value", static_cast<const char*>(call.now.data));
        EXPECT_EQ(sizeof "value", call.now.len);
        ++called;
    };
    ASSERT_EQ(CS_OK, cmap_set_string(cmap, longest.c_str(), "value"));
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ONE));
    EXPECT_EQ(1, called);
    EXPECT_EQ(std::vector{longest}, cmap.keys("bindings.")); // of cmap_iter_next
}

} // namespace
