// SPDX-License-Identifier: BSD-3-Clause
// Values and errors of cmap_get() with buffers of different sizes, and of the typed getters.
#include "cmap_fixture.hpp"
#include "cmap_from_c.h"

#include <cstdlib>
#include <limits>

namespace {

using namespace test;

using CmapGet = CmapTest;

constexpr char kFill = '#';
constexpr std::size_t kUnset = 4711;

// The results of one cmap_get with `room` bytes for the value.
struct Answer {
    cs_error_t error;
    std::size_t length;
    int type;
    std::string bytes; // the whole buffer, which is larger than `room`

    Answer(const Cmap& cmap, const char* key, std::size_t room, std::size_t buffer = 64)
        : length(room), type(-1), bytes(buffer, kFill)
    {
        error = get_type_number(cmap, key, bytes.data(), &length, &type);
    }
};

std::string filled_up(const std::string& bytes, std::size_t buffer = 64)
{
    return bytes + std::string(buffer - bytes.size(), kFill);
}

TEST_F(CmapGet, of_a_key_with_an_impossible_name_fails)
{
    const Cmap cmap;
    for (const auto length : Sizes{0, 1, 2, 3, 4, 254, 255}) {
        const std::string key(length, 'y');
        EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_get(cmap, key.c_str(), nullptr, nullptr, nullptr)) << length;
        EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_inc(cmap, key.c_str())) << length;
        EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_delete(cmap, key.c_str())) << length;
    }
    for (const auto length : Sizes{256, 300}) {
        const std::string key(length, 'y');
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_get(cmap, key.c_str(), nullptr, nullptr, nullptr)) << length;
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_inc(cmap, key.c_str())) << length;
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_delete(cmap, key.c_str())) << length;
    }
}

// C15
TEST_F(CmapGet, without_a_buffer_gives_length_and_type)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.size", u32(1)));
    const auto get = [&](std::size_t* length, cmap_value_types_t* type) {
        return cmap_get(cmap, "get.size", nullptr, length, type);
    };
    std::size_t length = kUnset;
    cmap_value_types_t type{};
    EXPECT_EQ(CS_OK, get(nullptr, nullptr));
    EXPECT_EQ(CS_OK, get(&length, nullptr));
    EXPECT_EQ(4U, length);
    EXPECT_EQ(CS_OK, get(nullptr, &type));
    EXPECT_EQ(CMAP_VALUETYPE_UINT32, type);
    length = 0;
    type = CMAP_VALUETYPE_INT8;
    EXPECT_EQ(CS_OK, get(&length, &type));
    EXPECT_EQ(4U, length);
    EXPECT_EQ(CMAP_VALUETYPE_UINT32, type);
}

TEST_F(CmapGet, without_a_buffer_gives_any_length)
{
    const Cmap cmap;
    for (const auto stored : Sizes{0, 1, 23, 24, 25, 63, 64, 65, 1000, 16384}) {
        ASSERT_EQ(CS_OK, cmap.set("get.sizes", binary(std::string(stored, 'b'))));
        std::size_t length = kUnset;
        cmap_value_types_t type{};
        EXPECT_EQ(CS_OK, cmap_get(cmap, "get.sizes", nullptr, &length, &type));
        EXPECT_EQ(stored, length);
        EXPECT_EQ(CMAP_VALUETYPE_BINARY, type);
    }
}

TEST_F(CmapGet, into_too_small_a_buffer_changes_nothing)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.room", u32(7)));
    for (const auto room : Sizes{1, 2, 3}) {
        const Answer answer(cmap, "get.room", room);
        EXPECT_EQ(CS_ERR_INVALID_PARAM, answer.error) << room;
        EXPECT_EQ(room, answer.length);
        EXPECT_EQ(-1, answer.type);
        EXPECT_EQ(filled_up(""), answer.bytes);
    }
}

TEST_F(CmapGet, into_a_large_enough_buffer_writes_the_value_only)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.enough", u32(7)));
    for (const auto room : Sizes{4, 5, 64}) {
        const Answer answer(cmap, "get.enough", room);
        EXPECT_EQ(CS_OK, answer.error) << room;
        EXPECT_EQ(4U, answer.length);
        EXPECT_EQ(CMAP_VALUETYPE_UINT32, answer.type);
        EXPECT_EQ(filled_up(bytes_of(std::uint32_t{7})), answer.bytes);
    }
}

TEST_F(CmapGet, of_a_missing_key_changes_nothing)
{
    const Answer answer(Cmap(), "get.missing", 8);
    EXPECT_EQ(CS_ERR_NOT_EXIST, answer.error);
    EXPECT_EQ(8U, answer.length);
    EXPECT_EQ(-1, answer.type);
    EXPECT_EQ(filled_up(""), answer.bytes);
}

// CMAP-D1
TEST_F(CmapGet, into_a_buffer_of_0_bytes_writes_nothing)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.none", binary(std::string(32, 'b'))));
    const Answer answer(cmap, "get.none", 0);
    EXPECT_EQ(CS_ERR_INVALID_PARAM, answer.error);
    EXPECT_EQ(0U, answer.length);
    EXPECT_EQ(filled_up(""), answer.bytes);
}

// CMAP-D1: a buffer of 0 bytes is large enough for an empty value only.
TEST_F(CmapGet, of_an_empty_value_succeeds_with_a_buffer_of_0_bytes)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.empty", binary("")));
    const Answer answer(cmap, "get.empty", 0);
    EXPECT_EQ(CS_OK, answer.error);
    EXPECT_EQ(0U, answer.length);
    EXPECT_EQ(CMAP_VALUETYPE_BINARY, answer.type);
    EXPECT_EQ(filled_up(""), answer.bytes);
}

