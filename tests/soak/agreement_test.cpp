// SPDX-License-Identifier: BSD-3-Clause
// Agreement, the judge of the soak test, finds each kind of contradiction, and finds none in a correct run.
#include "agreement.hpp"

#include <gtest/gtest.h>

namespace {

using namespace soak;

constexpr Member kOne{1, 1};
constexpr Member kTwo{2, 1};
constexpr Member kThree{3, 1};
constexpr Ring kFirst{1, 4};
constexpr Ring kSecond{1, 8};
constexpr Ring kLater{1, 12};
constexpr Ring kElsewhere{3, 8};
constexpr std::uint32_t kLong = 1'500'000;

const Confchg kAllJoined{{1, 2, 3}, {}, {1, 2, 3}};
const Confchg kThreeLeft{{1, 2}, {3}, {}};

Message from(Member sender, std::uint32_t number, std::uint32_t size = 100)
{
    return {sender, number, size};
}

// Members 1, 2 and 3 in the first ring.
class AgreementTest : public ::testing::Test {
protected:
    AgreementTest()
    {
        for (const auto member : {kOne, kTwo, kThree}) {
            agreement.confchg(member, kAllJoined);
            agreement.ring(member, kFirst);
        }
    }

    void tell(Member member, const std::vector<Message>& messages)
    {
        for (const auto& message : messages)
            agreement.message(member, message);
    }

    void move(const std::vector<Member>& members, Ring ring)
    {
        for (const auto member : members)
            agreement.ring(member, ring);
    }

    std::size_t violations() const { return agreement.violations().size(); }

    void drop(std::uint32_t node, unsigned count)
    {
        while (count-- > 0)
            logs[node] += "warning [MAIN  ] cs_ipcs_msg_process() (2:2 - 1) No buffer space available!\n";
    }

    // A line in the log of the node's daemon.
    void form(std::uint32_t node, Ring ring, const std::string& members)
    {
        logs[node] += "notice [TOTEM ] A new membership (" + text_of(ring) + ") was formed. Members " + members + "\n";
    }

    std::map<std::uint32_t, std::string> logs;
    Agreement agreement{[this](std::uint32_t node) { return logs[node]; }};
};

TEST_F(AgreementTest, is_reached_if_all_members_get_the_same)
{
    for (const auto member : {kOne, kTwo, kThree})
        tell(member, {from(kOne, 1), from(kThree, 1), from(kOne, 2, kLong), from(kTwo, 1)});
    move({kOne, kTwo, kThree}, kSecond);
    for (const auto member : {kOne, kTwo, kThree})
        tell(member, {from(kTwo, 2)});
    EXPECT_TRUE(agreement.has_all(kOne, kTwo, 2));
    EXPECT_FALSE(agreement.has_all(kOne, kTwo, 3));
    agreement.ends(kOne, 2);
    agreement.ends(kTwo, 2);
    agreement.ends(kThree, 1);
    EXPECT_EQ(std::vector<std::string>{}, agreement.violations());
    EXPECT_EQ(6U, agreement.figures().together);
    EXPECT_EQ(15U, agreement.figures().messages);
}

TEST_F(AgreementTest, is_broken_by_two_messages_in_a_different_order)
{
    tell(kOne, {from(kTwo, 1), from(kThree, 1)});
    tell(kTwo, {from(kThree, 1), from(kTwo, 1)});
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_that_only_one_member_gets)
{
    tell(kOne, {from(kThree, 1), from(kThree, 2)});
    tell(kTwo, {from(kThree, 1)});
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_that_is_delivered_twice)
{
    tell(kOne, {from(kTwo, 1), from(kTwo, 1)});
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_messages_of_one_sender_out_of_order)
{
    tell(kOne, {from(kTwo, 2), from(kTwo, 1)});
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_an_own_message_that_is_skipped)
{
    tell(kOne, {from(kOne, 1), from(kOne, 3)});
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, allows_an_own_message_to_be_missing_that_the_daemon_dropped)
{
    drop(2, 2);
    tell(kTwo, {from(kTwo, 1), from(kTwo, 3), from(kTwo, 4), from(kTwo, 6)});
    EXPECT_EQ(0U, violations());
    tell(kTwo, {from(kTwo, 8)});
    EXPECT_EQ(1U, violations());
    EXPECT_EQ(3U, agreement.figures().dropped);
}

TEST_F(AgreementTest, is_broken_by_a_missing_own_message_that_another_daemon_dropped)
{
    drop(2, 1);
    tell(kOne, {from(kOne, 1), from(kOne, 3)});
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_an_own_message_that_never_comes_back)
{
    tell(kOne, {from(kOne, 1)});
    agreement.ends(kOne, 2);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_of_different_sizes)
{
    tell(kOne, {from(kTwo, 1, 100)});
    tell(kThree, {from(kTwo, 1, 101)});
    move({kOne, kThree}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_different_confchg)
{
    agreement.confchg(kOne, kThreeLeft);
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_on_the_wrong_side_of_a_ring_change)
{
    tell(kOne, {from(kThree, 1)});
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, allows_other_messages_to_nodes_that_part)
{
    tell(kOne, {from(kTwo, 1), from(kThree, 1)});
    tell(kTwo, {from(kTwo, 1), from(kThree, 1)});
    tell(kThree, {from(kTwo, 1), from(kThree, 1), from(kThree, 2)});
    move({kOne, kTwo}, kSecond);
    move({kThree}, kElsewhere);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().apart);
}

// The nodes part and meet again, and no member gets the rings in between or learns that a node left.
TEST_F(AgreementTest, allows_other_messages_to_nodes_that_part_and_meet_at_once)
{
    for (const auto node : {1U, 2U, 3U})
        form(node, kFirst, "joined: 1 2 3");
    for (const auto node : {1U, 2U})
        form(node, {1, 8}, "left: 3");
    form(3, {3, 8}, "left: 1 2");
    for (const auto node : {1U, 2U})
        form(node, kLater, "joined: 3");
    form(3, kLater, "joined: 1 2");
    for (const auto member : {kOne, kTwo, kThree})
        tell(member, {from(kTwo, 1)});
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 2)});
    move({kOne, kTwo, kThree}, kLater);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(1U, agreement.figures().together);
    EXPECT_EQ(2U, agreement.figures().apart);
    // Then member 3 may miss the end of messages that began before.
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 3, kLong), from(kTwo, 4)});
    tell(kThree, {from(kTwo, 4)});
    move({kOne, kTwo, kThree}, {1, 16});
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().excused);
}

