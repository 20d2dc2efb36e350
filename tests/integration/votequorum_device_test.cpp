// SPDX-License-Identifier: BSD-3-Clause
// Quorum devices: register, poll, rename, unregister; and the functions for their extra information on a daemon that
// does not support it.
#include "votequorum_fixture.hpp"

#include <array>

namespace {

using namespace test;

constexpr unsigned kRegistered = VOTEQUORUM_INFO_QUORATE | VOTEQUORUM_INFO_QDEVICE_REGISTERED;
constexpr unsigned kAlive = kRegistered | VOTEQUORUM_INFO_QDEVICE_ALIVE;
constexpr unsigned kVoting = kAlive | VOTEQUORUM_INFO_QDEVICE_CAST_VOTE;

// One daemon for all tests. Each test leaves no device registered.
class VotequorumDevice : public VotequorumTest {
protected:
    VotequorumDevice()
    {
        votequorum.track(CS_TRACK_CURRENT);
        votequorum.await(2);
    }
    ~VotequorumDevice() override
    {
        if (const std::string left = votequorum.info().qdevice_name; !left.empty())
            votequorum_qdevice_unregister(votequorum, left.c_str());
        EXPECT_EQ("", name(""));
    }

    // Calls each function that needs a registered device with these arguments.
    std::array<cs_error_t, 4> use(const char* name, votequorum_ring_id_t ring) const
    {
        return {votequorum_qdevice_unregister(votequorum, name), votequorum_qdevice_update(votequorum, name, "new"),
                votequorum_qdevice_poll(votequorum, name, 1, ring),
                votequorum_qdevice_master_wins(votequorum, name, 1)};
    }
    // Waits until the flags, or the name, are as expected or the time limit is over. Returns what they are then. The
    // daemon replies to all requests but the first before they have an effect.
    unsigned flags(unsigned expected) const
    {
        eventually([&] { return votequorum.info().flags == expected; });
        return votequorum.info().flags;
    }
    std::string name(const std::string& expected) const
    {
        eventually([&] { return votequorum.info().qdevice_name == expected; });
        return votequorum.info().qdevice_name;
    }
    votequorum_ring_id_t stale_ring() const
    {
        auto ring = votequorum.ring();
        ring.seq -= 4;
        return ring;
    }

    Votequorum votequorum;
};

TEST_F(VotequorumDevice, that_is_not_registered_returns_not_exist)
{
    for (const auto& ring : {votequorum.ring(), stale_ring()})
        for (const auto error : use("QD", ring))
            EXPECT_EQ(CS_ERR_NOT_EXIST, error);
}

TEST_F(VotequorumDevice, may_have_a_name_of_254_characters)
{
    const std::string first(VOTEQUORUM_QDEVICE_MAX_NAME_LEN - 1, '1');
    const std::string second(VOTEQUORUM_QDEVICE_MAX_NAME_LEN - 1, '2');
    EXPECT_EQ(CS_OK, votequorum_qdevice_register(votequorum, first.c_str()));
    EXPECT_EQ(kRegistered, votequorum.info().flags);
    EXPECT_EQ(first, votequorum.info().qdevice_name);
    EXPECT_EQ(CS_OK, votequorum_qdevice_update(votequorum, first.c_str(), second.c_str()));
    EXPECT_EQ(second, name(second));
}

TEST_F(VotequorumDevice, is_registered_once_and_listed)
{
    EXPECT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_ERR_EXIST, votequorum_qdevice_register(votequorum, "OTHER"));
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1 0:0"}), votequorum.await(2));
}

// The device belongs to the node, not to the connection.
TEST_F(VotequorumDevice, stays_registered_after_its_connection_ends)
{
    EXPECT_EQ(CS_OK, votequorum_qdevice_register(Votequorum(), "QD"));
    EXPECT_EQ(kRegistered, votequorum.info().flags);
    EXPECT_EQ(CS_OK, votequorum_qdevice_poll(Votequorum(), "QD", 1, votequorum.ring()));
    EXPECT_EQ(kVoting, flags(kVoting));
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(Votequorum(), "QD"));
    EXPECT_EQ(unsigned{VOTEQUORUM_INFO_QUORATE}, flags(VOTEQUORUM_INFO_QUORATE));
    EXPECT_EQ("", name(""));
}

// C19: the daemon checks the ring id before the name.
TEST_F(VotequorumDevice, must_be_polled_with_the_present_ring_id)
{
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_ERR_MESSAGE_ERROR, votequorum_qdevice_poll(votequorum, "QD", 1, stale_ring()));
    EXPECT_EQ(CS_ERR_MESSAGE_ERROR, votequorum_qdevice_poll(votequorum, "XX", 1, stale_ring()));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_qdevice_poll(votequorum, "XX", 1, votequorum.ring()));
    EXPECT_EQ(kRegistered, votequorum.info().flags);
}

