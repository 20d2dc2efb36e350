// SPDX-License-Identifier: BSD-3-Clause
// What cpg.h promises of single functions and callbacks.
#include "integration/cpg_fixture.hpp"
#include "support/environment.hpp"
#include "support/raw_daemon.hpp"

#include <atomic>

namespace {

using namespace test;

using CpgPromise = CpgTest;

// A lower limit of "about a second": who is slower than that is busy.
constexpr Duration kAlmostASecond = 900ms;

template <class Call> Duration duration_of(Call call)
{
    const auto start = Clock::now();
    call();
    return Clock::now() - start;
}

int confchgs_told;

TEST_F(CpgPromise, of_a_copy_is_kept_for_the_callbacks)
{
    for (const bool with_model : {false, true}) {
        confchgs_told = 0;
        cpg_callbacks_t callbacks{};
        callbacks.cpg_confchg_fn = [](auto...) { ++confchgs_told; };
        cpg_model_v1_data_t model{};
        model.cpg_confchg_fn = callbacks.cpg_confchg_fn;
        auto* const data = reinterpret_cast<cpg_model_data_t*>(&model);
        cpg_handle_t handle = kNoHandle;
        ASSERT_EQ(CS_OK, with_model ? cpg_model_initialize(&handle, CPG_MODEL_V1, data, nullptr)
                                    : cpg_initialize(&handle, &callbacks));
        std::memset(&callbacks, 0x5a, sizeof callbacks);
        std::memset(&model, 0x5a, sizeof model);
        EXPECT_EQ(CS_OK, join(handle, "copy"));
        EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE));
        EXPECT_EQ(1, confchgs_told);
        EXPECT_EQ(CS_OK, cpg_finalize(handle));
    }
}

// The companion has joined before and has the larger process id.
TEST_F(CpgPromise, of_order_by_process_is_kept_whoever_joined_first)
{
    MemberProcess earlier("sorted");
    ASSERT_LT(own_pid(), earlier.member().pid);
    const Members expected{self(), earlier.member()};
    Cpg cpg;
    ASSERT_EQ(CS_OK, join(cpg, "sorted"));
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 1; }));
    EXPECT_EQ(expected, cpg.take().front().members);
    EXPECT_EQ(expected, members_of(cpg, "sorted"));
}

bool lists_are_there;
cs_error_t inner_dispatch;

void look_at_lists(cpg_handle_t handle, const cpg_name* group, const cpg_address* members, std::size_t member_count,
                   const cpg_address* left, std::size_t left_count, const cpg_address* joined, std::size_t joined_count)
{
    lists_are_there = members != nullptr && left != nullptr && joined != nullptr;
    EXPECT_TRUE(left_count == 0 || joined_count == 0);
    EXPECT_EQ(joined_count, member_count);
    inner_dispatch = cpg_dispatch(handle, CS_DISPATCH_ALL);
    EXPECT_EQ(5U, group->length);
    EXPECT_EQ(0, std::memcmp("lists", group->value, 5));
}

// In all three lists at one time or another, and with other changes told meanwhile.
TEST_F(CpgPromise, of_lists_and_names_holds_though_they_are_empty_and_other_callbacks_run)
{
    cpg_callbacks_t callbacks{};
    callbacks.cpg_confchg_fn = look_at_lists;
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    ASSERT_EQ(CS_OK, join(handle, "lists"));
    lists_are_there = false;
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE)); // nobody has left
    EXPECT_TRUE(lists_are_there);
    EXPECT_EQ(CS_OK, leave(handle, "lists"));
    lists_are_there = false;
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE)); // nobody is in it, nobody has joined
    EXPECT_TRUE(lists_are_there);
    EXPECT_EQ(CS_OK, inner_dispatch);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

TEST_F(CpgPromise, of_sending_without_waiting_is_kept_until_a_stopped_daemon_has_left_hundreds_unread)
{
    constexpr int kSome = 200;
    Cpg cpg;
    cpg.enter("some");
    std::atomic<int> taken = 0;
    {
        const Freeze freeze(daemon());
        Background sending([&] {
            cs_error_t error = CS_OK;
            for (; taken < kSome && error == CS_OK; ++taken)
                error = send_once(cpg, "x");
            return error;
        });
        ASSERT_TRUE(sending.ended_within(kPatience)) << taken;
        // A socket may have no room for so many, but never makes its sender wait.
        const bool refused = transport() == Transport::socket && sending.result() == CS_ERR_TRY_AGAIN;
        EXPECT_TRUE(refused || sending.result() == CS_OK) << taken;
        taken -= refused;
    }
    EXPECT_TRUE(cpg.await_messages(static_cast<std::size_t>(taken.load())));
}

TEST_F(CpgPromise, of_another_group_is_refused_after_a_second_of_trying)
{
    Cpg cpg;
    cpg.enter("left");
    ASSERT_EQ(CS_OK, leave(cpg, "left"));
    const auto other = name_of("other");
    EXPECT_GE(duration_of([&] { EXPECT_EQ(CS_ERR_BUSY, cpg_join(cpg, &other)); }), kAlmostASecond);
}

TEST(CpgPromiseOfLongMessages, is_to_try_for_a_second)
{
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "ring"};
    RawDaemon daemon({RawDaemon::honest}, {.service = "cpg"});
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    daemon.end().flow_control(1);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, send_once(handle, "small"));
    EXPECT_GE(duration_of([&] { EXPECT_EQ(CS_ERR_TRY_AGAIN, send_once(handle, std::string(kAtomic + 1, 'x'))); }),
              kAlmostASecond);
    EXPECT_FALSE(daemon.end().request({})) << "nothing was done";
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_finalize(handle));
}

TEST_F(CpgPromise, of_a_finalize_that_waits_for_no_other_request_is_kept)
{
    Cpg cpg;
    cpg.enter("other");
    Freeze freeze(daemon());
    Background asking([handle = cpg_handle_t{cpg}] {
        unsigned nodeid = 0;
        return cpg_local_get(handle, &nodeid);
    });
    ASSERT_TRUE(asking.thread().falls_asleep());
    Background finalizing([&] { return cpg.finalize(); });
    EXPECT_TRUE(finalizing.ended_within(kPatience));
    EXPECT_EQ(CS_OK, finalizing.result());
    EXPECT_FALSE(asking.ended_within({}));
    freeze.thaw();
    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_TRUE(await_members("other", 0));
}

// The group's member is the process that joined, and so is the sender.
TEST_F(CpgPromise, of_one_member_is_kept_though_a_child_sends)
{
    Cpg cpg;
    cpg.enter("child");
    EXPECT_EQ(0, in_child([&] { return send(cpg, "from the child") == CS_OK ? 0 : 1; }));
    ASSERT_TRUE(cpg.await_messages(1));
    EXPECT_EQ(own_pid(), cpg.take().front().pid);
    EXPECT_EQ(Members{self()}, members_of(cpg, "child"));
}

} // namespace
