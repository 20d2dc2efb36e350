// SPDX-License-Identifier: BSD-3-Clause
// Joining, leaving, and the confchg events of the members.
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgMembership = CpgTest;

cs_error_t join_once(cpg_handle_t handle, std::string_view group)
{
    const auto name = name_of(group);
    return cpg_join(handle, &name);
}

Event change(const std::string& group, Members members, Members left, Members joined)
{
    return {.kind = Event::confchg,
            .group = group,
            .members = std::move(members),
            .left = std::move(left),
            .joined = std::move(joined)};
}

TEST_F(CpgMembership, begins_with_its_own_confchg)
{
    Cpg cpg;
    ASSERT_EQ(CS_OK, join_once(cpg, "begin"));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
    EXPECT_EQ(Events{change("begin", {self()}, {}, {self(CPG_REASON_JOIN)})}, cpg.take());
}

TEST_F(CpgMembership, ends_with_its_own_confchg)
{
    Cpg cpg;
    ASSERT_EQ(CS_OK, join_once(cpg, "end"));
    EXPECT_EQ(CS_OK, leave(cpg, "end"));
    ASSERT_TRUE(cpg.await([&] { return cpg.count() >= 2; }));
    EXPECT_EQ(
        (Events{change("end", {self()}, {}, {self(CPG_REASON_JOIN)}), change("end", {}, {self(CPG_REASON_LEAVE)}, {})}),
        cpg.take());
}

TEST_F(CpgMembership, cannot_be_left_before_it_was_joined)
{
    const Cpg cpg;
    EXPECT_EQ(CS_ERR_NOT_EXIST, leave(cpg, "never"));
}

TEST_F(CpgMembership, is_limited_to_one_group_per_handle)
{
    const Cpg cpg;
    EXPECT_EQ(CS_OK, join_once(cpg, "one"));
    EXPECT_EQ(CS_ERR_EXIST, join_once(cpg, "one"));
    EXPECT_EQ(CS_ERR_EXIST, join_once(cpg, "another"));
}

TEST_F(CpgMembership, is_limited_to_one_per_process_and_group)
{
    const Cpg first;
    const Cpg second;
    EXPECT_EQ(CS_OK, join_once(first, "once"));
    EXPECT_EQ(CS_ERR_EXIST, join_once(second, "once"));
    EXPECT_EQ(CS_OK, join_once(second, "twice"));
}

// CPG-D3
TEST_F(CpgMembership, that_has_ended_cannot_be_joined_again_with_the_same_handle)
{
    Cpg cpg;
    cpg.enter("ended");
    EXPECT_EQ(CS_OK, leave(cpg, "ended"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, leave(cpg, "ended"));
    EXPECT_EQ(CS_OK, send(cpg, "lost"));
    EXPECT_EQ(CS_ERR_NOT_EXIST, send(cpg, pattern(3'000'000)));
    EXPECT_EQ(CS_ERR_EXIST, join_once(cpg, "ended"));
    ASSERT_TRUE(await_members("ended", 0));
    cpg_dispatch(cpg, CS_DISPATCH_ALL);
    EXPECT_EQ(Texts{}, messages(cpg.take()));
}

// CPG-D3
TEST_F(CpgMembership, that_has_ended_does_not_allow_the_handle_to_join_other_groups)
{
    Cpg cpg;
    cpg.enter("first");
    ASSERT_EQ(CS_OK, leave(cpg, "first"));
    Background joining([&] { return join_once(cpg, "second"); });
    EXPECT_TRUE(joining.ended_within(kPatience));
    EXPECT_EQ(CS_ERR_BUSY, joining.result());
    EXPECT_TRUE(await_members("second", 0));
}

// CPG-D8
TEST_F(CpgMembership, that_has_ended_does_not_end_the_events_of_the_group)
{
    Cpg cpg;
    cpg.enter("news");
    ASSERT_EQ(CS_OK, leave(cpg, "news"));
    MemberProcess other("news");
    ASSERT_EQ("send: success", other.tell("send theirs"));
    ASSERT_TRUE(cpg.await_messages(1));
    const auto events = cpg.take();
    EXPECT_EQ(Texts{"theirs"}, messages(events));
    EXPECT_EQ((Events{change("news", {}, {self(CPG_REASON_LEAVE)}, {}),
                      change("news", {other.member()}, {}, {other.member(CPG_REASON_JOIN)})}),
              confchgs(events));
}

// CPG-D5
TEST_F(CpgMembership, ends_with_leave_whatever_its_name_argument)
{
    Cpg cpg;
    Cpg elsewhere;
    cpg.enter("right");
    elsewhere.enter("wrong");
    EXPECT_EQ(CS_OK, leave(cpg, "wrong"));
    EXPECT_TRUE(await_members("right", 0));
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 1; }));
    EXPECT_EQ(Events{change("right", {}, {self(CPG_REASON_LEAVE)}, {})}, cpg.take());
    EXPECT_EQ(CS_OK, cpg_dispatch(elsewhere, CS_DISPATCH_ALL));
    EXPECT_EQ(Events{}, elsewhere.take());
    EXPECT_EQ(Members{self()}, members_of(cpg, "wrong"));
}

