// SPDX-License-Identifier: BSD-3-Clause
// Keys and values that can be stored.
#include "cmap_fixture.hpp"
#include "cmap_from_c.h"

#include <limits>

namespace {

using namespace test;

using CmapSet = CmapTest;

// The bytes of a literal that contains a NUL.
template <std::size_t N> std::string bytes(const char (&literal)[N])
{
    return {literal, N - 1};
}

std::string key_of_length(std::size_t length)
{
    return std::string(length, 'x');
}

TEST_F(CmapSet, accepts_keys_of_3_to_255_characters)
{
    const Cmap cmap;
    for (const auto length : Sizes{3, 4, 254, 255})
        EXPECT_EQ(CS_OK, cmap_set_uint8(cmap, key_of_length(length).c_str(), 1)) << length;
    for (const auto length : Sizes{0, 1, 2, 256, 300}) {
        const auto key = key_of_length(length);
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_set_uint8(cmap, key.c_str(), 1)) << length;
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_set(cmap, key.c_str(), "1", 1, CMAP_VALUETYPE_STRING)) << length;
    }
}

TEST_F(CmapSet, refuses_keys_with_invalid_characters)
{
    const Cmap cmap;
    for (const char foreign : bytes(" $!@,=[\t\n\x80")) {
        const auto key = std::string("set.") + foreign;
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_set_uint8(cmap, key.c_str(), 1)) << key;
        EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_get(cmap, key.c_str(), nullptr, nullptr, nullptr)) << key;
        EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_delete(cmap, key.c_str())) << key;
    }
}

TEST_F(CmapSet, accepts_keys_with_all_valid_characters)
{
    const Cmap cmap;
    for (const char* key : {"a/b:c-d_E.9", "...", "-:_", "123"})
        EXPECT_EQ(CS_OK, cmap_set_uint8(cmap, key, 1)) << key;
}

