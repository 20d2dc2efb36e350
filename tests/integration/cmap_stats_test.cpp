// SPDX-License-Identifier: BSD-3-Clause
// The statistics map.
#include "cmap_fixture.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

namespace {

using namespace test;

using CmapStats = CmapTest;

// The key of a counter that each request of this handle increments.
std::string own_requests(const Cmap& stats)
{
    // The key contains the service (0 is cmap) and the process's pid; the handle is its newest connection.
    const auto keys = stats.keys(("stats.ipcs.service0." + std::to_string(::getpid()) + ".").c_str());
    const auto found =
        std::find_if(keys.begin(), keys.end(), [](const auto& key) { return key.ends_with(".requests"); });
    return found == keys.end() ? "" : *found;
}

TEST_F(CmapStats, can_be_cleared_but_not_set)
{
    const Cmap stats(CMAP_MAP_STATS);
    EXPECT_EQ(CS_ERR_ACCESS, stats.set("stats.foreign", u8(1)));
    EXPECT_EQ(CS_ERR_ACCESS, stats.set("totem.version", u8(1)));
    EXPECT_EQ(CS_ERR_ACCESS, stats.set("stats.clear", u8(1)));
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, stats.set("stats.clear.nope", u8(1)));
    for (const char* key : {"stats.clear.knet", "stats.clear.ipc", "stats.clear.totem", "stats.clear.schedmiss",
                            "stats.clear.all", "stats.clear.allx!"})
        EXPECT_EQ(CS_OK, stats.set(key, text("any"))) << key;
}

TEST_F(CmapStats, cannot_be_deleted_or_incremented)
{
    const Cmap stats(CMAP_MAP_STATS);
    for (const auto call : {cmap_delete, cmap_inc, cmap_dec}) {
        EXPECT_EQ(CS_ERR_ACCESS, call(stats, "stats.srp.mcast_tx"));
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, call(stats, "stats.clear.all"));
    }
    EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_get(stats, "stats.clear.all", nullptr, nullptr, nullptr));
}

// CMAP-D2
TEST_F(CmapStats, are_not_written_into_too_small_a_buffer)
{
    const Cmap stats(CMAP_MAP_STATS);
    for (std::size_t room = 0; room < 8; ++room) {
        std::string buffer(64, '#');
        std::size_t length = room;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get(stats, "stats.srp.mcast_tx", buffer.data(), &length, nullptr));
        EXPECT_EQ(room, length);
        EXPECT_EQ(std::string(64, '#'), buffer) << room;
    }
}

TEST_F(CmapStats, are_written_into_a_large_enough_buffer)
{
    const Cmap stats(CMAP_MAP_STATS);
    for (const auto room : Sizes{8, 9, 64, 2000}) {
        std::string buffer(2000, '#');
        std::size_t length = room;
        cmap_value_types_t type{};
        EXPECT_EQ(CS_OK, cmap_get(stats, "stats.srp.mcast_tx", buffer.data(), &length, &type));
        EXPECT_EQ(8U, length);
        EXPECT_EQ(CMAP_VALUETYPE_UINT64, type);
        EXPECT_EQ(std::string(1992, '#'), buffer.substr(8)) << room;
    }
}

TEST_F(CmapStats, have_the_lengths_and_types_that_iteration_gives_except_strings)
{
    const Cmap stats(CMAP_MAP_STATS);
    cmap_iter_handle_t iterator = 0;
    ASSERT_EQ(CS_OK, cmap_iter_init(stats, "stats.", &iterator));
    char key[CMAP_KEYNAME_MAXLEN + 1];
    std::size_t told = 0;
    cmap_value_types_t type{};
    int keys = 0;
    while (cmap_iter_next(stats, iterator, key, &told, &type) == CS_OK) {
        const Value value = stats.get(key);
        ++keys;
        EXPECT_EQ(type, value.type) << key;
        if (type != CMAP_VALUETYPE_STRING) {
            EXPECT_EQ(told, value.bytes.size()) << key;
            continue;
        }
        EXPECT_EQ(0U, told) << key;
        EXPECT_EQ(std::strlen(value.bytes.c_str()) + 1, value.bytes.size()) << key;
        char* copy = nullptr;
        EXPECT_EQ(CS_OK, cmap_get_string(stats, key, &copy)) << key;
        EXPECT_EQ(std::string(value.bytes.c_str()), copy) << key;
        std::free(copy);
    }
    EXPECT_LT(20, keys);
    EXPECT_EQ(CS_OK, cmap_iter_finalize(stats, iterator));
}

TEST_F(CmapStats, give_the_length_of_each_value_without_a_buffer)
{
    const Cmap stats(CMAP_MAP_STATS);
    for (const auto& key : stats.keys("stats.")) {
        std::size_t length = 0;
        EXPECT_EQ(CS_OK, cmap_get(stats, key.c_str(), nullptr, &length, nullptr)) << key;
        EXPECT_EQ(stats.get(key).bytes.size(), length) << key;
    }
}