TEST_F(CpgMembership, of_others_is_reported_in_order_with_its_reason)
{
    Cpg cpg;
    cpg.enter("reasons");
    MemberProcess one("reasons");
    MemberProcess two("reasons");
    MemberProcess three("reasons");
    const Member a = one.member();
    const Member b = two.member();
    const Member c = three.member();
    EXPECT_EQ("leave: success", one.tell("leave"));
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 4; }));
    EXPECT_EQ("finalize: success", two.tell("finalize"));
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 5; }));
    three.kill();
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 6; }));
    const auto with = [](Member member, std::uint32_t reason) {
        member.reason = reason;
        return Members{member};
    };
    EXPECT_EQ((Events{change("reasons", {self(), a}, {}, with(a, CPG_REASON_JOIN)),
                      change("reasons", {self(), a, b}, {}, with(b, CPG_REASON_JOIN)),
                      change("reasons", {self(), a, b, c}, {}, with(c, CPG_REASON_JOIN)),
                      change("reasons", {self(), b, c}, with(a, CPG_REASON_LEAVE), {}),
                      change("reasons", {self(), c}, with(b, CPG_REASON_PROCDOWN), {}),
                      change("reasons", {self()}, with(c, CPG_REASON_PROCDOWN), {})}),
              cpg.take());
}

// The daemon lists the new member at once or a little later.
TEST_F(CpgMembership, is_listed_soon_after_joining)
{
    const Cpg cpg;
    ASSERT_EQ(CS_OK, join_once(cpg, "soon"));
    EXPECT_TRUE(eventually([&] { return members_of(cpg, "soon") == Members{self()}; }));
}

TEST_F(CpgMembership, of_any_group_can_be_queried)
{
    Cpg cpg;
    cpg.enter("mine");
    const Cpg outside;
    EXPECT_EQ(Members{self()}, members_of(outside, "mine"));
    EXPECT_EQ(Members{}, members_of(outside, "nobody's"));
}

// The function ignores the initial value of the count.
TEST_F(CpgMembership, is_complete_whatever_the_initial_count)
{
    Cpg cpg;
    cpg.enter("count");
    for (const int before : {0, -1, 1000}) {
        auto name = name_of("count");
        cpg_address members[CPG_MEMBERS_MAX];
        int count = before;
        EXPECT_EQ(CS_OK, cpg_membership_get(cpg, &name, members, &count));
        EXPECT_EQ(1, count);
    }
}

TEST_F(CpgMembership, is_followed_by_the_totem_event_if_the_flag_is_set)
{
    Cpg with({.totem = true, .flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF});
    Cpg without({.totem = true});
    ASSERT_EQ(CS_OK, join_once(with, "totem"));
    ASSERT_EQ(CS_OK, join_once(without, "totem.not"));
    ASSERT_TRUE(with.await([&] { return with.count() == 2; }));
    ASSERT_TRUE(without.await([&] { return without.count() == 1; }));
    const auto events = with.take();
    EXPECT_EQ(Event::confchg, events[0].kind);
    EXPECT_EQ(Event::totem, events[1].kind);
    EXPECT_EQ((Members{{.nodeid = 1}}), events[1].members);
    EXPECT_EQ(1U, events[1].nodeid);
    EXPECT_LT(0U, events[1].ring);
    std::this_thread::sleep_for(kGlance);
    EXPECT_EQ(CS_OK, cpg_dispatch(without, CS_DISPATCH_ALL));
    EXPECT_EQ(1U, without.count());
}

// CPG-D6: the group's member is the process that joined.
TEST_F(CpgMembership, can_be_ended_by_a_child)
{
    Cpg cpg;
    cpg.enter("fork");
    EXPECT_EQ(0, in_child([&] { return leave(cpg, "fork") == CS_OK ? 0 : 1; }));
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_TRUE(await_members("fork", 0));
}

// Decision 4
TEST_F(CpgMembership, is_not_ended_by_a_child_that_finalizes)
{
    Cpg cpg;
    cpg.enter("child");
    EXPECT_EQ(0, in_child([&] { return cpg_finalize(cpg) == CS_OK ? 0 : 1; }));
    EXPECT_EQ(Members{self()}, members_of(cpg, "child"));
    ASSERT_EQ(CS_OK, send(cpg, "still here"));
    EXPECT_TRUE(cpg.await_messages(1));
    EXPECT_EQ(0U, confchgs(cpg.take()).size());
}

} // namespace
