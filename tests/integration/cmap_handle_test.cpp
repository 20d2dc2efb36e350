// SPDX-License-Identifier: BSD-3-Clause
// The order in which the handle and the other arguments are checked. handle_test.cpp tests what is the same for every
// service.
#include "cmap_fixture.hpp"

namespace {

using namespace test;

using CmapHandle = CmapTest;

const std::string kLongestKey(CMAP_KEYNAME_MAXLEN, 'k');
const std::string kTooLongKey(CMAP_KEYNAME_MAXLEN + 1, 'k');

void ignore(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value, void*)
{}

TEST_F(CmapHandle, is_checked_after_these_arguments)
{
    cmap_track_handle_t tracker = 0;
    std::uint8_t byte = 0;
    char* string = nullptr;
    const char* const too_long = kTooLongKey.c_str();
    const char* const key = "handle.key";
    constexpr auto kByte = CMAP_VALUETYPE_UINT8;

    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(kNoHandle, nullptr, "x", 1, kByte));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(kNoHandle, key, nullptr, 1, kByte));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set(kNoHandle, too_long, nullptr, 0, kByte));
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_set(kNoHandle, too_long, "x", 1, kByte));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set_string(kNoHandle, key, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set_string(kNoHandle, nullptr, "x"));
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_set_string(kNoHandle, too_long, "x"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_set_uint8(kNoHandle, nullptr, 1));
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_set_uint8(kNoHandle, too_long, 1));
    for (const auto call : {cmap_delete, cmap_inc, cmap_dec}) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, call(kNoHandle, nullptr));
        EXPECT_EQ(CS_ERR_NAME_TOO_LONG, call(kNoHandle, too_long));
    }
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get(kNoHandle, nullptr, nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get(kNoHandle, key, &byte, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_get(kNoHandle, too_long, &byte, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_uint8(kNoHandle, nullptr, &byte));
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_get_uint8(kNoHandle, too_long, &byte));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_string(kNoHandle, nullptr, &string));
    EXPECT_EQ(CS_ERR_NAME_TOO_LONG, cmap_get_string(kNoHandle, too_long, &string));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_iter_init(kNoHandle, key, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_iter_next(kNoHandle, 1, nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_track_add(kNoHandle, key, kEverything, ignore, nullptr, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_track_add(kNoHandle, key, kEverything, nullptr, nullptr, &tracker));
}

TEST_F(CmapHandle, is_checked_before_these_arguments)
{
    const char* const too_long = kTooLongKey.c_str();
    cmap_iter_handle_t iterator = 0;
    cmap_track_handle_t tracker = 0;
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_iter_init(kNoHandle, too_long, &iterator));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_track_add(kNoHandle, too_long, kEverything, ignore, nullptr, &tracker));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_track_add(kNoHandle, "k", 16, ignore, nullptr, &tracker));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_get_uint8(kNoHandle, kLongestKey.c_str(), nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_get_string(kNoHandle, kLongestKey.c_str(), nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_set(kNoHandle, "k", "x", 1, CMAP_VALUETYPE_UINT8));
}

// CMAP-D16, decision 16
TEST_F(CmapHandle, that_is_valid_does_not_allow_null)
{
    const Cmap cmap;
    ASSERT_EQ(CS_OK, cmap.set("handle.number", u8(1)));
    ASSERT_EQ(CS_OK, cmap.set("handle.string", text("x")));
    const auto all = [&](auto... get) {
        for (const cs_error_t error : {get(cmap, "handle.number", nullptr)...})
            EXPECT_EQ(CS_ERR_INVALID_PARAM, error);
    };
    all(cmap_get_int8, cmap_get_uint8, cmap_get_int16, cmap_get_uint16, cmap_get_int32, cmap_get_uint32, cmap_get_int64,
        cmap_get_uint64, cmap_get_float, cmap_get_double);
    EXPECT_EQ(CS_ERR_INVALID_PARAM, cmap_get_string(cmap, "handle.string", nullptr));
}

} // namespace
