// SPDX-License-Identifier: BSD-3-Clause
// Three nodes split and merge. All members of a group get the same events, on every node.
#include "cpg_fixture.hpp"
#include "support/cluster.hpp"

#include <algorithm>
#include <tuple>

namespace {

using namespace test;

constexpr const char* kGroup = "cluster";

Member on(std::uint32_t node, std::uint32_t reason = CPG_REASON_UNDEFINED)
{
    return {node, own_pid(), reason};
}

Event change(Members members, Members left, Members joined)
{
    return {.kind = Event::confchg,
            .group = kGroup,
            .members = std::move(members),
            .left = std::move(left),
            .joined = std::move(joined)};
}

// One cluster for all tests of the suite, with a member of the group on each node. Each test leaves the cluster merged.
class CpgCluster : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        cluster_ = std::make_unique<Cluster>(3);
        for (int node = 1; node <= 3; ++node)
            cluster_->beside(node, [] {
                await_settled();
                return 0;
            });
    }
    static void TearDownTestSuite() { cluster_.reset(); }
    static Cluster& cluster() { return *cluster_; }

    static std::unique_ptr<Cpg> client_of(int node, Wanted wanted = {.totem = true})
    {
        return cluster().beside(node, [&] { return std::make_unique<Cpg>(wanted); });
    }
    static std::unique_ptr<MemberProcess> process_of(int node)
    {
        return cluster().beside(node, [] { return std::make_unique<MemberProcess>(kGroup); });
    }

    CpgCluster()
    {
        for (const auto* cpg : all)
            EXPECT_EQ(CS_OK, join(*cpg, kGroup));
        for (auto* cpg : all)
            EXPECT_TRUE(cpg->await([&] { return cpg->count() > 0 && cpg->events().back().members.size() == 3; }));
        forget();
    }
    ~CpgCluster() override
    {
        for (auto* cpg : all)
            cpg->finalize();
        for (int node = 1; node <= 3; ++node) // until each daemon knows that the group is empty
            EXPECT_TRUE(cluster().beside(node, [] { return await_members(kGroup, 0); }));
    }

    void forget()
    {
        for (auto* cpg : all)
            cpg->take();
    }

    // The events of each member until the cluster's membership has changed: the confchg and the totem event after it.
    static Events await_change(Cpg& cpg)
    {
        EXPECT_TRUE(cpg.await([&] { return !totems(cpg.events()).empty(); }));
        return cpg.take();
    }

    const std::unique_ptr<Cpg> one = client_of(1);
    const std::unique_ptr<Cpg> two = client_of(2);
    const std::unique_ptr<Cpg> three = client_of(3);
    Cpg* const all[3] = {one.get(), two.get(), three.get()};

private:
    static inline std::unique_ptr<Cluster> cluster_;
};

void expect_totem(const Event& event, unsigned representative, const std::vector<std::uint32_t>& nodes)
{
    EXPECT_EQ(Event::totem, event.kind);
    EXPECT_EQ(representative, event.nodeid);
    std::vector<std::uint32_t> seen;
    for (const auto& member : event.members)
        seen.push_back(member.nodeid);
    EXPECT_EQ(nodes, seen);
}

TEST_F(CpgCluster, delivers_all_messages_in_the_same_order_on_every_node)
{
    constexpr std::size_t kEach = 300;
    {
        std::list<Background<bool>> senders;
        for (const auto* cpg : all)
            senders.emplace_back([cpg] {
                bool right = true;
                for (std::size_t i = 0; i < kEach; ++i) // every 50th message is long
                    right = send(*cpg, std::to_string(i) + std::string(i % 50 == 7 ? 1'500'000 : 20, '.')) == CS_OK &&
                            right;
                return right;
            });
        for (auto& sender : senders)
            EXPECT_EQ(true, sender.result());
    }
    for (auto* cpg : all)
        ASSERT_TRUE(cpg->await_messages(3 * kEach));
    const auto seen = one->take();
    EXPECT_EQ(3 * kEach, seen.size());
    EXPECT_TRUE(seen == two->take());
    EXPECT_TRUE(seen == three->take());
    std::size_t next[4] = {};
    for (const auto& event : seen) {
        ASSERT_EQ(own_pid(), event.pid);
        ASSERT_EQ(std::to_string(next[event.nodeid]++), event.data.substr(0, event.data.find('.')));
    }
}

