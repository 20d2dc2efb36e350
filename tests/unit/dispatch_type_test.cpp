// SPDX-License-Identifier: BSD-3-Clause
#include "core/dispatch.hpp"

#include <gtest/gtest.h>

#include <climits>

namespace {

struct Row {
    unsigned value;
    bool valid;
    bool waits;
    bool one;
};

class DispatchType : public ::testing::TestWithParam<Row> {};

TEST_P(DispatchType, has_the_properties_in_the_table)
{
    const Row& row = GetParam();
    corosync::DispatchType type{};
    EXPECT_EQ(row.valid, corosync::DispatchType::parse(row.value, type));
    EXPECT_EQ(row.waits, type.waits);
    EXPECT_EQ(row.one, type.one);
}

INSTANTIATE_TEST_SUITE_P(One, DispatchType, ::testing::Values(Row{1, true, true, true}));
INSTANTIATE_TEST_SUITE_P(All, DispatchType, ::testing::Values(Row{2, true, false, false}));
INSTANTIATE_TEST_SUITE_P(Blocking, DispatchType, ::testing::Values(Row{3, true, true, false}));
INSTANTIATE_TEST_SUITE_P(OneNonblocking, DispatchType, ::testing::Values(Row{4, true, false, true}));
INSTANTIATE_TEST_SUITE_P(Any, DispatchType,
                         ::testing::Values(Row{0, false, false, false}, Row{5, false, false, false},
                                           Row{UINT_MAX, false, false, false}, Row{257, false, false, false}));

} // namespace
