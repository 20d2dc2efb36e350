// SPDX-License-Identifier: BSD-3-Clause
// Iterations over groups and their members.
#include "cpg_fixture.hpp"

#include <algorithm>

namespace {

using namespace test;

struct Item {
    std::string group;
    std::uint32_t nodeid;
    std::uint32_t pid;
    auto operator<=>(const Item&) const = default;
};
using Items = std::vector<Item>;

void PrintTo(const Item& item, std::ostream* out)
{
    *out << item.group << ' ' << item.nodeid << ':' << item.pid;
}

class Iteration {
public:
    Iteration(cpg_handle_t cpg, cpg_iteration_type_t type, const char* group = nullptr)
    {
        const auto name = name_of(group ? group : "");
        EXPECT_EQ(CS_OK, cpg_iteration_initialize(cpg, type, group ? &name : nullptr, &handle_));
    }
    ~Iteration()
    {
        if (handle_ != kNoHandle) {
            EXPECT_EQ(CS_OK, finalize());
        }
    }
    Iteration(const Iteration&) = delete;
    Iteration& operator=(const Iteration&) = delete;

    operator cpg_iteration_handle_t() const { return handle_; }
    cs_error_t finalize() { return cpg_iteration_finalize(std::exchange(handle_, kNoHandle)); }

    // All remaining entries, sorted, because their order is not defined.
    Items rest() const
    {
        Items items;
        cpg_iteration_description_t description;
        cs_error_t error = CS_OK;
        while ((error = cpg_iteration_next(handle_, &description)) == CS_OK)
            items.push_back({{description.group.value, description.group.length}, description.nodeid, description.pid});
        EXPECT_EQ(CS_ERR_NO_SECTIONS, error);
        std::sort(items.begin(), items.end());
        return items;
    }

private:
    cpg_iteration_handle_t handle_ = kNoHandle;
};

// Two groups: this process has joined both, and another one the first.
class CpgIteration : public CpgTest {
protected:
    CpgIteration() : other("pair")
    {
        pair.enter("pair");
        single.enter("single");
    }
    ~CpgIteration() override { other.kill(); }

    Items all() const
    {
        Items items{{"pair", 1, own_pid()}, {"pair", 1, other.member().pid}, {"single", 1, own_pid()}};
        std::sort(items.begin(), items.end());
        return items;
    }

    Cpg pair;
    Cpg single;
    MemberProcess other;
};

TEST_F(CpgIteration, of_all_gives_every_member_of_every_group)
{
    EXPECT_EQ(all(), Iteration(pair, CPG_ITERATION_ALL).rest());
}

TEST_F(CpgIteration, of_names_gives_every_group_once)
{
    EXPECT_EQ((Items{{"pair", 0, 0}, {"single", 0, 0}}), Iteration(Cpg(), CPG_ITERATION_NAME_ONLY).rest());
}

TEST_F(CpgIteration, of_one_group_gives_its_members)
{
    EXPECT_EQ((Items{{"single", 1, own_pid()}}), Iteration(pair, CPG_ITERATION_ONE_GROUP, "single").rest());
    EXPECT_EQ(2U, Iteration(pair, CPG_ITERATION_ONE_GROUP, "pair").rest().size());
}

TEST_F(CpgIteration, of_an_unknown_group_gives_nothing)
{
    EXPECT_EQ(Items{}, Iteration(pair, CPG_ITERATION_ONE_GROUP, "nobody's").rest());
}

// CPG-D32
TEST_F(CpgIteration, at_its_end_does_not_change_the_description_and_starts_again)
{
    const Iteration iteration(pair, CPG_ITERATION_ALL);
    EXPECT_EQ(3U, iteration.rest().size());
    EXPECT_EQ(all(), iteration.rest());
    const Iteration empty(pair, CPG_ITERATION_ONE_GROUP, "nobody's");
    cpg_iteration_description_t description;
    std::memset(&description, 0x5a, sizeof description);
    const auto before = description;
    EXPECT_EQ(CS_ERR_NO_SECTIONS, cpg_iteration_next(empty, &description));
    EXPECT_EQ(0, std::memcmp(&before, &description, sizeof before));
}

TEST_F(CpgIteration, gives_the_state_at_its_begin)
{
    const Iteration iteration(pair, CPG_ITERATION_ALL);
    cpg_iteration_description_t description;
    EXPECT_EQ(CS_OK, cpg_iteration_next(iteration, &description));
    Cpg newcomer;
    newcomer.enter("newcomer");
    EXPECT_EQ(2U, iteration.rest().size());
    EXPECT_EQ(all(), iteration.rest());
}

TEST_F(CpgIteration, is_independent_of_many_others)
{
    std::list<Iteration> iterations;
    for (int i = 0; i < 30; ++i)
        iterations.emplace_back(i % 2 == 0 ? pair : single, CPG_ITERATION_ALL);
    for (const auto& iteration : iterations)
        EXPECT_EQ(all(), iteration.rest());
    iterations.pop_front();
    for (const auto& iteration : iterations)
        EXPECT_EQ(all(), iteration.rest());
}

TEST_F(CpgIteration, can_be_finalized_only_once)
{
    Iteration iteration(pair, CPG_ITERATION_ALL);
    const cpg_iteration_handle_t handle = iteration;
    cpg_iteration_description_t description;
    EXPECT_EQ(CS_OK, iteration.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_finalize(handle));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(handle, &description));
}

TEST_F(CpgIteration, ends_with_its_handle)
{
    cpg_iteration_handle_t iteration = kNoHandle;
    cpg_iteration_description_t description;
    {
        const Cpg cpg;
        ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
        EXPECT_EQ(CS_OK, cpg_iteration_next(iteration, &description));
    }
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(iteration, &description));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_finalize(iteration));
}

} // namespace