TEST_F(CpgCluster, reports_a_node_that_is_cut_off_and_its_return_with_all_its_processes_in_one_event)
{
    const auto watching = client_of(2); // it has not joined
    const auto process = process_of(3);
    const auto with = [&](std::uint32_t reason) { return process->member(reason, 3); };
    for (auto* cpg : all)
        ASSERT_TRUE(cpg->await([&] { return cpg->count() == 1; }));
    forget();
    Members node_3_lost{on(3, CPG_REASON_NODEDOWN), with(CPG_REASON_NODEDOWN)};
    Members whole{on(1), on(2), on(3), with(CPG_REASON_UNDEFINED)};
    const auto by_process = [](const Member& a, const Member& b) {
        return std::tuple(a.nodeid, a.pid, a.reason) < std::tuple(b.nodeid, b.pid, b.reason);
    };
    const auto sorted = [&](Members members) {
        std::sort(members.begin(), members.end(), by_process);
        return members;
    };
    const Members node_3_back = sorted({on(3, CPG_REASON_NODEUP), with(CPG_REASON_NODEUP)});
    const auto in_order = [&](Events events) { // the members that came back have no fixed order
        for (auto& event : events) {
            event.left = sorted(event.left);
            event.joined = sorted(event.joined);
        }
        return events;
    };

    cluster().cut_off(3);
    std::uint64_t ring = 0;
    for (auto* cpg : {one.get(), two.get()}) {
        const auto events = in_order(await_change(*cpg));
        ASSERT_EQ(2U, events.size());
        EXPECT_EQ(change({on(1), on(2)}, sorted(node_3_lost), {}), events[0]);
        expect_totem(events[1], 1, {1, 2});
        ring = events[1].ring;
    }
    const auto alone = in_order(await_change(*three));
    ASSERT_LE(2U, alone.size());
    EXPECT_EQ(change(sorted({on(3), with(CPG_REASON_UNDEFINED)}),
                     {on(1, CPG_REASON_NODEDOWN), on(2, CPG_REASON_NODEDOWN)}, {}),
              alone[0]);
    expect_totem(alone[1], 3, {3});
    const auto watched = await_change(*watching);
    EXPECT_EQ(1U, watched.size());
    expect_totem(watched.back(), 1, {1, 2});

    cluster().reconnect(3);
    // Before the common ring forms, any node may have lost another one for a moment.
    for (auto* cpg : all) {
        ASSERT_TRUE(cpg->await([&] {
            const auto rings = totems(cpg->events());
            return !rings.empty() && rings.back().members.size() == 3;
        }));
        const auto events = in_order(cpg->take());
        expect_totem(totems(events).back(), 1, {1, 2, 3});
        EXPECT_LT(ring, totems(events).back().ring);
        EXPECT_EQ(sorted(whole), sorted(confchgs(events).back().members));
        if (cpg == three.get())
            continue;
        const auto back = [&](const Event& event) {
            return std::includes(event.joined.begin(), event.joined.end(), node_3_back.begin(), node_3_back.end(),
                                 by_process);
        };
        EXPECT_EQ(1, std::ranges::count_if(confchgs(events), back));
    }
    cluster().await_complete();
    for (auto* cpg : all)
        EXPECT_EQ(CS_OK, send(*cpg, "together"));
    for (auto* cpg : all)
        EXPECT_TRUE(cpg->await_messages(3));
}

TEST_F(CpgCluster, reports_a_process_that_is_killed)
{
    const auto process = process_of(2);
    const auto victim = process->member(CPG_REASON_PROCDOWN, 2);
    for (auto* cpg : all)
        ASSERT_TRUE(cpg->await([&] { return cpg->count() == 1; }));
    forget();
    process->kill();
    for (auto* cpg : all) {
        ASSERT_TRUE(cpg->await([&] { return cpg->count() == 1; }));
        EXPECT_EQ(change({on(1), on(2), on(3)}, {victim}, {}), cpg->take().front());
    }
}

TEST_F(CpgCluster, reports_a_daemon_that_is_killed_and_its_clients_fail)
{
    cluster().kill(3);
    for (auto* cpg : {one.get(), two.get()})
        EXPECT_EQ(change({on(1), on(2)}, {on(3, CPG_REASON_NODEDOWN)}, {}), await_change(*cpg).front());
    EXPECT_TRUE(eventually([&] { return cpg_dispatch(*three, CS_DISPATCH_ALL) == CS_ERR_LIBRARY; }));
    cluster().restart(3);
    cluster().await_complete();
}

