// SPDX-License-Identifier: BSD-3-Clause
// Changes and values that trackers get.
#include "cmap_fixture.hpp"

namespace {

using namespace test;

using CmapTracker = CmapTest;
using Events = std::deque<Event>;

constexpr int kAdd = CMAP_TRACK_ADD;
constexpr int kModify = CMAP_TRACK_MODIFY;
constexpr int kDelete = CMAP_TRACK_DELETE;
constexpr int kPrefix = CMAP_TRACK_PREFIX;

void ignore(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

void dispatch(const Cmap& cmap)
{
    EXPECT_EQ(CS_OK, cmap_dispatch(cmap, CS_DISPATCH_ALL));
}

// Creates, changes and deletes a key.
void touch(const Cmap& cmap, const std::string& key)
{
    EXPECT_EQ(CS_OK, cmap.set(key, u8(1)));
    EXPECT_EQ(CS_OK, cmap.set(key, u8(2)));
    EXPECT_EQ(CS_OK, cmap_delete(cmap, key.c_str()));
}

Events life_of(const std::string& key)
{
    return {{kAdd, key, u8(1), kNoValue}, {kModify, key, u8(2), u8(1)}, {kDelete, key, kNoValue, u8(2)}};
}

TEST_F(CmapTracker, gets_every_change_with_the_new_and_the_old_value)
{
    const std::string key = "ttrk.a";
    Cmap cmap;
    auto& tracker = cmap.track("ttrk.a", kEverything);
    EXPECT_EQ(CS_OK, cmap.set(key, u8(1)));
    EXPECT_EQ(CS_OK, cmap.set(key, u8(1))); // equal: no event
    EXPECT_EQ(CS_OK, cmap.set(key, u8(2)));
    EXPECT_EQ(CS_OK, cmap.set(key, text("two")));
    EXPECT_EQ(CS_OK, cmap.set(key, u32(3)));
    EXPECT_EQ(CS_OK, cmap_inc(cmap, key.c_str()));
    EXPECT_EQ(CS_OK, cmap_delete(cmap, key.c_str()));

    dispatch(cmap);

    EXPECT_EQ((Events{{kAdd, key, u8(1), kNoValue},
                      {kModify, key, u8(2), u8(1)},
                      {kModify, key, text("two"), u8(2)},
                      {kModify, key, u32(3), text("two")},
                      {kModify, key, u32(4), u32(3)},
                      {kDelete, key, kNoValue, u32(4)}}),
              tracker.events());
}

TEST_F(CmapTracker, of_one_key_gets_no_events_of_other_keys)
{
    Cmap cmap;
    auto& tracker = cmap.track("texact.a", kEverything);
    touch(cmap, "texact.ab");
    touch(cmap, "texact");
    dispatch(cmap);
    EXPECT_EQ(Events{}, tracker.events());
}

TEST_F(CmapTracker, accepts_every_combination_of_the_four_flags_and_no_other_flag)
{
    const Cmap cmap;
    cmap_track_handle_t tracker = 0;
    for (std::int32_t flags = 0; flags <= 15; ++flags) {
        EXPECT_EQ(CS_OK, cmap_track_add(cmap, "tflags", flags, ignore, nullptr, &tracker)) << flags;
        EXPECT_EQ(CS_OK, cmap_track_delete(cmap, tracker)) << flags;
    }
    tracker = 4711;
    for (const std::int32_t flags : {16, 64, -1, 0x10000000})
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_track_add(cmap, "tflags", flags, ignore, nullptr, &tracker)) << flags;
    EXPECT_EQ(4711U, tracker);
}

TEST_F(CmapTracker, gets_only_the_events_of_its_flags)
{
    Cmap cmap;
    auto& add = cmap.track("tonly", kAdd);
    auto& modify = cmap.track("tonly", kModify);
    auto& erase = cmap.track("tonly", kDelete);
    touch(cmap, "tonly");
    dispatch(cmap);
    const auto life = life_of("tonly");
    EXPECT_EQ(Events{life[0]}, add.events());
    EXPECT_EQ(Events{life[1]}, modify.events());
    EXPECT_EQ(Events{life[2]}, erase.events());
}

TEST_F(CmapTracker, without_event_flags_gets_no_event)
{
    Cmap cmap;
    auto& none = cmap.track("tnone", 0);
    auto& prefix = cmap.track("tnone", kPrefix);
    touch(cmap, "tnone");
    dispatch(cmap);
    EXPECT_EQ(Events{}, none.events());
    EXPECT_EQ(Events{}, prefix.events());
}

TEST_F(CmapTracker, without_a_key_gets_events_of_all_keys_or_of_none)
{
    Cmap cmap;
    auto& no_key = cmap.track(nullptr, kEverything);
    auto& every_key = cmap.track(nullptr, kEverything | kPrefix);
    auto& empty_prefix = cmap.track("", kEverything | kPrefix);
    touch(cmap, "tall");
    dispatch(cmap);
    // The daemon may change its own keys meanwhile.
    const auto of_ours = [](Events events) {
        std::erase_if(events, [](const Event& event) { return event.key != "tall"; });
        return events;
    };
    EXPECT_EQ(Events{}, no_key.events());
    EXPECT_EQ(life_of("tall"), of_ours(every_key.events()));
    EXPECT_EQ(life_of("tall"), of_ours(empty_prefix.events()));
}

TEST_F(CmapTracker, of_a_prefix_gets_events_of_all_keys_that_start_with_it)
{
    Cmap cmap;
    auto& tracker = cmap.track("tpp", kAdd | kPrefix);
    for (const char* key : {"tpp", "tppx", "tpp.a", "tp.a"})
        EXPECT_EQ(CS_OK, cmap.set(key, u8(1)));
    dispatch(cmap);
    EXPECT_EQ(
        (Events{{kAdd, "tpp", u8(1), kNoValue}, {kAdd, "tppx", u8(1), kNoValue}, {kAdd, "tpp.a", u8(1), kNoValue}}),
        tracker.events());
}

TEST_F(CmapTracker, may_have_a_key_that_cannot_exist)
{
    const Cmap cmap;
    cmap_track_handle_t tracker = 0;
    for (const char* key : {"t", "te", "no such key!", "$"})
        EXPECT_EQ(CS_OK, cmap_track_add(cmap, key, kEverything, ignore, nullptr, &tracker)) << key;
}

TEST_F(CmapTracker, gets_its_events_although_another_tracker_has_the_same_key)
{
    Cmap cmap;
    auto& one = cmap.track("tboth", kAdd);
    auto& two = cmap.track("tboth", kAdd);
    EXPECT_NE(one.handle(), two.handle());
    for (auto* tracker : {&one, &two})
        tracker->on_event = [&cmap, tracker](const Tracker::Call& call) {
            EXPECT_EQ(cmap, call.handle);
            EXPECT_EQ(tracker->handle(), call.tracker);
        };
    EXPECT_EQ(CS_OK, cmap.set("tboth", u8(1)));
    dispatch(cmap);
    EXPECT_EQ(1U, one.count());
    EXPECT_EQ(1U, two.count());
}

TEST_F(CmapTracker, gets_changes_made_through_any_handle)
{
    Cmap cmap;
    const Cmap other;
    auto& tracker = cmap.track("tother", kAdd);
    EXPECT_EQ(CS_OK, other.set("tother", u8(1)));
    dispatch(other);
    EXPECT_EQ(0U, tracker.count());
    dispatch(cmap);
    EXPECT_EQ(1U, tracker.count());
}

TEST_F(CmapTracker, can_be_deleted_once_and_only_by_its_handle)
{
    Cmap cmap;
    const Cmap other;
    auto& tracker = cmap.track("tdelete", kEverything);
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_track_delete(other, tracker.handle()));
    EXPECT_EQ(CS_OK, cmap_track_delete(cmap, tracker.handle()));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_track_delete(cmap, tracker.handle()));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_track_delete(cmap, 0));
    touch(cmap, "tdelete");
    dispatch(cmap);
    EXPECT_EQ(Events{}, tracker.events());
}

