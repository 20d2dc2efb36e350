// SPDX-License-Identifier: BSD-3-Clause
#include "core/settings.hpp"
#include "support/environment.hpp"
#include "support/process.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace {

using corosync::Settings;
using corosync::Transport;
using test::Variable;

constexpr uid_t kStranger = 65534;

Transport transport_for(std::optional<std::string> value)
{
    const Variable variable("COROSYNC_CLIENT_TRANSPORT", value);
    return Settings::from_environment().transport;
}

unsigned spin_for(std::optional<std::string> value)
{
    const Variable variable("COROSYNC_CLIENT_SPIN_US", value);
    return Settings::from_environment().spin_us;
}

unsigned ring_for(std::optional<std::string> value)
{
    const Variable variable("COROSYNC_CLIENT_RING_KIB", value);
    return Settings::from_environment().message_size / 1024;
}

bool accepts(uid_t uid, std::optional<std::string> list)
{
    const Variable variable("COROSYNC_CLIENT_PEER_UIDS", list);
    return Settings::from_environment().trusts_peer(uid);
}

TEST(Settings, choose_the_transport)
{
    EXPECT_EQ(Transport::automatic, transport_for(std::nullopt));
    EXPECT_EQ(Transport::automatic, transport_for("auto"));
    EXPECT_EQ(Transport::ring, transport_for("ring"));
    EXPECT_EQ(Transport::libqb, transport_for("libqb"));
}

TEST(Settings, replace_an_unknown_transport_by_auto)
{
    for (const char* value : {"", "RING", "ring ", " ring", "rings", "socket", "0"})
        EXPECT_EQ(Transport::automatic, transport_for(value)) << value;
}

TEST(Settings, limit_the_spin)
{
    EXPECT_EQ(20U, spin_for(std::nullopt));
    EXPECT_EQ(0U, spin_for("0"));
    EXPECT_EQ(1U, spin_for("1"));
    EXPECT_EQ(100U, spin_for("100"));
    EXPECT_EQ(100U, spin_for("101"));
    EXPECT_EQ(100U, spin_for("4294967295"));
}

TEST(Settings, ignore_a_spin_limit_that_is_not_a_number)
{
    for (const char* value : {"", "-1", "+1", " 5", "5 ", "5us", "0x5", "1.5", "4294967296", "99999999999999999999"})
        EXPECT_EQ(20U, spin_for(value)) << value;
}

TEST(Settings, give_rings_the_size_of_the_variable)
{
    EXPECT_EQ(1024U, ring_for(std::nullopt));
    EXPECT_EQ(1024U, ring_for("1024"));
    EXPECT_EQ(4096U, ring_for("4096"));
    EXPECT_EQ(65536U, ring_for("65536"));
}

TEST(Settings, give_rings_their_usual_size_if_the_variable_has_no_lawful_size)
{
    for (const char* value : {"", "0", "1023", "65537", "4294967295", "4294967296", "-4096", "4 MiB", "4096k"})
        EXPECT_EQ(1024U, ring_for(value)) << value;
}

TEST(Settings, accept_root)
{
    EXPECT_TRUE(accepts(0, std::nullopt));
    EXPECT_TRUE(accepts(0, "1"));
}

TEST(Settings, accept_the_caller)
{
    const auto accepts_as_stranger = [] {
        return ::seteuid(kStranger) != 0 ? 2 : accepts(kStranger, std::nullopt) ? 0 : 1;
    };
    const int finding = test::in_child(accepts_as_stranger);
    if (finding == 2)
        GTEST_SKIP() << "cannot become another user";
    EXPECT_EQ(0, finding);
}

TEST(Settings, refuse_other_users)
{
    EXPECT_FALSE(accepts(kStranger, std::nullopt));
    EXPECT_FALSE(accepts(kStranger, ""));
    EXPECT_FALSE(accepts(kStranger, "1,65533,655340"));
}

TEST(Settings, accept_listed_users)
{
    EXPECT_TRUE(accepts(kStranger, "65534"));
    EXPECT_TRUE(accepts(kStranger, "65534,1"));
    EXPECT_TRUE(accepts(kStranger, "1,65534"));
    EXPECT_TRUE(accepts(kStranger, "1,65534,"));
    EXPECT_TRUE(accepts(4294967294U, "4294967294"));
}

TEST(Settings, end_the_list_at_the_first_error)
{
    for (const char* list : {"x,65534", ",65534", "1,,65534", "1 ,65534", "1;65534", "-1,65534", "65534x", "65534 ",
                             "4294967296,65534", "18446744073709617150"})
        EXPECT_FALSE(accepts(kStranger, list)) << list;
}

TEST(Settings, are_read_again_each_time)
{
    EXPECT_TRUE(accepts(kStranger, "65534"));
    EXPECT_FALSE(accepts(kStranger, std::nullopt));
}

} // namespace
