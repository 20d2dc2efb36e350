// SPDX-License-Identifier: BSD-3-Clause
#include "core/dispatch.hpp"

#include <gtest/gtest.h>

#include <climits>

namespace {

struct Type {
    unsigned value;
    bool valid;
    bool waits;
    bool one;
};

class DispatchType : public ::testing::TestWithParam<Type> {};

TEST_P(DispatchType, has_the_properties_in_the_table)
{
    const Type& expected = GetParam();
    corosync::DispatchType type{};
    EXPECT_EQ(expected.valid, corosync::DispatchType::parse(expected.value, type));
    EXPECT_EQ(expected.waits, type.waits);
    EXPECT_EQ(expected.one, type.one);
}

INSTANTIATE_TEST_SUITE_P(One, DispatchType, ::testing::Values(Type{1, true, true, true}));
INSTANTIATE_TEST_SUITE_P(All, DispatchType, ::testing::Values(Type{2, true, false, false}));
INSTANTIATE_TEST_SUITE_P(Blocking, DispatchType, ::testing::Values(Type{3, true, true, false}));
INSTANTIATE_TEST_SUITE_P(OneNonblocking, DispatchType, ::testing::Values(Type{4, true, false, true}));
INSTANTIATE_TEST_SUITE_P(Any, DispatchType,
                         ::testing::Values(Type{0, false, false, false}, Type{5, false, false, false},
                                           Type{UINT_MAX, false, false, false}, Type{257, false, false, false}));

} // namespace
