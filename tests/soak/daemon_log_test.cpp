// SPDX-License-Identifier: BSD-3-Clause
// Log lines as corosync 3.1.7 writes them.
#include "daemon_log.hpp"

#include <gtest/gtest.h>

namespace {

using namespace soak;
using Nodes = std::set<std::uint32_t>;

constexpr const char* kLog = R"(notice  [TOTEM ] A new membership (1.5b) was formed. Members left: 1
notice  [TOTEM ] A new membership (1.5f) was formed. Members joined: 2 3
notice  [QUORUM] Members[3]: 1 2 3
notice  [QUORUM] Sync left[2]: 2 3
notice  [TOTEM ] A new membership (1.6f) was formed. Members left: 2 3
warning [MAIN  ] cs_ipcs_msg_process() (2:2 - 1) No buffer space available!
notice  [TOTEM ] A new membership (1.73) was formed. Members joined: 2 3
warning [MAIN  ] cs_ipcs_msg_process() (2:2 - 2) No buffer space available!
notice  [TOTEM ] A new membership (a.77) was formed. Members joined: 4 left: 10
notice  [TOTEM ] A new membership (1.7b) was formed. Members
)";

TEST(DaemonLog, counts_dropped_messages)
{
    EXPECT_EQ(2U, dropped_messages(kLog));
    EXPECT_EQ(0U, dropped_messages(""));
}

TEST(DaemonLog, shows_which_nodes_left_between_two_rings)
{
    EXPECT_EQ((Nodes{2, 3}), nodes_left(kLog, {1, 0x5f}, {1, 0x6f}));
    EXPECT_EQ((Nodes{2, 3}), nodes_left(kLog, {1, 0x5f}, {1, 0x73}));
    EXPECT_EQ(Nodes{10}, nodes_left(kLog, {1, 0x73}, {10, 0x77}));
    EXPECT_EQ((Nodes{2, 3, 10}), nodes_left(kLog, {1, 0x5f}, {10, 0x77}));
    EXPECT_EQ(Nodes{}, nodes_left(kLog, {1, 0x5b}, {1, 0x5f}));
    EXPECT_EQ(Nodes{}, nodes_left(kLog, {10, 0x77}, {1, 0x7b}));
}

TEST(DaemonLog, is_read_to_its_end_if_the_second_ring_is_not_in_it)
{
    EXPECT_EQ(Nodes{10}, nodes_left(kLog, {1, 0x73}, {0, 1}));
}

TEST(DaemonLog, shows_nothing_about_a_ring_that_is_not_in_it)
{
    EXPECT_EQ(Nodes{}, nodes_left(kLog, {1, 0x63}, {10, 0x77}));
}

} // namespace