TEST_F(CpgCluster, reports_a_daemon_that_ends)
{
    EXPECT_EQ(0, cluster().terminate(3));
    for (auto* cpg : {one.get(), two.get()})
        EXPECT_EQ(change({on(1), on(2)}, {on(3, CPG_REASON_PROCDOWN)}, {}), await_change(*cpg).front());
    cluster().restart(3);
    cluster().await_complete();
}

// No member gets a part of a message, whatever stops the sender.
constexpr std::size_t kHuge = 60'000'000;

bool all_are(const std::string& text, const Texts& texts)
{
    return std::all_of(texts.begin(), texts.end(), [&](const std::string& one) { return one == text; });
}

TEST_F(CpgCluster, never_delivers_part_of_a_message_if_its_sender_is_killed)
{
    const auto process = process_of(2);
    const auto victim = process->member(CPG_REASON_PROCDOWN, 2);
    for (auto* cpg : all)
        ASSERT_TRUE(cpg->await([&] { return cpg->count() == 1; }));
    forget();
    process->say("large " + std::to_string(kHuge));
    std::this_thread::sleep_for(150ms); // sending takes a second in all
    process->kill();
    const auto next = process_of(2);
    ASSERT_EQ("large: success", next->tell("large 3000000"));
    for (auto* cpg : all) {
        ASSERT_TRUE(cpg->await_messages(1));
        const auto events = cpg->take();
        ASSERT_EQ(3U, events.size());
        EXPECT_EQ(Members{victim}, events[0].left);
        EXPECT_EQ(Members{next->member(CPG_REASON_JOIN, 2)}, events[1].joined);
        EXPECT_TRUE(events[2].data == pattern(3'000'000));
    }
}

TEST_F(CpgCluster, never_delivers_part_of_a_message_if_another_process_joins_meanwhile)
{
    const auto huge = pattern(kHuge);
    std::size_t times = 0; // so many were sent before a joiner met one
    Background sending([&] {
        cs_error_t error = CS_OK;
        while (error == CS_OK || error == CS_ERR_TRY_AGAIN) {
            error = send_once(*two, huge);
            times += error == CS_OK;
        }
        return error;
    });
    while (!sending.ended_within(0ms))
        process_of(1); // joins, and is killed at once
    EXPECT_EQ(CS_ERR_INTERRUPT, sending.result());
    const auto again = pattern(5'000'000, 1);
    EXPECT_EQ(CS_OK, send(*two, again));
    for (auto* cpg : all) {
        ASSERT_TRUE(cpg->await_messages(times + 1));
        auto texts = messages(cpg->take());
        EXPECT_TRUE(again == texts.back());
        texts.pop_back();
        EXPECT_TRUE(all_are(huge, texts));
    }
}

TEST_F(CpgCluster, never_delivers_part_of_a_message_if_its_sender_is_cut_off)
{
    const auto huge = pattern(kHuge);
    Background sending([&] { return send_once(*three, huge); });
    std::this_thread::sleep_for(100ms);
    cluster().cut_off(3);
    for (auto* cpg : {one.get(), two.get()})
        EXPECT_TRUE(all_are(huge, messages(await_change(*cpg))));
    const auto error = sending.result(); // CS_OK on a busy machine, where all was sent before the link was cut
    EXPECT_TRUE(error == CS_ERR_INTERRUPT || error == CS_ERR_TRY_AGAIN || error == CS_OK) << *error;
    cluster().reconnect(3);
    cluster().await_complete();
    for (auto* cpg : all)
        ASSERT_TRUE(cpg->await([&] {
            return cpg->count() > 0 && !totems(cpg->events()).empty() && cpg->events().back().members.size() == 3;
        }));
    for (auto* cpg : all)
        EXPECT_TRUE(all_are(huge, messages(cpg->take())));
    const auto again = pattern(5'000'000, 1);
    cs_error_t second = CS_OK;
    EXPECT_TRUE(eventually([&] { return (second = send(*three, again)) != CS_ERR_INTERRUPT; }));
    EXPECT_EQ(CS_OK, second);
    for (auto* cpg : all) {
        ASSERT_TRUE(cpg->await_messages(1));
        EXPECT_TRUE(Texts{again} == messages(cpg->take()));
    }
}

} // namespace
