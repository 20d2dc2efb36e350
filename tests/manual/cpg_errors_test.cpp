// SPDX-License-Identifier: BSD-3-Clause
// Errors that the manual documents for libcpg and that no other test provokes.
#include "memory.hpp"

#include "integration/cpg_fixture.hpp"
#include "support/bytes.hpp"
#include "support/environment.hpp"
#include "support/fake_daemon.hpp"
#include "support/raw_daemon.hpp"

#include "cpg/wire.hpp"

namespace {

using namespace test;
namespace wire = corosync::cpg;

// A new handle on which no request has been made.
class Fresh {
public:
    Fresh() { EXPECT_EQ(CS_OK, cpg_initialize(&handle_, nullptr)); }
    ~Fresh() { cpg_finalize(handle_); }
    Fresh(const Fresh&) = delete;
    Fresh& operator=(const Fresh&) = delete;
    operator cpg_handle_t() const { return handle_; }

private:
    cpg_handle_t handle_ = kNoHandle;
};

// A cpg service that allows each client to join and to start an iteration, and returns this error for all else.
FakeDaemon::Options failing(cs_error_t error)
{
    return {.service = "cpg", .answer = [=](const Bytes& request) {
                switch (value_at<std::int32_t>(request, 0)) {
                case wire::kJoin:
                    return message(wire::kJoinReply, {});
                case wire::kIterationInitialize:
                    return message(wire::kIterationInitializeReply, as_bytes(std::uint64_t{1}));
                default:
                    return error_reply(0, error);
                }
            }};
}

TEST(CpgErrors, that_the_daemon_sends_are_returned_by_every_request)
{
    const cpg_name group = name_of("errors");
    std::string long_message(kAtomic + 1, 'x');
    for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_NO_MEMORY}) {
        FakeDaemon daemon(failing(error));
        const Fresh cpg;
        cpg_iteration_handle_t iteration = 0;
        cpg_iteration_description_t description{};
        cpg_address members[CPG_MEMBERS_MAX];
        cpg_name name = group;
        int count = 0;
        unsigned node = 0;
        ASSERT_EQ(CS_OK, cpg_join(cpg, &group));
        ASSERT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
        EXPECT_EQ(error, cpg_iteration_next(iteration, &description));
        EXPECT_EQ(error, cpg_iteration_finalize(iteration));
        EXPECT_EQ(error, cpg_membership_get(cpg, &name, members, &count));
        EXPECT_EQ(error, cpg_local_get(cpg, &node));
        EXPECT_EQ(error, send_once(cpg, long_message));
        EXPECT_EQ(error, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, long_message.data(), long_message.size()));
        EXPECT_EQ(error, cpg_leave(cpg, &group));

        daemon.on_next_request({reply(error_reply(0, error))});
        EXPECT_EQ(error, cpg_join(cpg, &group));
        daemon.on_next_request({reply(error_reply(0, error))});
        EXPECT_EQ(error, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration));
    }
}

TEST(CpgErrors, tell_that_a_message_of_several_parts_was_interrupted)
{
    const cpg_name group = name_of("errors");
    std::string long_message(kAtomic + 1, 'x');
    FakeDaemon daemon(failing(CS_ERR_INTERRUPT));
    const Fresh cpg;
    ASSERT_EQ(CS_OK, cpg_join(cpg, &group));
    EXPECT_EQ(CS_ERR_INTERRUPT, send_once(cpg, long_message));
    EXPECT_EQ(CS_ERR_INTERRUPT, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, long_message.data(), long_message.size()));
}

TEST(CpgFinalize, closes_the_handle_though_the_daemon_accepts_no_request)
{
    const Variable transport{"COROSYNC_CLIENT_TRANSPORT", "ring"};
    RawDaemon daemon({RawDaemon::honest}, {.service = "cpg"});
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    daemon.end().flow_control(1);
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_finalize(handle));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_finalize(handle));
    EXPECT_TRUE(eventually([&] { return daemon.end().hung_up(); }));
}

using CpgMemory = MemoryTest<CpgTest>;

TEST_F(CpgMemory, that_ran_out_fails_a_dispatch_and_loses_no_event)
{
    Cpg cpg;
    ASSERT_EQ(CS_OK, join(cpg, "memory"));
    ASSERT_TRUE(readable(cpg.fd(), kPatience));
    EXPECT_EQ(CS_ERR_NO_MEMORY, without_memory([&] { return cpg_dispatch(cpg, CS_DISPATCH_ALL); }));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(1U, cpg.count());
}

TEST_F(CpgMemory, that_ran_out_does_not_keep_a_handle_open)
{
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, nullptr));
    EXPECT_EQ(CS_ERR_NO_MEMORY, without_memory([&] { return cpg_finalize(handle); }));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_finalize(handle));
}

} // namespace
