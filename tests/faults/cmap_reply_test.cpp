// SPDX-License-Identifier: BSD-3-Clause
// Cmap replies with wrong values, strings, handles and keys, and daemons that end with a reply.
// malformed_reply_test.cpp has the faults that any reply can have.
#include "fake_cmap.hpp"

#include "support/guards.hpp"
#include "support/thread.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace {

using namespace test;

class CmapReply : public FakeCmapTest {
protected:
    cs_error_t set_with(const Steps& reaction)
    {
        daemon.on_next_request(reaction);
        return cmap_set_uint8(cmap, "some.key", 1);
    }
    cs_error_t set_with(const Bytes& answer) { return set_with(Steps{reply(answer)}); }

    cs_error_t get_with(const Bytes& answer)
    {
        daemon.on_next_request({reply(answer)});
        std::uint32_t number = kUntouched;
        const cs_error_t error = cmap_get_uint32(cmap, "some.key", &number);
        EXPECT_EQ(error == CS_OK, number != kUntouched);
        return error;
    }

    static constexpr std::uint32_t kUntouched = 0xabababab;
};

TEST_F(CmapReply, with_an_error_makes_the_call_return_that_error)
{
    for (const cs_error_t error : {CS_ERR_LIBRARY, CS_ERR_TRY_AGAIN, CS_ERR_NOT_EXIST, CS_ERR_CONTEXT_NOT_FOUND,
                                   CS_ERR_TOO_MANY_GROUPS, CS_ERR_SECURITY})
        EXPECT_EQ(error, set_with(error_reply(wire::kSet, error)));
    expect_usable();
}

TEST_F(CmapReply, with_a_value_longer_than_itself_is_malformed)
{
    wire::GetReply fields{};
    fields.header = {wire::kGet, sizeof fields + 4, CS_OK};
    fields.type = CMAP_VALUETYPE_UINT32;
    for (const std::uint64_t length :
         {std::uint64_t{5}, std::uint64_t{64}, std::uint64_t{UINT32_MAX} + 5, UINT64_MAX}) {
        fields.value_length = length;
        char room[32];
        std::size_t size = sizeof room;
        daemon.on_next_request({reply(as_bytes(fields) + "abcd")});
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_get(cmap, "some.key", room, &size, nullptr)) << length;
        EXPECT_EQ(sizeof room, size);
    }
    expect_usable();
}

TEST_F(CmapReply, with_a_string_longer_than_itself_is_malformed)
{
    wire::GetReply fields{};
    fields.header = {wire::kGet, sizeof fields + 4, CS_OK};
    fields.type = CMAP_VALUETYPE_STRING;
    for (const std::uint64_t length : {std::uint64_t{5}, std::uint64_t{256}, UINT64_MAX}) {
        fields.value_length = length;
        char* text = nullptr;
        daemon.on_next_request({reply(as_bytes(fields) + "abcd")});
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_get_string(cmap, "some.key", &text)) << length;
        EXPECT_EQ(nullptr, text);
    }
    expect_usable();
}

TEST_F(CmapReply, with_a_number_longer_than_itself_is_malformed)
{
    wire::GetReply fields{};
    fields.header = {wire::kGet, sizeof fields + 3, CS_OK};
    fields.type = CMAP_VALUETYPE_UINT32;
    fields.value_length = 4;
    EXPECT_EQ(CS_ERR_LIBRARY, get_with(as_bytes(fields) + "abc"));
    expect_usable();
}

TEST_F(CmapReply, with_an_unterminated_string_gives_a_terminated_one)
{
    wire::GetRequest request{};
    request.room = 256;
    daemon.on_next_request({reply(get_reply(as_bytes(request), "abcd", CMAP_VALUETYPE_STRING))});
    char* text = nullptr;
    ASSERT_EQ(CS_OK, cmap_get_string(cmap, "some.key", &text));
    EXPECT_STREQ("abcd", text);
    std::free(text);
}

TEST_F(CmapReply, without_its_handle_is_malformed)
{
    cmap_iter_handle_t iterator = 0;
    daemon.on_next_request({reply(message(wire::kIterInit, "1234567"))});
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_iter_init(cmap, nullptr, &iterator));
    EXPECT_EQ(0U, iterator);
    Tracker refused;
    daemon.on_next_request({reply(message(wire::kTrackAdd, {}))});
    EXPECT_EQ(CS_ERR_LIBRARY, refused.add(cmap, "some.key", kEverything));
    EXPECT_EQ(0U, refused.handle());
    expect_usable();
}