TEST_F(AgreementTest, allows_other_messages_if_one_daemon_saw_the_other_node_leave)
{
    form(1, kFirst, "joined: 1 2 3");
    form(1, kSecond, "joined: 3 left: 3");
    form(3, kSecond, "joined: 1 2 3");
    form(3, kLater, "joined: 1 left: 1");
    tell(kOne, {from(kTwo, 1)});
    move({kOne, kThree}, kSecond);
    tell(kOne, {from(kTwo, 2)});
    move({kOne, kThree}, kLater);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().apart);
}

TEST_F(AgreementTest, is_broken_by_other_messages_to_nodes_that_part_later)
{
    form(3, kFirst, "joined: 1 2 3");
    form(3, kSecond, "joined: 4");
    form(3, {3, 12}, "left: 1 2");
    tell(kOne, {from(kTwo, 1)});
    move({kOne, kThree}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_different_order_at_a_node_that_parts)
{
    tell(kOne, {from(kTwo, 1), from(kThree, 1)});
    tell(kThree, {from(kThree, 1), from(kTwo, 1)});
    move({kOne}, kSecond);
    move({kThree}, kElsewhere);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_different_order_at_a_node_that_dies)
{
    tell(kOne, {from(kTwo, 1), from(kOne, 1)});
    tell(kThree, {from(kOne, 1), from(kTwo, 1)});
    move({kOne}, kSecond);
    agreement.loses_daemon(kThree);
    EXPECT_EQ(1U, violations());
}

// Members 1 and 2 go on together; 3 comes back in their ring.
class AgreementWithJoiner : public AgreementTest {
protected:
    AgreementWithJoiner()
    {
        agreement.loses_daemon(kThree);
        move({kOne, kTwo}, kSecond);
        for (const auto member : {kOne, kTwo}) {
            tell(member, {from(kOne, 1)});
            agreement.confchg(member, joined);
        }
        agreement.ring(joiner, {3, 4}); // the joiner had connected but not joined
        agreement.ring(joiner, kSecond);
        agreement.confchg(joiner, joined);
        agreement.ring(joiner, kSecond); // a second time, because it has joined
    }

    const Confchg joined{{1, 2, 3}, {}, {3}};
    const Member joiner{3, 2};
};

TEST_F(AgreementWithJoiner, is_reached_if_all_members_get_the_same_from_then_on)
{
    for (const auto member : {kOne, kTwo, joiner})
        tell(member, {from(kTwo, 1)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(std::vector<std::string>{}, agreement.violations());
}

TEST_F(AgreementWithJoiner, is_broken_by_a_message_that_only_the_old_members_get)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(2U, violations());
}

TEST_F(AgreementWithJoiner, allows_it_to_miss_a_long_message_that_may_have_begun_before)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1, kLong), from(kTwo, 2)});
    tell(joiner, {from(kTwo, 2)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().excused);
}

TEST_F(AgreementWithJoiner, allows_it_to_miss_messages_before_the_first_that_it_gets)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1), from(kTwo, 2), from(kTwo, 3)});
    tell(joiner, {from(kTwo, 3)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(4U, agreement.figures().excused);
}

TEST_F(AgreementWithJoiner, allows_it_to_miss_all_messages_after_a_long_one)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1, kLong), from(kTwo, 2)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(0U, violations());
}

TEST_F(AgreementWithJoiner, is_broken_by_a_different_order_of_the_messages_that_it_gets)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1), from(kOne, 2), from(kTwo, 2)});
    tell(joiner, {from(kTwo, 2), from(kOne, 2)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(2U, violations());
}

TEST_F(AgreementWithJoiner, is_broken_if_it_misses_a_long_message_after_one_that_it_got)
{
    for (const auto member : {kOne, kTwo, joiner})
        tell(member, {from(kTwo, 1)});
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 2, kLong)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(2U, violations());
}

} // namespace
