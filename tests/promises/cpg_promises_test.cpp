// SPDX-License-Identifier: BSD-3-Clause
// Promises of cpg.h about single functions and callbacks.
#include "integration/cpg_fixture.hpp"
#include "support/environment.hpp"
#include "support/raw_daemon.hpp"

#include <atomic>

namespace {

using namespace test;

using CpgPromise = CpgTest;

// A lower limit of "about a second". There is no upper limit, because the machine may be busy.
constexpr Duration kAlmostASecond = 900ms;

template <class Call> Duration duration_of(Call call)
{
    const auto start = Clock::now();
    call();
    return Clock::now() - start;
}

int confchgs_told;

TEST_F(CpgPromise, that_the_callbacks_are_copied_is_kept)
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

// The other process has joined earlier and has the larger process id.
TEST_F(CpgPromise, that_members_are_ordered_by_process_id_is_kept)
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

// Each of the three lists is empty at some time, and nested callbacks get other changes.
TEST_F(CpgPromise, that_lists_and_names_are_valid_even_if_empty_is_kept)
{
    cpg_callbacks_t callbacks{};
    callbacks.cpg_confchg_fn = look_at_lists;
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    ASSERT_EQ(CS_OK, join(handle, "lists"));
    lists_are_there = false;
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE)); // the list of left members is empty
    EXPECT_TRUE(lists_are_there);
    EXPECT_EQ(CS_OK, leave(handle, "lists"));
    lists_are_there = false;
    EXPECT_EQ(CS_OK, cpg_dispatch(handle, CS_DISPATCH_ONE)); // the lists of members and of joined members are empty
    EXPECT_TRUE(lists_are_there);
    EXPECT_EQ(CS_OK, inner_dispatch);
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

TEST_F(CpgPromise, that_sending_does_not_wait_for_a_stopped_daemon_is_kept)
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
        // A socket may have less room, but the sender never waits for it.
        const bool refused = transport() == Transport::socket && sending.result() == CS_ERR_TRY_AGAIN;
        EXPECT_TRUE(refused || sending.result() == CS_OK) << taken;
        taken -= refused;
    }
    EXPECT_TRUE(cpg.await_messages(static_cast<std::size_t>(taken.load())));
}

TEST_F(CpgPromise, that_join_of_another_group_fails_after_a_second_is_kept)
{
    Cpg cpg;
    cpg.enter("left");
    ASSERT_EQ(CS_OK, leave(cpg, "left"));
    const auto other = name_of("other");
    EXPECT_GE(duration_of([&] { EXPECT_EQ(CS_ERR_BUSY, cpg_join(cpg, &other)); }), kAlmostASecond);
}

TEST(CpgPromiseOfLongMessages, that_sending_retries_for_a_second_is_kept)
{
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "ring"};
    RawDaemon daemon({RawDaemon::honest}, {.service = "cpg"});
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    daemon.end().flow_control(1);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, send_once(handle, "small"));
    EXPECT_GE(duration_of([&] { EXPECT_EQ(CS_ERR_TRY_AGAIN, send_once(handle, std::string(kAtomic + 1, 'x'))); }),
              kAlmostASecond);
    EXPECT_FALSE(daemon.end().request({})) << "no part was sent";
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_finalize(handle));
}

TEST_F(CpgPromise, that_finalize_does_not_wait_for_another_request_is_kept)
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

// The process that joined is the group's member and the sender of messages.
TEST_F(CpgPromise, that_a_child_sends_as_the_member_that_joined_is_kept)
{
    Cpg cpg;
    cpg.enter("child");
    EXPECT_EQ(0, in_child([&] { return send(cpg, "from the child") == CS_OK ? 0 : 1; }));
    ASSERT_TRUE(cpg.await_messages(1));
    EXPECT_EQ(own_pid(), cpg.take().front().pid);
    EXPECT_EQ(Members{self()}, members_of(cpg, "child"));
}

} // namespace