TEST_F(CmapGet, of_a_value_needs_the_size_of_the_buffer)
{
    const Cmap cmap;
    char room[8];
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get(cmap, "totem.version", room, nullptr, nullptr));
}

TEST_F(CmapGet, with_a_type_refuses_values_of_other_types)
{
    const Cmap cmap;
    constexpr std::uint16_t kBefore = 4711;
    for (const auto& stored : {u8(1), u32(1), Value{CMAP_VALUETYPE_INT16, bytes_of(std::int16_t{1})}, text("1"),
                               binary(""), binary(std::string(16, 'b')), binary(std::string(17, 'b'))}) {
        ASSERT_EQ(CS_OK, cmap.set("get.other", stored));
        std::uint16_t value = kBefore;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_uint16(cmap, "get.other", &value)) << stored;
        EXPECT_EQ(kBefore, value) << stored;
    }
}

TEST_F(CmapGet, with_a_type_gives_the_value_that_was_set)
{
    const Cmap cmap;
    const char* const key = "get.typed";
    const auto round_trip = [&](auto set, auto get, auto number) {
        auto out = number;
        out = 0;
        EXPECT_EQ(CS_OK, set(cmap, key, number));
        EXPECT_EQ(CS_OK, get(cmap, key, &out));
        EXPECT_EQ(number, out);
    };
    round_trip(cmap_set_int8, cmap_get_int8, std::int8_t{-8});
    round_trip(cmap_set_uint8, cmap_get_uint8, std::uint8_t{200});
    round_trip(cmap_set_int16, cmap_get_int16, std::int16_t{-1616});
    round_trip(cmap_set_uint16, cmap_get_uint16, std::uint16_t{61616});
    round_trip(cmap_set_int32, cmap_get_int32, std::int32_t{-323232});
    round_trip(cmap_set_uint32, cmap_get_uint32, std::uint32_t{0xfedcba98});
    round_trip(cmap_set_int64, cmap_get_int64, std::int64_t{-646464646464});
    round_trip(cmap_set_uint64, cmap_get_uint64, std::uint64_t{0xfedcba9876543210});
    round_trip(cmap_set_float, cmap_get_float, 0.5F);
    round_trip(cmap_set_double, cmap_get_double, 0.25);
}

// Decision 16: the library checks for NULL before it sends the request.
TEST_F(CmapGet, of_a_missing_key_with_null_is_an_invalid_argument)
{
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_uint8(cmap, "get.missing", nullptr));
}

// C14
TEST_F(CmapGet, of_a_string_gives_memory_that_the_program_frees)
{
    const Cmap cmap;
    for (const std::string& string : {std::string("hello"), std::string(), std::string(16384, 's')}) {
        ASSERT_EQ(CS_OK, cmap_set_string(cmap, "get.string", string.c_str()));
        char* copy = nullptr;
        ASSERT_EQ(CS_OK, cmap_get_string(cmap, "get.string", &copy));
        EXPECT_EQ(string, copy);
        std::free(copy);
    }
}

TEST_F(CmapGet, of_a_string_that_fails_does_not_change_the_pointer)
{
    const Cmap cmap;
    char untouched = 0;
    char* string = &untouched;
    ASSERT_EQ(CS_OK, cmap.set("get.number", u32(1)));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_string(cmap, "get.number", &string));
    ASSERT_EQ(CS_OK, cmap.set("get.number", binary("string")));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_string(cmap, "get.number", &string));
    EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_get_string(cmap, "get.missing", &string));
    EXPECT_EQ(&untouched, string);
}

// CMAP-D19
TEST_F(CmapGet, of_a_string_that_changes_meanwhile_gives_a_complete_value)
{
    const std::string long_one(10000, 'l');
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.moving", text("short")));
    const Cmap other;
    const Repeat writing([&] {
        for (const auto& value : {text("short"), text(long_one), binary(long_one)})
            other.set("get.moving", value);
    });

    for (int i = 0; i < 2000; ++i) {
        char untouched = 0;
        char* string = &untouched;
        const auto error = cmap_get_string(cmap, "get.moving", &string);
        if (error == CS_OK) {
            ASSERT_TRUE(string == std::string("short") || string == long_one);
            std::free(string);
        } else {
            ASSERT_EQ(CS_ERR_INVALID_PARAM, error); // it is binary just then
            ASSERT_EQ(&untouched, string);
        }
    }
}

TEST_F(CmapGet, accepts_a_large_buffer)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("get.much", u32(7)));
    for (const auto room : Sizes{17, 16384, 1000000, 1048576, 1052620}) {
        const Answer answer(cmap, "get.much", room, 1052620);
        EXPECT_EQ(CS_OK, answer.error) << room;
        EXPECT_EQ(4U, answer.length);
        EXPECT_EQ(u32(7).bytes, answer.bytes.substr(0, 4));
    }
}

// CMAP-D3
TEST_F(CmapGet, accepts_any_size_of_buffer)
{
    const Cmap cmap;
    constexpr auto kLargest = std::numeric_limits<std::size_t>::max();
    ASSERT_EQ(CS_OK, cmap.set("get.any", u32(7)));
    for (const std::size_t room :
         {std::size_t{1052621}, std::size_t{2000000}, std::size_t{1} << 46, kLargest - 40, kLargest}) {
        const Answer answer(cmap, "get.any", room);
        EXPECT_EQ(CS_OK, answer.error) << room;
        EXPECT_EQ(4U, answer.length);
        EXPECT_EQ(filled_up(u32(7).bytes), answer.bytes);
    }
}

} // namespace