TEST_F(CmapReply, with_an_unterminated_key_is_malformed)
{
    wire::IterNextReply fields{};
    fields.header = {wire::kIterNext, sizeof fields, CS_OK};
    std::fill(std::begin(fields.key.value), std::end(fields.key.value), 'x');
    daemon.on_next_request({reply(as_bytes(fields))});
    char key[CMAP_KEYNAME_MAXLEN + 1] = "untouched";
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_iter_next(cmap, 1, key, nullptr, nullptr));
    EXPECT_STREQ("untouched", key);
    expect_usable();
}

// A reply can contain a value's length without the value. Then the length may be at most that of the largest message.
class CmapReplyWithoutValue : public CmapReply {
protected:
    template <class Reply> static Bytes with_length(std::int32_t id, std::uint64_t length, std::size_t room = 0)
    {
        Reply fields{};
        fields.header = {id, static_cast<std::int32_t>(sizeof fields + room), CS_OK};
        fields.type = CMAP_VALUETYPE_BINARY;
        fields.value_length = length;
        return as_bytes(fields) + Bytes(room, 'x');
    }

    template <class Call> static void expect_bounded(Call call)
    {
        constexpr std::uint64_t kMost = 1048576 - sizeof(wire::GetReply);
        for (const std::uint64_t length : {kMost, kMost + 1, std::uint64_t{1} << 32, UINT64_MAX}) {
            std::size_t told = kUntouched;
            cmap_value_types_t type = CMAP_VALUETYPE_FLOAT;
            EXPECT_EQ(length > kMost ? CS_ERR_LIBRARY : CS_OK, call(length, &told, &type)) << length;
            EXPECT_EQ(length > kMost ? kUntouched : length, told);
            EXPECT_EQ(length > kMost ? CMAP_VALUETYPE_FLOAT : CMAP_VALUETYPE_BINARY, type) << length;
        }
    }
};

TEST_F(CmapReplyWithoutValue, to_get_is_malformed_with_an_impossible_length)
{
    expect_bounded([this](std::uint64_t length, std::size_t* told, cmap_value_types_t* type) {
        daemon.on_next_request(
            {reply(error_reply(wire::kGet, CS_ERR_INVALID_PARAM))}); // so that the next request asks for no value
        daemon.on_next_request({reply(with_length<wire::GetReply>(wire::kGet, length))});
        return cmap_get(cmap, "some.key", nullptr, told, type);
    });
    expect_usable();
}

// In the statistics map the daemon sends as much of a value as the request has room for.
TEST_F(CmapReplyWithoutValue, to_get_in_the_statistics_map_is_malformed_with_an_impossible_length)
{
    const Cmap stats(CMAP_MAP_STATS);
    expect_bounded([&](std::uint64_t length, std::size_t* told, cmap_value_types_t* type) {
        daemon.on_next_request({reply(with_length<wire::GetReply>(wire::kGet, length, 512))});
        return cmap_get(stats, "some.key", nullptr, told, type);
    });
}

TEST_F(CmapReplyWithoutValue, to_iter_next_is_malformed_with_an_impossible_length)
{
    expect_bounded([this](std::uint64_t length, std::size_t* told, cmap_value_types_t* type) {
        daemon.on_next_request({reply(with_length<wire::IterNextReply>(wire::kIterNext, length))});
        char key[CMAP_KEYNAME_MAXLEN + 1] = "untouched";
        const cs_error_t error = cmap_iter_next(cmap, 1, key, told, type);
        EXPECT_STREQ(error == CS_OK ? "" : "untouched", key);
        return error;
    });
    expect_usable();
}

TEST_F(CmapReply, that_is_malformed_fails_initialize)
{
    for (const Bytes& answer : {error_reply(wire::kSet, CS_OK), error_reply(wire::kSetCurrentMapReply, 12345)}) {
        daemon.on_next_request({reply(answer)});
        cmap_handle_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_initialize_map(&handle, CMAP_MAP_ICMAP));
        EXPECT_EQ(kUntouched, handle);
    }
}

TEST_F(CmapReply, that_never_comes_because_the_daemon_dies_fails_initialize)
{
    const auto before = Holdings::now();
    daemon.on_next_request({die()});
    cmap_handle_t handle = kUntouched;
    Background initializing([&] { return cmap_initialize_map(&handle, CMAP_MAP_ICMAP); });
    daemon.await_death(); // libqb's client believes that a zombie is alive
    EXPECT_EQ(CS_ERR_LIBRARY, initializing.result());
    EXPECT_EQ(kUntouched, handle);
    remove_what_libqb_leaves();
    EXPECT_EQ("", leaks_since(before));
}