TEST_F(CmapStats, can_be_tracked_by_prefix_only_for_added_and_deleted_keys)
{
    const Cmap stats(CMAP_MAP_STATS);
    Tracker tracker;
    for (const std::int32_t flags : {0, 1, 2, 3, 4, 5, 6, 7, 13, 15, 16}) {
        EXPECT_EQ(CS_OK, tracker.add(stats, "stats.srp.mcast_tx", flags)) << flags;
        EXPECT_EQ(CS_OK, cmap_track_delete(stats, tracker.handle())) << flags;
    }
    for (const std::int32_t flags : {8, 9, 10, 11, 12, 14})
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, tracker.add(stats, "stats.srp.mcast_tx", flags)) << flags;
}

// The daemon checks every 1.5 s, and ignores the flags.
TEST_F(CmapStats, notify_trackers_of_a_counter_that_changes)
{
    Cmap stats(CMAP_MAP_STATS);
    const auto key = own_requests(stats);
    ASSERT_NE("", key);
    Tracker* const trackers[] = {&stats.track(key.c_str(), CMAP_TRACK_MODIFY), &stats.track(key.c_str(), 0),
                                 &stats.track(key.c_str(), CMAP_TRACK_ADD)};
    for (auto* tracker : trackers) {
        EXPECT_TRUE(eventually([&] {
            cmap_get(stats, key.c_str(), nullptr, nullptr, nullptr);
            EXPECT_EQ(CS_OK, cmap_dispatch(stats, CS_DISPATCH_ALL));
            return tracker->count() >= 2;
        }));
        for (const auto& event : tracker->events()) {
            EXPECT_EQ(CMAP_TRACK_MODIFY, event.kind);
            EXPECT_EQ(key, event.key);
            EXPECT_EQ(CMAP_VALUETYPE_UINT64, event.now.type);
            EXPECT_EQ(event.now, event.before);
        }
    }
}

TEST_F(CmapStats, notify_trackers_of_new_and_closed_connections)
{
    Cmap stats(CMAP_MAP_STATS);
    auto& tracker = stats.track("stats.ipcs.", CMAP_TRACK_ADD | CMAP_TRACK_DELETE | CMAP_TRACK_PREFIX);
    const auto count = [&](int kind) {
        EXPECT_EQ(CS_OK, cmap_dispatch(stats, CS_DISPATCH_ALL));
        const auto& events = tracker.events();
        return std::count_if(events.begin(), events.end(), [=](const Event& event) { return event.kind == kind; });
    };
    constexpr int kKeysPerConnection = 13;
    {
        const Cmap visitor;
        EXPECT_TRUE(eventually([&] { return count(CMAP_TRACK_ADD) == kKeysPerConnection; }));
    }
    EXPECT_TRUE(eventually([&] { return count(CMAP_TRACK_DELETE) == kKeysPerConnection; }));
    EXPECT_EQ(kKeysPerConnection, count(CMAP_TRACK_ADD));
}

TEST_F(CmapStats, can_be_read_only_with_their_type)
{
    const Cmap stats(CMAP_MAP_STATS);
    std::uint64_t wide = 0;
    std::uint32_t narrow = 4711;
    EXPECT_EQ(CS_OK, cmap_get_uint64(stats, "stats.srp.mcast_tx", &wide));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_uint32(stats, "stats.srp.mcast_tx", &narrow));
    EXPECT_EQ(4711U, narrow);
    char* string = nullptr;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_string(stats, "stats.srp.mcast_tx", &string));
}

// CMAP-D4: the daemon must not get a size query for this value. With a short token timeout it notices short pauses.
TEST(CmapStatsPaused, contain_the_pause_and_a_size_query_does_not_harm_the_daemon)
{
    const Daemon::Options short_token{.totem = "  token: 1000\n"};
    Daemon daemon(short_token);
    const Cmap stats(CMAP_MAP_STATS);
    std::uint64_t timestamp = 0;
    float delay = 0;
    // The daemon begins to check for pauses only some time after its start.
    EXPECT_TRUE(eventually([&] {
        {
            const Freeze freeze(daemon);
            std::this_thread::sleep_for(1500ms);
        }
        return eventually(1s,
                          [&] { return cmap_get_uint64(stats, "stats.schedmiss.0.timestamp", &timestamp) == CS_OK; });
    }));
    EXPECT_EQ(CS_OK, cmap_get_float(stats, "stats.schedmiss.0.delay", &delay));
    EXPECT_LT(0U, timestamp);
    EXPECT_LT(500, delay); // the pause, less the part of the check interval that had passed before

    std::size_t length = 0;
    cmap_value_types_t type{};
    EXPECT_EQ(CS_OK, cmap_get(stats, "stats.schedmiss.0.timestamp", nullptr, &length, &type));
    EXPECT_EQ(8U, length);
    EXPECT_EQ(CMAP_VALUETYPE_UINT64, type);
    EXPECT_EQ(CS_OK, cmap_get(stats, "stats.schedmiss.0.delay", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_OK, cmap_get_float(stats, "stats.schedmiss.0.delay", &delay));
}

} // namespace
