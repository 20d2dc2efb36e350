// Several threads with a handle in common, and finalize while they are busy with it.
#include "support/sanitizers.hpp"
#include "votequorum_fixture.hpp"

#include <atomic>

namespace {

using namespace test;

using VotequorumThread = VotequorumTest;
using VotequorumThreadAtDeath = VotequorumFreshTest;

constexpr cs_dispatch_flags_t kWaiting[] = {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING};
constexpr int kCalls = kSanitized ? 1000 : 3000;
constexpr std::size_t kSmallStack = kSanitized ? 1 << 20 : 64 << 10; // the sanitizers' frames are large
constexpr std::size_t kGuardBelow = 4 << 20;

// Row 25, VQ-D5
TEST_F(VotequorumThread, that_waits_in_dispatch_is_woken_by_finalize)
{
    for (const auto flag : kWaiting) {
        Votequorum votequorum;
        const votequorum_handle_t handle = votequorum;
        const int fd = votequorum.fd();
        Background dispatching([=] { return votequorum_dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        EXPECT_EQ(CS_OK, votequorum.finalize());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

// Row 26, VQ-D5
TEST_F(VotequorumThread, that_waits_in_dispatch_gets_no_callback_after_finalize)
{
    for (const auto flag : kWaiting) {
        Votequorum votequorum;
        const votequorum_handle_t handle = votequorum;
        ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CHANGES_ONLY));
        Background dispatching([=] { return votequorum_dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        EXPECT_EQ(CS_OK, votequorum.finalize());
        EXPECT_EQ(CS_OK, votequorum_setexpected(Votequorum(), 1));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        EXPECT_EQ(Texts{}, votequorum.take()) << flag;
    }
}

// 4.4
TEST_F(VotequorumThread, may_make_requests_while_another_waits_in_dispatch)
{
    Votequorum votequorum;
    Background dispatching([&] { return votequorum.dispatch(CS_DISPATCH_ONE); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(1U, votequorum.info().node_id);
    EXPECT_FALSE(dispatching.ended_within(0ms));
    EXPECT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ(CS_OK, dispatching.result());
}

// Row 27: each event once
TEST_F(VotequorumThreadAtDeath, may_dispatch_beside_another)
{
    constexpr std::size_t kTimes = 100;
    Votequorum votequorum;
    const auto dispatch = [&] { return votequorum.dispatch(CS_DISPATCH_BLOCKING); };
    Background one(dispatch);
    Background two(dispatch);
    ASSERT_TRUE(one.thread().falls_asleep() && two.thread().falls_asleep());
    for (std::size_t i = 0; i < kTimes; ++i)
        ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT, i));
    EXPECT_TRUE(eventually([&] { return votequorum.count() == 2 * kTimes; }));
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, one.result());
    EXPECT_EQ(CS_ERR_LIBRARY, two.result());

    std::size_t of_each[kTimes] = {};
    for (const auto& notice : votequorum.take_notices())
        ++of_each[notice.context];
    for (const auto count : of_each)
        EXPECT_EQ(2U, count);
}

// Row 28, VQ-D1, C13
TEST_F(VotequorumThread, with_a_handle_in_common_gets_its_own_answers)
{
    const Votequorum votequorum;
    const auto ask = [&](unsigned node, cs_error_t expected) {
        int wrong = 0;
        for (int i = 0; i < kCalls; ++i) {
            votequorum_info info{};
            wrong += votequorum_getinfo(votequorum, node, &info) != expected || info.node_id != (node == 0 ? 1 : 0);
        }
        return wrong;
    };
    Background one([&] { return ask(0, CS_OK); });
    Background two([&] { return ask(99, CS_ERR_NOT_EXIST); });
    Background three([&] { return ask(0, CS_OK); });
    Background four([&] { return ask(99, CS_ERR_NOT_EXIST); });
    for (auto* asking : {&one, &two, &three, &four})
        EXPECT_EQ(0, asking->result());
}

// Row 29, VQ-D8. Whatever reaches below the stack, however far, hits memory that nobody may touch.
TEST_F(VotequorumThread, with_a_small_stack_may_do_everything)
{
    int wrong = 0;
    Thread small(
        [&] {
            votequorum_handle_t handle = kNoHandle;
            votequorum_callbacks_t callbacks{};
            wrong += votequorum_initialize(&handle, &callbacks) != CS_OK;
            for (const auto& [name, kind, call] : calls_with_a_handle())
                wrong += kind != HandleCall::finalize && call(handle) == CS_ERR_LIBRARY;
            wrong += votequorum_trackstart(handle, 0, CS_TRACK_CURRENT) == CS_ERR_LIBRARY;
            wrong += votequorum_dispatch(handle, CS_DISPATCH_ONE) != CS_OK;
            wrong += votequorum_dispatch(handle, CS_DISPATCH_ALL) != CS_OK;
            wrong += votequorum_finalize(handle) != CS_OK;
        },
        {.size = kSmallStack, .guard = kGuardBelow});
    small.join();
    EXPECT_EQ(0, wrong);
}

// Row 55, decision 12
TEST_F(VotequorumThread, with_a_request_under_way_gets_its_answer_though_the_handle_is_finalized)
{
    Votequorum votequorum;
    const votequorum_handle_t handle = votequorum;
    const int fd = votequorum.fd();
    votequorum_info info{};
    Freeze freeze(daemon());
    Background asking([handle, &info] { return votequorum_getinfo(handle, 0, &info); });
    ASSERT_TRUE(asking.thread().falls_asleep());

    EXPECT_EQ(CS_OK, votequorum.finalize());
    EXPECT_FALSE(asking.ended_within(kGlance));
    votequorum_info other;
    EXPECT_EQ(CS_ERR_BAD_HANDLE, votequorum_getinfo(handle, 0, &other));
    freeze.thaw();

    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(1U, info.node_id);
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
