// SPDX-License-Identifier: BSD-3-Clause
// Groups with more members than the reference supports (CPG-D25, CPG-D27).
#include "cpg_fixture.hpp"
#include "cpg_raw.hpp"

#include <algorithm>

namespace {

using namespace test;

using CpgLargeGroup = CpgTest;

constexpr std::uint32_t kFirstPid = 1'000'000;

class MoreDescriptors {
public:
    MoreDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit most{before_.rlim_max, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &most);
    }
    ~MoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    MoreDescriptors(const MoreDescriptors&) = delete;
    MoreDescriptors& operator=(const MoreDescriptors&) = delete;

private:
    rlimit before_{};
};

TEST_F(CpgLargeGroup, is_complete_in_a_confchg_and_membership_get_stays_within_its_array)
{
    const MoreDescriptors descriptors;
    constexpr std::size_t kSteps[] = {128, 129, 151, 257, 261, 384};
    Cpg cpg;
    cpg.enter("crowd");
    Members members{self()};
    std::list<RawCpg> others;
    for (const std::size_t step : kSteps) {
        while (members.size() < step) {
            const auto pid = kFirstPid + static_cast<std::uint32_t>(members.size());
            others.emplace_back().join("crowd", pid);
            members.push_back({1, pid, CPG_REASON_UNDEFINED});
            if (members.size() < step)
                others.back().stop_receiving();
        }
        ASSERT_TRUE(cpg.await([&] { return cpg.events().back().members.size() == step; }));
        auto newest = members.back();
        newest.reason = CPG_REASON_JOIN;
        EXPECT_EQ((Event{.kind = Event::confchg, .group = "crowd", .members = members, .joined = {newest}}),
                  cpg.take().back());

        // One member leaves. cpg_membership_get() gives as many as the array has room for.
        auto gone = members.back();
        gone.reason = CPG_REASON_LEAVE;
        members.pop_back();
        others.back().leave("crowd", gone.pid);
        ASSERT_TRUE(cpg.await([&] { return cpg.count() == 1; }));
        EXPECT_EQ((Event{.kind = Event::confchg, .group = "crowd", .members = members, .left = {gone}}),
                  cpg.take().back());
        others.pop_back();

        struct {
            cpg_address list[CPG_MEMBERS_MAX];
            cpg_address behind;
        } room;
        std::memset(&room, 0x5a, sizeof room);
        const auto untouched = room.behind;
        auto name = name_of("crowd");
        int count = 0;
        EXPECT_EQ(CS_OK, cpg_membership_get(cpg, &name, room.list, &count));
        const auto shown = std::min<std::size_t>(members.size(), CPG_MEMBERS_MAX);
        EXPECT_EQ(shown, static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < shown; ++i)
            EXPECT_EQ(members[i].pid, room.list[i].pid);
        EXPECT_EQ(0, std::memcmp(&untouched, &room.behind, sizeof untouched));
    }
}

} // namespace
