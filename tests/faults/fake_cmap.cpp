// SPDX-License-Identifier: BSD-3-Clause
#include "fake_cmap.hpp"

namespace test {

FakeCmapTest::FakeCmapTest() = default;

FakeCmapTest::~FakeCmapTest()
{
    cmap.finalize();
    remove_what_libqb_leaves();
}

Steps FakeCmapTest::numbered(std::uint32_t first, std::uint32_t count) const
{
    Steps steps;
    for (std::uint32_t number = first; number < first + count; ++number)
        steps.push_back(event(numbered(number)));
    return steps;
}

void FakeCmapTest::expect_usable() const
{
    std::uint32_t number = 0;
    EXPECT_EQ(CS_OK, cmap_get_uint32(cmap, "some.key", &number));
    EXPECT_EQ(kStoredNumber, number);
}

void FakeCmapTest::expect_dead() const
{
    for (int times = 0; times < 2; ++times) {
        EXPECT_EQ(CS_ERR_LIBRARY, cmap_get(cmap, "some.key", nullptr, nullptr, nullptr));
        EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ALL));
        EXPECT_EQ(CS_ERR_LIBRARY, dispatch(CS_DISPATCH_ONE));
    }
}

} // namespace test