TEST_F(CmapReply, is_valid_although_the_daemon_hangs_up_after_it)
{
    EXPECT_EQ(CS_OK, set_with({reply(message(wire::kSet, {})), hang_up()}));
    expect_dead();
}

TEST_F(CmapReply, is_valid_although_the_daemon_dies_after_it)
{
    EXPECT_EQ(CS_OK, set_with({reply(message(wire::kSet, {})), die()}));
    daemon.await_death();
    expect_dead();
}

TEST_F(CmapReply, that_never_comes_because_the_daemon_hangs_up_fails_the_call)
{
    EXPECT_EQ(CS_ERR_LIBRARY, set_with({hang_up()}));
    expect_dead();
}

TEST_F(CmapReply, that_never_comes_because_the_daemon_dies_fails_the_call)
{
    EXPECT_EQ(CS_ERR_LIBRARY, set_with({die()}));
    daemon.await_death();
    expect_dead();
}

// Only the statistics map reports a value that has no room in the reply.
class CmapStatsReply : public FakeCmapTest {
protected:
    CmapStatsReply() { EXPECT_EQ(CS_OK, cmap_initialize_map(&stats, CMAP_MAP_STATS)); }
    ~CmapStatsReply() override { EXPECT_EQ(CS_OK, cmap_finalize(stats)); }

    static Bytes without_value(std::uint64_t length, cmap_value_types_t type)
    {
        wire::GetReply fields{};
        fields.header = {wire::kGet, sizeof fields, CS_OK};
        fields.type = static_cast<std::uint8_t>(type);
        fields.value_length = length;
        return as_bytes(fields);
    }
    cmap_handle_t stats = 0;
};

TEST_F(CmapStatsReply, without_the_value_that_the_caller_has_room_for_is_malformed)
{
    std::vector<char> room(20000);
    std::size_t size = room.size();
    daemon.on_next_request({reply(without_value(18000, CMAP_VALUETYPE_BINARY))});
    EXPECT_EQ(CS_ERR_LIBRARY, cmap_get(stats, "some.key", room.data(), &size, nullptr));
    EXPECT_EQ(room.size(), size);
}

TEST_F(CmapStatsReply, with_a_string_without_room_is_asked_for_again_with_more)
{
    const auto before = daemon.requests();
    for (const std::uint64_t length : {600U, 17000U})
        daemon.on_next_request({reply(without_value(length, CMAP_VALUETYPE_STRING))});
    for (int times = 0; times < 2; ++times)
        daemon.on_next_request({reply(error_reply(wire::kGet, CS_ERR_INVALID_PARAM))});
    char* text = nullptr;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_string(stats, "some.key", &text));
    EXPECT_EQ(nullptr, text);
    EXPECT_EQ(before + 3, daemon.requests()); // the last one with all the room that there is
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get(stats, "some.key", nullptr, nullptr, nullptr));
    EXPECT_EQ(before + 4, daemon.requests());
}

TEST_F(CmapStatsReply, to_a_tracker_of_any_other_key_than_a_connections_name_is_its_handle)
{
    cmap_track_handle_t handle = 0;
    const auto track = [&](const char* key, std::int32_t flags) {
        const auto ignore = [](cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value,
                               cmap_notify_value, void*) {};
        return cmap_track_add(stats, key, flags, ignore, nullptr, &handle);
    };
    EXPECT_EQ(CS_OK, track("k", CMAP_TRACK_MODIFY));
    EXPECT_EQ(CS_OK, track("stats.other.name", CMAP_TRACK_MODIFY));
    EXPECT_EQ(CS_OK, track("stats.x.procname", CMAP_TRACK_MODIFY | CMAP_TRACK_PREFIX));
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED, track("stats.x.procname", CMAP_TRACK_MODIFY));
}

TEST_F(CmapReply, that_has_no_room_is_asked_for_again_with_the_callers_room)
{
    const auto before = daemon.requests();
    for (const std::size_t most : {std::size_t{20000}, std::size_t{2000000}}) {
        std::vector<char> room(most);
        std::size_t size = room.size();
        daemon.on_next_request({reply(error_reply(wire::kGet, CS_ERR_INVALID_PARAM))});
        EXPECT_EQ(CS_OK, cmap_get(cmap, "some.key", room.data(), &size, nullptr));
        EXPECT_EQ(sizeof(std::uint32_t), size);
    }
    EXPECT_EQ(before + 4, daemon.requests());
}

} // namespace