TEST_F(CmapTracker, distinguishes_empty_from_missing_values)
{
    Cmap cmap;
    auto& tracker = cmap.track("tempty", kEverything);
    EXPECT_EQ(CS_OK, cmap.set("tempty", binary("")));
    EXPECT_EQ(CS_OK, cmap_delete(cmap, "tempty"));
    dispatch(cmap);
    EXPECT_EQ((Events{{kAdd, "tempty", binary(""), kNoValue}, {kDelete, "tempty", kNoValue, binary("")}}),
              tracker.events());
}

TEST_F(CmapTracker, gets_the_longest_values_complete)
{
    const std::string longest(16384, 'b');
    const std::string shorter(16383, 'c');
    Cmap cmap;
    auto& tracker = cmap.track("tlong", kEverything);
    EXPECT_EQ(CS_OK, cmap.set("tlong", binary(longest)));
    EXPECT_EQ(CS_OK, cmap.set("tlong", binary(shorter)));
    EXPECT_EQ(CS_OK, cmap_set_string(cmap, "tlong", longest.c_str()));
    dispatch(cmap);
    EXPECT_EQ((Events{{kAdd, "tlong", binary(longest), kNoValue},
                      {kModify, "tlong", binary(shorter), binary(longest)},
                      {kModify, "tlong", text(longest), binary(shorter)}}),
              tracker.events());
}

