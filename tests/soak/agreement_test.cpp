// SPDX-License-Identifier: BSD-3-Clause
// The soak test's judge finds each kind of contradiction, and finds none in a run that is right.
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

// Members 1, 2 and 3 in the first ring, to be told something.
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

    // As the node's daemon sees it.
    void form(std::uint32_t node, Ring ring, const std::string& members)
    {
        logs[node] += "notice [TOTEM ] A new membership (" + text_of(ring) + ") was formed. Members " + members + "\n";
    }

    std::map<std::uint32_t, std::string> logs;
    Agreement agreement{[this](std::uint32_t node) { return logs[node]; }};
};

TEST_F(AgreementTest, is_reached_where_all_are_told_the_same)
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

TEST_F(AgreementTest, is_broken_by_two_messages_in_another_order)
{
    tell(kOne, {from(kTwo, 1), from(kThree, 1)});
    tell(kTwo, {from(kThree, 1), from(kTwo, 1)});
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_that_only_one_is_told)
{
    tell(kOne, {from(kThree, 1), from(kThree, 2)});
    tell(kTwo, {from(kThree, 1)});
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_that_is_told_twice)
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

TEST_F(AgreementTest, does_not_need_an_own_message_that_the_daemon_dropped)
{
    drop(2, 2);
    tell(kTwo, {from(kTwo, 1), from(kTwo, 3), from(kTwo, 4), from(kTwo, 6)});
    EXPECT_EQ(0U, violations());
    tell(kTwo, {from(kTwo, 8)});
    EXPECT_EQ(1U, violations());
    EXPECT_EQ(3U, agreement.figures().dropped);
}

TEST_F(AgreementTest, needs_an_own_message_that_another_ones_daemon_dropped)
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

TEST_F(AgreementTest, is_broken_by_another_size)
{
    tell(kOne, {from(kTwo, 1, 100)});
    tell(kThree, {from(kTwo, 1, 101)});
    move({kOne, kThree}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_another_view_of_the_group)
{
    agreement.confchg(kOne, kThreeLeft);
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_a_message_on_the_wrong_side_of_a_ring)
{
    tell(kOne, {from(kThree, 1)});
    move({kOne, kTwo}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, does_not_need_what_others_are_told_elsewhere)
{
    tell(kOne, {from(kTwo, 1), from(kThree, 1)});
    tell(kTwo, {from(kTwo, 1), from(kThree, 1)});
    tell(kThree, {from(kTwo, 1), from(kThree, 1), from(kThree, 2)});
    move({kOne, kTwo}, kSecond);
    move({kThree}, kElsewhere);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().apart);
}

// The nodes part and meet, and nobody is told of the rings in between, nor that anybody left.
TEST_F(AgreementTest, does_not_need_what_others_are_told_elsewhere_if_they_are_back_at_once)
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
    // Then 3 may miss the end of what had begun before.
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 3, kLong), from(kTwo, 4)});
    tell(kThree, {from(kTwo, 4)});
    move({kOne, kTwo, kThree}, {1, 16});
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().excused);
}

TEST_F(AgreementTest, does_not_need_it_either_if_the_daemon_of_one_of_them_saw_the_other_leave)
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

TEST_F(AgreementTest, needs_what_the_others_are_told_if_they_part_later)
{
    form(3, kFirst, "joined: 1 2 3");
    form(3, kSecond, "joined: 4");
    form(3, {3, 12}, "left: 1 2");
    tell(kOne, {from(kTwo, 1)});
    move({kOne, kThree}, kSecond);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_who_is_told_in_another_order_and_goes_elsewhere)
{
    tell(kOne, {from(kTwo, 1), from(kThree, 1)});
    tell(kThree, {from(kThree, 1), from(kTwo, 1)});
    move({kOne}, kSecond);
    move({kThree}, kElsewhere);
    EXPECT_EQ(1U, violations());
}

TEST_F(AgreementTest, is_broken_by_who_is_told_in_another_order_and_dies)
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
        agreement.ring(joiner, {3, 4}); // when it had connected and not yet joined
        agreement.ring(joiner, kSecond);
        agreement.confchg(joiner, joined);
        agreement.ring(joiner, kSecond); // because it has joined
    }

    const Confchg joined{{1, 2, 3}, {}, {3}};
    const Member joiner{3, 2};
};

TEST_F(AgreementWithJoiner, is_reached_where_all_are_told_the_same_from_then_on)
{
    for (const auto member : {kOne, kTwo, joiner})
        tell(member, {from(kTwo, 1)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(std::vector<std::string>{}, agreement.violations());
}

TEST_F(AgreementWithJoiner, is_broken_by_what_only_the_old_ones_are_told)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(2U, violations());
}

TEST_F(AgreementWithJoiner, does_not_need_a_long_message_that_may_have_begun_before)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1, kLong), from(kTwo, 2)});
    tell(joiner, {from(kTwo, 2)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(2U, agreement.figures().excused);
}

TEST_F(AgreementWithJoiner, does_not_need_what_comes_before_the_first_that_it_is_told)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1), from(kTwo, 2), from(kTwo, 3)});
    tell(joiner, {from(kTwo, 3)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(0U, violations());
    EXPECT_EQ(4U, agreement.figures().excused);
}

TEST_F(AgreementWithJoiner, needs_not_have_been_told_anything_behind_a_long_message)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1, kLong), from(kTwo, 2)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(0U, violations());
}

TEST_F(AgreementWithJoiner, is_told_in_the_order_of_the_others_what_it_does_not_miss)
{
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 1), from(kOne, 2), from(kTwo, 2)});
    tell(joiner, {from(kTwo, 2), from(kOne, 2)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(2U, violations());
}

TEST_F(AgreementWithJoiner, needs_a_long_message_behind_one_that_it_was_told)
{
    for (const auto member : {kOne, kTwo, joiner})
        tell(member, {from(kTwo, 1)});
    for (const auto member : {kOne, kTwo})
        tell(member, {from(kTwo, 2, kLong)});
    move({kOne, kTwo, joiner}, kLater);
    EXPECT_EQ(2U, violations());
}

} // namespace
