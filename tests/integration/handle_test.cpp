// SPDX-License-Identifier: BSD-3-Clause
// Handles that are refused, and the order in which arguments are checked. The same for every service.
#include "from_c.h"
#include "service.hpp"

namespace {

using namespace test;

using HandleOfAnyService = ServiceTest;

constexpr std::uint64_t kLower = 0xffffffff;
constexpr std::uint64_t kOneCheckBit = std::uint64_t{1} << 40;

void expect_bad_everywhere(std::uint64_t handle)
{
    for (const auto& [name, kind, call] : service().calls())
        EXPECT_EQ(CS_ERR_BAD_HANDLE, call(handle)) << name << " with handle " << std::hex << handle;
}

// C9
TEST_F(HandleOfAnyService, is_never_zero)
{
    const Handle first;
    const Handle second;
    EXPECT_NE(kNoHandle, first);
    EXPECT_NE(kNoHandle, second);
    EXPECT_NE(first, second);
}

TEST_F(HandleOfAnyService, that_was_never_returned_is_bad)
{
    for (const std::uint64_t handle : {kNoHandle, std::uint64_t{1}, std::uint64_t{0xdeadbeef}, ~std::uint64_t{0}})
        expect_bad_everywhere(handle);
}

// CMAP-D14, CPG-D44, VQ-D17
TEST_F(HandleOfAnyService, that_differs_from_a_valid_one_in_some_bits_is_bad)
{
    const Handle handle;
    const std::uint64_t right = handle;
    const std::uint64_t upper = right & ~kLower;
    for (const std::uint64_t wrong :
         {std::uint64_t{0x80000000}, kLower, right & kLower, right ^ kOneCheckBit, right + 1, upper | 0x7fffffff,
          upper | 0x80000000, upper | kLower,
          right | ~kLower}) // libqb would accept the check value of the last one for any handle
        expect_bad_everywhere(wrong);
    EXPECT_EQ(CS_OK, handle.ask());
}

// C8
TEST_F(HandleOfAnyService, that_was_finalized_stays_bad_beside_new_ones)
{
    Handle stale;
    const Handle other;
    const std::uint64_t handle = stale;
    ASSERT_EQ(CS_OK, stale.finalize());
    expect_bad_everywhere(handle);
    const Handle next;
    EXPECT_NE(handle, next);
    expect_bad_everywhere(handle);
    EXPECT_EQ(CS_OK, other.ask());
    EXPECT_EQ(CS_OK, next.ask());
}

// Decision 7
TEST_F(HandleOfAnyService, is_checked_after_the_dispatch_type)
{
    const Handle good;
    for (const std::uint64_t handle : {std::uint64_t{good}, kNoHandle})
        for (const int type : {0, 5, 7, 99, -1})
            EXPECT_EQ(CS_ERR_INVALID_PARAM, dispatch_number(service().dispatch, handle, type)) << type;
}

// Decision 16
TEST_F(HandleOfAnyService, is_checked_before_pointers_to_results)
{
    const Handle good;
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().fd_get(kNoHandle, nullptr));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, service().context_get(kNoHandle, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, service().fd_get(good, nullptr));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, service().context_get(good, nullptr));
}

} // namespace
