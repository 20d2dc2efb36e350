// SPDX-License-Identifier: BSD-3-Clause
// Errors that the manual documents for libvotequorum and that no other test provokes.
#include "memory.hpp"

#include "integration/votequorum_fixture.hpp"
#include "support/bytes.hpp"
#include "support/fake_daemon.hpp"

#include <cerrno>

namespace {

using namespace test;

FakeDaemon::Options failing(cs_error_t error)
{
    return {.service = "votequorum", .answer = [=](const Bytes&) { return error_reply(0, error); }};
}

TEST(VotequorumErrors, that_the_daemon_sends_are_returned_by_every_request)
{
    for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_NO_MEMORY}) {
        FakeDaemon daemon(failing(error));
        const Votequorum votequorum;
        for (const auto& [name, kind, call] : calls_with_a_handle())
            if (kind == HandleCall::request) {
                EXPECT_EQ(error, call(votequorum)) << name;
            }
    }
}

TEST(VotequorumErrors, tell_that_the_daemons_queue_is_full)
{
    FakeDaemon daemon(failing(CS_ERR_NO_RESOURCES));
    const Votequorum votequorum;
    EXPECT_EQ(CS_ERR_NO_RESOURCES, votequorum_setexpected(votequorum, 1));
    EXPECT_EQ(CS_ERR_NO_RESOURCES, votequorum_setvotes(votequorum, 1, 1));
}

TEST(VotequorumErrors, tell_that_there_is_no_shared_memory_or_no_room_in_it)
{
    struct Row {
        int error;
        cs_error_t expected;
    };
    for (const auto& [error, expected] : {Row{ENOENT, CS_ERR_NOT_EXIST}, Row{ENOSPC, CS_ERR_NO_SPACE}}) {
        FakeDaemon daemon({.service = "votequorum", .answer = {}, .refusal = -error});
        votequorum_handle_t handle = kUntouched;
        EXPECT_EQ(expected, votequorum_initialize(&handle, nullptr));
        EXPECT_EQ(expected, votequorum_model_initialize(&handle, nullptr));
        EXPECT_EQ(kUntouched, handle);
    }
}

using VotequorumMemory = MemoryTest<VotequorumTest>;

TEST_F(VotequorumMemory, that_ran_out_fails_a_dispatch_and_loses_no_event)
{
    const Votequorum votequorum;
    ASSERT_EQ(CS_OK, votequorum.track(CS_TRACK_CURRENT));
    EXPECT_EQ(CS_ERR_NO_MEMORY, without_memory([&] { return votequorum.dispatch(CS_DISPATCH_ALL); }));
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(2U, votequorum.count());
}

} // namespace
