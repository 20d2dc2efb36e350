// SPDX-License-Identifier: BSD-3-Clause
// Opening a connection to one of the maps. initialize_test.cpp tests what is the same for every service.
#include "cmap_fixture.hpp"
#include "cmap_from_c.h"

namespace {

using namespace test;

using CmapInitialize = CmapTest;

TEST_F(CmapInitialize, opens_the_requested_map)
{
    const Cmap configuration(CMAP_MAP_ICMAP);
    const Cmap statistics(CMAP_MAP_STATS);
    EXPECT_NE(kNoValue, configuration.get("totem.version"));
    EXPECT_EQ(kNoValue, configuration.get("stats.srp.mcast_tx"));
    EXPECT_EQ(kNoValue, statistics.get("totem.version"));
    EXPECT_NE(kNoValue, statistics.get("stats.srp.mcast_tx"));
}

TEST_F(CmapInitialize, opens_the_configuration_map_by_default)
{
    cmap_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cmap_initialize(&handle));
    EXPECT_EQ(CS_OK, cmap_get(handle, "totem.version", nullptr, nullptr, nullptr));
    EXPECT_EQ(CS_OK, cmap_finalize(handle));
}

// CMAP-D6, decision 3
TEST_F(CmapInitialize, of_an_unknown_map_fails_and_leaves_nothing_open)
{
    const auto before = open_descriptors();
    for (const int map : {2, 99, -1}) {
        cmap_handle_t handle = kUntouched;
        EXPECT_EQ(CS_ERR_NOT_EXIST, initialize_map_number(&handle, map)) << map;
        EXPECT_EQ(kUntouched, handle) << map;
        EXPECT_EQ(before, open_descriptors()) << map;
    }
}

} // namespace