// Any number but 0 is a vote.
TEST_F(VotequorumDevice, casts_a_vote_or_not)
{
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_OK, votequorum_qdevice_poll(votequorum, "QD", 1, votequorum.ring()));
    EXPECT_EQ(kVoting, flags(kVoting));
    EXPECT_EQ(CS_OK, votequorum_qdevice_poll(votequorum, "QD", 0, votequorum.ring()));
    EXPECT_EQ(kAlive, flags(kAlive));
    EXPECT_EQ(CS_OK, votequorum_qdevice_poll(votequorum, "QD", 77, votequorum.ring()));
    EXPECT_EQ(kVoting, flags(kVoting));
}

TEST_F(VotequorumDevice, can_get_the_master_wins_flag)
{
    constexpr unsigned kMaster = kRegistered | VOTEQUORUM_INFO_QDEVICE_MASTER_WINS;
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_qdevice_master_wins(votequorum, "XX", 1));
    EXPECT_EQ(kRegistered, votequorum.info().flags);
    for (const unsigned yes : {1U, 5U}) {
        EXPECT_EQ(CS_OK, votequorum_qdevice_master_wins(votequorum, "QD", yes));
        EXPECT_EQ(kMaster, flags(kMaster));
        EXPECT_EQ(CS_OK, votequorum_qdevice_master_wins(votequorum, "QD", 0));
        EXPECT_EQ(kRegistered, flags(kRegistered));
    }
}

TEST_F(VotequorumDevice, can_be_renamed_and_unregistered_only_with_its_name)
{
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_qdevice_update(votequorum, "XX", "Q2"));
    EXPECT_EQ(CS_OK, votequorum_qdevice_update(votequorum, "QD", "Q2"));
    EXPECT_EQ("Q2", name("Q2"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_qdevice_update(votequorum, "QD", "Q3"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, votequorum_qdevice_unregister(votequorum, "QD"));
    EXPECT_EQ(CS_OK, votequorum_qdevice_unregister(votequorum, "Q2"));
    EXPECT_EQ("", name(""));
    EXPECT_EQ(CS_ERR_NOT_EXIST, votequorum_qdevice_unregister(votequorum, "Q2"));
}

// The functions fail at once, and the handle still works.
TEST_F(VotequorumDevice, has_no_extra_information_in_this_daemon)
{
    const auto expect_not_supported = [&] {
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, votequorum_set_qdevice_extra_info(votequorum, 5, "extra"));
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, votequorum_set_qdevice_extra_info(votequorum, 0, "extra"));
        EXPECT_EQ(CS_ERR_NOT_SUPPORTED, votequorum_set_qdevice_extra_info(votequorum, 5, nullptr));
        for (const unsigned node : {0U, 1U, 99U}) {
            std::string extra(VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE, 'u');
            std::uint32_t size = 77;
            EXPECT_EQ(CS_ERR_NOT_SUPPORTED, votequorum_get_qdevice_extra_info(votequorum, node, &size, extra.data()));
            EXPECT_EQ(0U, size) << node;
            EXPECT_EQ(std::string::npos, extra.find_first_not_of('u')) << node;
        }
        EXPECT_EQ(1U, votequorum.info().node_id);
    };
    expect_not_supported();
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    expect_not_supported();
    const std::string most(VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE, 'm');
    EXPECT_EQ(CS_ERR_NOT_SUPPORTED,
              votequorum_set_qdevice_extra_info(votequorum, static_cast<std::uint32_t>(most.size()), most.data()));
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ((Texts{"nodelist 1", "quorate 1:1 0:0"}), votequorum.await(2));
}

// The timeout is one second instead of ten.
TEST(VotequorumDeviceTimeout, clears_the_alive_flag_but_not_the_registration)
{
    const QuorateDaemon daemon({.quorum = "  device {\n    model: net\n    votes: 0\n    timeout: 1000\n  }\n"});
    Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES));
    ASSERT_EQ(2U, votequorum.await(2).size());
    ASSERT_EQ(CS_OK, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_OK, votequorum_qdevice_poll(votequorum, "QD", 1, votequorum.ring()));
    EXPECT_TRUE(eventually([&] { return votequorum.info().flags == kVoting; }));
    EXPECT_TRUE(eventually([&] { return votequorum.info().flags != kVoting; }));
    EXPECT_EQ(kRegistered, votequorum.info().flags);
    EXPECT_EQ(Texts{}, votequorum.await(0));
}

TEST(VotequorumDeviceDisabled, is_refused)
{
    const QuorateDaemon daemon;
    const Votequorum votequorum;
    run("corosync-cmapctl -s quorum.two_node u8 1");
    run("corosync-cmapctl -s quorum.device.model str net");
    EXPECT_EQ(CS_ERR_ACCESS, votequorum_qdevice_register(votequorum, "QD"));
    EXPECT_EQ(CS_ERR_ACCESS, votequorum_qdevice_poll(votequorum, "QD", 1, {}));
    EXPECT_EQ(CS_ERR_ACCESS, votequorum_qdevice_master_wins(votequorum, "QD", 1));
    EXPECT_EQ(CS_ERR_NOT_EXIST, votequorum_qdevice_update(votequorum, "QD", "Q2"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, votequorum_qdevice_unregister(votequorum, "QD"));
}

} // namespace
