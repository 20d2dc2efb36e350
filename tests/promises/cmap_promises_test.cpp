// SPDX-License-Identifier: BSD-3-Clause
// Promises of cmap.h about single functions.
#include "integration/cmap_fixture.hpp"

#include <algorithm>

namespace {

using namespace test;

using CmapPromise = CmapTest;

void ignore(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

TEST_F(CmapPromise, that_inc_and_dec_are_atomic_is_kept)
{
    constexpr int kTimes = 2000;
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("promises.step", u32(0)));
    const auto work = [](const std::function<cs_error_t(cmap_handle_t)>& step) {
        return [step] {
            const Cmap own;
            int wrong = 0;
            for (int i = 0; i < kTimes; ++i)
                wrong += step(own) != CS_OK;
            return wrong;
        };
    };
    const auto up = work([](cmap_handle_t handle) { return cmap_inc(handle, "promises.step"); });
    const auto down = work([](cmap_handle_t handle) { return cmap_dec(handle, "promises.step"); });
    Background one(up);
    Background two(up);
    Background three(down);
    for (auto* working : {&one, &two, &three})
        EXPECT_EQ(0, working->result());
    EXPECT_EQ(u32(kTimes), cmap.get("promises.step"));
}

// Such a tracker would kill the daemon.
TEST_F(CmapPromise, that_the_daemon_is_not_asked_to_track_the_name_of_a_process_is_kept)
{
    const Cmap stats(CMAP_MAP_STATS);
    const auto keys = stats.keys("stats.ipcs.");
    const auto name =
        std::find_if(keys.begin(), keys.end(), [](const auto& key) { return key.ends_with(".procname"); });
    ASSERT_NE(keys.end(), name);
    cmap_track_handle_t tracker = 4711;
    for (const std::int32_t flags : {CMAP_TRACK_MODIFY, CMAP_TRACK_ADD, 0})
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, cmap_track_add(stats, name->c_str(), flags, ignore, nullptr, &tracker));
    EXPECT_EQ(4711U, tracker);
    EXPECT_EQ(CS_OK, cmap_track_add(stats, "stats.ipcs.", CMAP_TRACK_ADD | CMAP_TRACK_DELETE | CMAP_TRACK_PREFIX,
                                    ignore, nullptr, &tracker));
    EXPECT_NE(kNoValue, stats.get(*name));
}

TEST_F(CmapPromise, that_delete_of_a_missing_read_only_key_returns_access_is_kept)
{
    const Cmap cmap;
    ASSERT_EQ(kNoValue, cmap.get("runtime.config.nothing"));
    EXPECT_EQ(CS_ERR_ACCESS, cmap_delete(cmap, "runtime.config.nothing"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_delete(cmap, "promises.nothing"));
    const Cmap stats(CMAP_MAP_STATS);
    EXPECT_EQ(CS_ERR_ACCESS, cmap_delete(stats, "stats.nothing"));
}

// One byte more does not fit into a request, whether the daemon would accept the value or not.
TEST_F(CmapPromise, that_a_value_too_long_for_a_request_is_too_big_is_kept)
{
    const Cmap cmap;
    const std::string bytes(1'048'281, 'b');
    EXPECT_EQ(CS_ERR_INVALID_PARAM,
              cmap_set(cmap, "promises.big", bytes.data(), bytes.size() - 1, CMAP_VALUETYPE_BINARY));
    EXPECT_EQ(CS_ERR_TOO_BIG, cmap_set(cmap, "promises.big", bytes.data(), bytes.size(), CMAP_VALUETYPE_BINARY));
    EXPECT_EQ(CS_ERR_TOO_BIG, cmap_set_string(cmap, "promises.big", bytes.c_str()));
}

TEST_F(CmapPromise, that_keys_and_values_are_valid_until_the_callback_returns_is_kept)
{
    Cmap cmap;
    auto& tracker = cmap.track("promises.valid", kEverything);
    const std::string first(9000, '1');
    const std::string second(16384, '2');
    for (const auto& bytes : {first, second, std::string(10'000, '3'), std::string(16'384, '4')})
        ASSERT_EQ(CS_OK, cmap.set("promises.valid", binary(bytes)));
    int checked = 0;
    tracker.on_event = [&](const Tracker::Call& call) {
        if (tracker.count() != 2)
            return;
        EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
        EXPECT_EQ(4U, tracker.count());
        EXPECT_EQ(CS_OK, cmap.finalize());
        EXPECT_STREQ("promises.valid", call.key);
        EXPECT_TRUE(second == std::string_view(static_cast<const char*>(call.now.data), call.now.len));
        EXPECT_TRUE(first == std::string_view(static_cast<const char*>(call.before.data), call.before.len));
        ++checked;
    };
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_dispatch(cmap, CS_DISPATCH_ALL));
    EXPECT_EQ(1, checked);
}

} // namespace