TEST_F(CmapSet, stores_values_of_each_type_unchanged)
{
    const Cmap cmap;
    const char* const key = "set.typed";
    EXPECT_EQ(CS_OK, cmap_set_int8(cmap, key, -8));
    EXPECT_EQ((Value{CMAP_VALUETYPE_INT8, bytes_of(std::int8_t{-8})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_uint8(cmap, key, 8));
    EXPECT_EQ((Value{CMAP_VALUETYPE_UINT8, bytes_of(std::uint8_t{8})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_int16(cmap, key, -16));
    EXPECT_EQ((Value{CMAP_VALUETYPE_INT16, bytes_of(std::int16_t{-16})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_uint16(cmap, key, 16));
    EXPECT_EQ((Value{CMAP_VALUETYPE_UINT16, bytes_of(std::uint16_t{16})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_int32(cmap, key, -32));
    EXPECT_EQ((Value{CMAP_VALUETYPE_INT32, bytes_of(std::int32_t{-32})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_uint32(cmap, key, 32));
    EXPECT_EQ((Value{CMAP_VALUETYPE_UINT32, bytes_of(std::uint32_t{32})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_int64(cmap, key, -64));
    EXPECT_EQ((Value{CMAP_VALUETYPE_INT64, bytes_of(std::int64_t{-64})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_uint64(cmap, key, 64));
    EXPECT_EQ((Value{CMAP_VALUETYPE_UINT64, bytes_of(std::uint64_t{64})}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_float(cmap, key, 0.5F));
    EXPECT_EQ((Value{CMAP_VALUETYPE_FLOAT, bytes_of(0.5F)}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_double(cmap, key, 0.25));
    EXPECT_EQ((Value{CMAP_VALUETYPE_DOUBLE, bytes_of(0.25)}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_string(cmap, key, "hello"));
    EXPECT_EQ((Value{CMAP_VALUETYPE_STRING, bytes("hello\0")}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set_string(cmap, key, ""));
    EXPECT_EQ((Value{CMAP_VALUETYPE_STRING, bytes("\0")}), cmap.get(key));
    EXPECT_EQ(CS_OK, cmap_set(cmap, key, "\1\0\2", 3, CMAP_VALUETYPE_BINARY));
    EXPECT_EQ((Value{CMAP_VALUETYPE_BINARY, bytes("\1\0\2")}), cmap.get(key));
}

// Each row has a type and the lengths that it accepts.
TEST_F(CmapSet, accepts_only_the_lengths_of_the_type)
{
    struct Row {
        int type;
        std::size_t length;
    };
    constexpr Row kRows[] = {{0, 0},
                             {CMAP_VALUETYPE_INT8, 1},
                             {CMAP_VALUETYPE_UINT8, 1},
                             {CMAP_VALUETYPE_INT16, 2},
                             {CMAP_VALUETYPE_UINT16, 2},
                             {CMAP_VALUETYPE_INT32, 4},
                             {CMAP_VALUETYPE_UINT32, 4},
                             {CMAP_VALUETYPE_INT64, 8},
                             {CMAP_VALUETYPE_UINT64, 8},
                             {CMAP_VALUETYPE_FLOAT, 4},
                             {CMAP_VALUETYPE_DOUBLE, 8},
                             {13, 0},
                             {14, 0}};
    const Cmap cmap;
    for (const auto& [type, right] : kRows)
        for (std::size_t length = 0; length <= 9; ++length)
            EXPECT_EQ(length == right ? CS_OK : CS_ERR_INVALID_PARAM,
                      set_type_number(cmap, "set.length", "123456789", length, type))
                << "type " << type << ", length " << length;
}

TEST_F(CmapSet, stores_strings_up_to_their_nul)
{
    struct Row {
        std::string sent;
        std::size_t length;
        std::string stored;
    };
    const Row rows[] = {{"abc", 3, bytes("abc\0")},   {bytes("abc\0"), 4, bytes("abc\0")},
                        {"abcdef", 2, bytes("ab\0")}, {bytes("ab\0cd"), 3, bytes("ab\0")},
                        {"any", 0, bytes("\0")},      {bytes("\0"), 1, bytes("\0")}};
    const Cmap cmap;
    for (const auto& [sent, length, stored] : rows) {
        EXPECT_EQ(CS_OK, cmap_set(cmap, "set.string", sent.data(), length, CMAP_VALUETYPE_STRING));
        EXPECT_EQ((Value{CMAP_VALUETYPE_STRING, stored}), cmap.get("set.string"));
    }
}

TEST_F(CmapSet, refuses_strings_with_bytes_after_their_nul)
{
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(cmap, "set.nul", "ab\0cd", 5, CMAP_VALUETYPE_STRING));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(cmap, "set.nul", "\0", 2, CMAP_VALUETYPE_STRING));
}

// CMAP-D17
TEST_F(CmapSet, accepts_16384_bytes_and_refuses_more)
{
    const Cmap cmap;
    const std::string value(2'000'000, 'v');
    const auto set = [&](std::size_t length) {
        return cmap_set(cmap, "set.binary", value.data(), length, CMAP_VALUETYPE_BINARY);
    };
    for (const auto length : Sizes{0, 1, 16383, 16384}) {
        EXPECT_EQ(CS_OK, set(length)) << length;
        EXPECT_EQ(binary(value.substr(0, length)), cmap.get("set.binary"));
    }
    for (const auto length : Sizes{16385, 20000, 1000000, 1048280}) // refused by the daemon
        EXPECT_EQ(CS_ERR_INVALID_PARAM, set(length)) << length;
    for (const auto length : Sizes{1048281, 1048576, 2000000}) // refused by the library
        EXPECT_EQ(CS_ERR_TOO_BIG, set(length)) << length;
}

// CMAP-D17
TEST_F(CmapSet, refuses_lengths_that_are_larger_than_memory)
{
    const Cmap cmap;
    constexpr auto kLargest = std::numeric_limits<std::size_t>::max();
    for (const std::size_t length : {std::size_t{1} << 31, std::size_t{1} << 32, kLargest - 295, kLargest})
        EXPECT_EQ(CS_ERR_TOO_BIG, cmap_set(cmap, "set.huge", "x", length, CMAP_VALUETYPE_BINARY)) << length;
    EXPECT_EQ(kNoValue, cmap.get("set.huge"));
}

TEST_F(CmapSet, accepts_strings_of_16384_characters)
{
    const Cmap cmap;
    const std::string longest(16384, 's');
    EXPECT_EQ(CS_OK, cmap_set_string(cmap, "set.longest", longest.c_str()));
    EXPECT_EQ(text(longest), cmap.get("set.longest"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set_string(cmap, "set.longer", (longest + "s").c_str()));
}

// CMAP-D18
TEST_F(CmapSet, refuses_types_that_do_not_fit_into_a_byte)
{
    const Cmap cmap;
    for (const int type : {256, 257, -1})
        EXPECT_EQ(CS_ERR_INVALID_PARAM, set_type_number(cmap, "set.type", "x", 1, type)) << type;
    EXPECT_EQ(kNoValue, cmap.get("set.type"));
}

TEST_F(CmapSet, refuses_null)
{
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(cmap, "set.null", nullptr, 0, CMAP_VALUETYPE_BINARY));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(cmap, nullptr, "x", 1, CMAP_VALUETYPE_BINARY));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set_string(cmap, "set.null", nullptr));
}

TEST_F(CmapSet, cannot_change_read_only_keys)
{
    const Cmap cmap;
    EXPECT_EQ(CS_ERR_ACCESS, cmap_set_uint32(cmap, "totem.version", 2));
    EXPECT_EQ(CS_ERR_ACCESS, cmap_set(cmap, "totem.version", "2", 1, CMAP_VALUETYPE_STRING));
    EXPECT_EQ(CS_ERR_ACCESS, cmap_inc(cmap, "totem.version"));
    EXPECT_EQ(CS_ERR_ACCESS, cmap_dec(cmap, "totem.version"));
    for (const char* key : {"nodelist.node.0.nodeid", "system.xx", "runtime.services.x"})
        EXPECT_EQ(CS_ERR_ACCESS, cmap_set_uint32(cmap, key, 2)) << key;
    EXPECT_EQ(CS_ERR_ACCESS, cmap_delete(cmap, "nodelist.nope"));
}

TEST_F(CmapSet, can_change_keys_whose_names_resemble_read_only_ones)
{
    const Cmap cmap;
    for (const char* key : {"runtime.config", "totem.versionx"}) {
        EXPECT_EQ(CS_OK, cmap_set_uint32(cmap, key, 1)) << key;
        EXPECT_EQ(CS_OK, cmap_delete(cmap, key)) << key;
    }
}

TEST_F(CmapSet, inc_and_dec_wrap_around)
{
    const Cmap cmap;
    const char* const key = "set.wrap";
    ASSERT_EQ(CS_OK, cmap_set_uint8(cmap, key, 255));
    EXPECT_EQ(CS_OK, cmap_inc(cmap, key));
    EXPECT_EQ(u8(0), cmap.get(key));
    ASSERT_EQ(CS_OK, cmap_set_int8(cmap, key, 127));
    EXPECT_EQ(CS_OK, cmap_inc(cmap, key));
    EXPECT_EQ((Value{CMAP_VALUETYPE_INT8, bytes_of(std::int8_t{-128})}), cmap.get(key));
    ASSERT_EQ(CS_OK, cmap_set_uint32(cmap, key, 0));
    EXPECT_EQ(CS_OK, cmap_dec(cmap, key));
    EXPECT_EQ(u32(0xffffffff), cmap.get(key));
    ASSERT_EQ(CS_OK, cmap_set_uint64(cmap, key, 0));
    EXPECT_EQ(CS_OK, cmap_dec(cmap, key));
    EXPECT_EQ((Value{CMAP_VALUETYPE_UINT64, bytes_of(~std::uint64_t{0})}), cmap.get(key));
}

TEST_F(CmapSet, inc_and_dec_work_for_integers_only)
{
    const Cmap cmap;
    const char* const key = "set.increment";
    for (const auto& value : {Value{CMAP_VALUETYPE_FLOAT, bytes_of(1.0F)}, Value{CMAP_VALUETYPE_DOUBLE, bytes_of(1.0)},
                              text("1"), binary("1")}) {
        ASSERT_EQ(CS_OK, cmap.set(key, value));
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_inc(cmap, key)) << value;
        EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_dec(cmap, key)) << value;
        EXPECT_EQ(value, cmap.get(key));
    }
    EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_inc(cmap, "set.missing"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_dec(cmap, "set.missing"));
}

TEST_F(CmapSet, delete_of_a_deleted_key_fails)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("set.deleted", u8(1)));
    EXPECT_EQ(CS_OK, cmap_delete(cmap, "set.deleted"));
    EXPECT_EQ(kNoValue, cmap.get("set.deleted"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, cmap_delete(cmap, "set.deleted"));
}

} // namespace