TEST_F(CmapTracker, may_get_a_counter_without_its_old_value)
{
    Cmap cmap;
    auto& tracker = cmap.track("runtime.services.cmap", kEverything | kPrefix);
    ASSERT_EQ(CS_OK, cmap.set("totem.config_version", {CMAP_VALUETYPE_UINT64, bytes_of(std::uint64_t{1})}));
    ASSERT_TRUE(eventually([&] {
        dispatch(cmap);
        return tracker.count() > 0;
    }));
    for (const auto& event : tracker.events()) {
        EXPECT_EQ(kModify, event.kind);
        EXPECT_EQ(kNoValue, event.before);
    }
}

// CMAP-D24
TEST_F(CmapTracker, gets_aligned_values)
{
    Cmap cmap;
    auto& tracker = cmap.track("taligned", kEverything);
    tracker.on_event = [](const Tracker::Call& call) {
        EXPECT_NE(nullptr, call.now.data);
        EXPECT_NE(nullptr, call.before.data);
        EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(call.now.data) % 8) << call.now.len;
        EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(call.before.data) % 8) << call.before.len;
    };
    for (std::size_t length = 0; length <= 9; ++length)
        EXPECT_EQ(CS_OK, cmap.set("taligned", binary(std::string(length, 'a'))));
    EXPECT_EQ(CS_OK, cmap_delete(cmap, "taligned"));
    dispatch(cmap);
    EXPECT_EQ(11U, tracker.count());
}

// CMAP-D25
TEST_F(CmapTracker, ends_with_its_own_handle_only)
{
    Cmap cmap;
    auto& tracker = cmap.track("tends", kAdd);
    {
        Cmap other;
        other.track("tends", kAdd);
        EXPECT_EQ(CS_OK, other.finalize());
    }
    EXPECT_EQ(CS_OK, cmap.set("tends", u8(1)));
    dispatch(cmap);
    EXPECT_EQ(1U, tracker.count());
}

// CMAP-D5, CMAP-D7: the test guard checks that finalize closes the connection.
TEST_F(CmapTracker, that_cannot_be_added_leaves_nothing_behind)
{
    const Cmap cmap;
    const std::string too_long(CMAP_KEYNAME_MAXLEN + 1, 'z');
    cmap_track_handle_t tracker = 4711;
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_track_add(cmap, too_long.c_str(), kAdd, ignore, nullptr, &tracker));
    EXPECT_EQ(4711U, tracker);
}

} // namespace
