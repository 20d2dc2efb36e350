// SPDX-License-Identifier: BSD-3-Clause
// Cpg replies of unusual shapes. malformed_reply_test.cpp has the faults that any reply can have.
#include "fake_cpg.hpp"

#include "support/thread.hpp"

#include <cstring>
#include <string>

#include <corosync/client.h>
#include <sys/uio.h>

namespace {

using namespace test;

class CpgReply : public ::testing::Test {
protected:
    ~CpgReply() override
    {
        cpg.finalize();
        remove_what_libqb_leaves();
    }

    std::int32_t last_id() { return value_at<std::int32_t>(daemon.last_request(), 0); }
    std::uint32_t last_part_type()
    {
        return value_at<std::uint32_t>(daemon.last_request(), offsetof(wire::PartialMcastRequest, type));
    }
    void expect_usable() const
    {
        unsigned nodeid = 0;
        EXPECT_EQ(CS_OK, cpg_local_get(cpg, &nodeid));
        EXPECT_EQ(kOwnNode, nodeid);
    }

    // The reply of a daemon that reports `count` members and sends `room` of them.
    static Bytes membership(std::uint32_t count, std::size_t room)
    {
        Members members;
        for (std::uint32_t pid = 1; pid <= room; ++pid)
            members.push_back({kOwnNode, pid, CPG_REASON_UNDEFINED});
        wire::MembershipReply fields{};
        fields.count = count;
        return cpg_message(wire::kMembershipReply, fields, wire_addresses(members));
    }

    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer}};
    Cpg cpg;
};

// CPG-D27: a reply has room for 384 members, or for 16 from a daemon with a small footprint. Its count includes members
// for which it has no room.
TEST_F(CpgReply, with_members_fills_at_most_the_programs_list)
{
    struct Row {
        std::uint32_t says;
        std::size_t room;
        int told;
    };
    for (const auto& [says, room, told] :
         {Row{0, 384, 0}, Row{0, 0, 0}, Row{1, 384, 1}, Row{16, 16, 16}, Row{200, 16, 16}, Row{128, 384, 128},
          Row{129, 384, 128}, Row{391, 384, 128}, Row{0xffffffff, 384, 128}, Row{0xffffffff, 3, 3}, Row{5, 0, 0}}) {
        cpg_address list[CPG_MEMBERS_MAX + 1];
        std::memset(list, 0x55, sizeof list);
        int count = -1;
        auto group = name_of(kGroup);
        daemon.on_next_request({reply(membership(says, room))});
        EXPECT_EQ(CS_OK, cpg_membership_get(cpg, &group, list, &count));
        EXPECT_EQ(told, count) << says;
        for (int index = 0; index < told; ++index)
            EXPECT_EQ(static_cast<std::uint32_t>(index) + 1, list[index].pid);
        EXPECT_EQ(0x55555555U, list[told].pid) << says;
    }
    expect_usable();
}

// The reply ends in the middle of an address.
TEST_F(CpgReply, with_half_a_member_does_not_count_that_one)
{
    cpg_address list[CPG_MEMBERS_MAX];
    int count = -1;
    auto group = name_of(kGroup);
    const Bytes whole = membership(2, 2);
    wire::MembershipReply fields{};
    fields.count = 2;
    daemon.on_next_request({reply(cpg_message(wire::kMembershipReply, fields, whole.substr(sizeof fields, 47)))});
    EXPECT_EQ(CS_OK, cpg_membership_get(cpg, &group, list, &count));
    EXPECT_EQ(1, count);
    expect_usable();
}

class CpgIterationReply : public CpgReply {
protected:
    CpgIterationReply() { EXPECT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &iteration)); }
    cpg_iteration_handle_t iteration = kNoHandle;
};

// CPG-D36
TEST_F(CpgIterationReply, with_a_name_longer_than_128_bytes_is_malformed)
{
    for (const std::uint32_t length : {129U, 200U, 0xffffffffU}) {
        wire::IterationNextReply fields{};
        fields.group.length = length;
        daemon.on_next_request({reply(cpg_message(wire::kIterationNextReply, fields))});
        cpg_iteration_description_t description;
        std::memset(&description, 0x55, sizeof description);
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_next(iteration, &description)) << length;
        EXPECT_EQ(0x55555555U, description.nodeid);
    }
    expect_usable();
}

// CPG-D35
TEST_F(CpgIterationReply, may_have_a_name_of_128_bytes_and_zeros_follow_a_shorter_one)
{
    for (const std::size_t length : {std::size_t{128}, std::size_t{3}}) {
        wire::IterationNextReply fields{};
        fields.group = wire_name(Bytes(128, 'n'));
        fields.group.length = static_cast<std::uint32_t>(length);
        daemon.on_next_request({reply(cpg_message(wire::kIterationNextReply, fields))});
        cpg_iteration_description_t description{};
        EXPECT_EQ(CS_OK, cpg_iteration_next(iteration, &description));
        EXPECT_EQ(length, description.group.length);
        EXPECT_EQ(Bytes(length, 'n') + Bytes(128 - length, '\0'), Bytes(description.group.value, 128));
    }
}

// CPG-D29
TEST_F(CpgIterationReply, with_an_error_to_initialize_leaves_no_iteration_behind)
{
    cpg_iteration_handle_t none = kUntouched;
    daemon.on_next_request({reply(error_reply(0, CS_ERR_TRY_AGAIN))});
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &none));
    EXPECT_EQ(kUntouched, none);
}

// After any valid reply the daemon has forgotten the iteration. A malformed reply says nothing about it.
TEST_F(CpgIterationReply, to_finalize_ends_the_iteration_unless_it_is_malformed)
{
    cpg_iteration_description_t description;
    for (const Bytes& answer : {message(wire::kIterationNextReply, {}), header(wire::kIterationFinalizeReply, 25),
                                message(wire::kIterationFinalizeReply, "x"), Bytes(23, '\0')}) {
        daemon.on_next_request({reply(answer)});
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_finalize(iteration));
        EXPECT_EQ(CS_OK, cpg_iteration_next(iteration, &description));
    }
    cpg_iteration_handle_t another = kNoHandle;
    EXPECT_EQ(CS_OK, cpg_iteration_initialize(cpg, CPG_ITERATION_ALL, nullptr, &another));
    daemon.on_next_request({reply(error_reply(wire::kIterationFinalizeReply, CS_ERR_LIBRARY))});
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_iteration_finalize(another));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_finalize(another));
    daemon.on_next_request({reply(error_reply(wire::kIterationFinalizeReply, CS_ERR_ACCESS))});
    EXPECT_EQ(CS_ERR_ACCESS, cpg_iteration_finalize(iteration));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_next(iteration, &description));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_iteration_finalize(iteration));
    expect_usable();
}

// After the first reply the daemon does not know the iteration that the other thread asks for.
TEST_F(CpgIterationReply, with_an_error_after_another_thread_ended_the_iteration_means_a_bad_handle)
{
    daemon.on_next_request(kSilence);
    for (int times = 0; times < 2; ++times)
        daemon.on_next_request({reply(error_reply(0, CS_ERR_LIBRARY))});
    const auto before = daemon.requests();
    Background ending([&] { return cpg_iteration_finalize(iteration); });
    EXPECT_TRUE(eventually([&] { return daemon.requests() == before + 1; }));
    cpg_iteration_description_t description;
    Background asking([&] { return cpg_iteration_next(iteration, &description); });
    Background ending_too([&] { return cpg_iteration_finalize(iteration); });
    EXPECT_TRUE(asking.thread().falls_asleep());
    EXPECT_TRUE(ending_too.thread().falls_asleep());
    daemon.now({reply(message(wire::kIterationFinalizeReply, {}))});
    EXPECT_EQ(CS_OK, ending.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, asking.result());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, ending_too.result());
}

// CPG-D4
TEST_F(CpgReply, with_busy_makes_the_library_send_the_request_again)
{
    const auto group = name_of(kGroup);
    using Call = cs_error_t (*)(cpg_handle_t, const cpg_name*);
    for (const auto& [id, call] : {std::pair<std::int32_t, Call>{wire::kJoin, cpg_join}, {wire::kLeave, cpg_leave}}) {
        const auto before = daemon.requests();
        for (int times = 0; times < 3; ++times)
            daemon.on_next_request({reply(error_reply(id, CS_ERR_BUSY))});
        EXPECT_EQ(CS_OK, call(cpg, &group));
        EXPECT_EQ(4U, daemon.requests() - before);
        EXPECT_EQ(id, last_id());
    }
}

constexpr int kTooOften = 60; // nobody asks that often within some seconds

// CPG-D3: after a leave, the daemon is busy for good. The leave may be another process's.
TEST_F(CpgReply, with_busy_to_every_join_makes_the_library_give_up)
{
    for (int times = 0; times < kTooOften; ++times)
        daemon.on_next_request({reply(error_reply(wire::kJoinReply, CS_ERR_BUSY))});
    EXPECT_EQ(CS_ERR_BUSY, join(cpg, kGroup));
    EXPECT_GT(kTooOften, daemon.requests());
}

// CPG-D5: the daemon would say that a process has left the group of the request. Only the reply to the join says which
// one is right.
TEST_F(CpgReply, to_a_join_is_awaited_by_a_leave_in_another_thread)
{
    const auto another = name_of("another");
    daemon.on_next_request(kSilence);
    Background joining([&] { return join(cpg, kGroup); });
    EXPECT_TRUE(eventually([&] { return daemon.requests() == 1; }));
    Background leaving([&] { return cpg_leave(cpg, &another); });
    EXPECT_TRUE(leaving.thread().falls_asleep());
    daemon.now({reply(message(wire::kJoinReply, {}))});
    EXPECT_EQ(CS_OK, joining.result());
    EXPECT_EQ(CS_OK, leaving.result());
    EXPECT_EQ(wire::kLeave, last_id());
    const auto sent = value_at<wire::Name>(daemon.last_request(), offsetof(wire::LeaveRequest, group));
    EXPECT_EQ(as_bytes(wire_name(kGroup)), as_bytes(sent));
}

// The membership begins with its event, which a callback may get before the reply to the join has been read.
TEST_F(CpgReply, to_a_join_is_not_awaited_by_a_message_without_a_copy)
{
    void* buffer = nullptr;
    EXPECT_EQ(CS_OK, cpg_zcb_alloc(cpg, 8, &buffer));
    EXPECT_EQ(CS_ERR_NOT_EXIST, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, buffer, 8));
    daemon.on_next_request(kSilence);
    Background joining([&] { return join(cpg, kGroup); });
    EXPECT_TRUE(eventually([&] { return daemon.requests() == 1; }));
    EXPECT_EQ(CS_OK, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, buffer, 8));
    EXPECT_TRUE(eventually([&] { return daemon.requests() == 2; }));
    EXPECT_EQ(wire::kMcast, last_id());
    daemon.now({reply(message(wire::kJoinReply, {}))});
    EXPECT_EQ(CS_OK, joining.result());
    EXPECT_EQ(CS_OK, cpg_zcb_free(cpg, buffer));
}

// CPG-D7: the leave that precedes a finalize. Until the join is complete, the daemon refuses it.
TEST_F(CpgReply, with_busy_to_the_leave_before_a_finalize_makes_the_library_leave_again)
{
    EXPECT_EQ(CS_OK, join(cpg, ""));
    const auto before = daemon.requests();
    daemon.on_next_request({reply(error_reply(wire::kLeaveReply, CS_ERR_BUSY))});
    daemon.on_next_request({reply(error_reply(0, CS_ERR_TRY_AGAIN))});
    EXPECT_EQ(CS_OK, cpg.finalize());
    EXPECT_EQ(4U, daemon.requests() - before);

    Cpg second;
    EXPECT_EQ(CS_OK, join(second, ""));
    for (int times = 0; times < kTooOften; ++times)
        daemon.on_next_request({reply(error_reply(wire::kLeaveReply, CS_ERR_BUSY))});
    EXPECT_EQ(CS_OK, second.finalize());
    EXPECT_GT(before + kTooOften, daemon.requests());
}

// The handle is invalid afterwards, whatever the daemon replies.
TEST_F(CpgReply, to_finalize_is_ignored)
{
    for (const Bytes& answer : {error_reply(12, CS_ERR_ACCESS), error_reply(0, CS_ERR_TRY_AGAIN),
                                message(wire::kJoinReply, {}), message(12, Bytes(500'000, 'x'))}) {
        Cpg ending;
        daemon.on_next_request({reply(answer)});
        EXPECT_EQ(CS_OK, ending.finalize()) << ::testing::PrintToString(answer.substr(0, 24));
    }
    expect_usable();
}

// Sends a message of three parts. The second one does not get its usual reply.
class CpgPartReply : public CpgReply {
protected:
    cs_error_t send_with_second(const Steps& reaction)
    {
        daemon.on_next_request({reply(message(wire::kPartialMcastReply, {}))});
        daemon.on_next_request(reaction);
        return send_once(cpg, long_message);
    }
    const std::string long_message = pattern(2 * kAtomic + 1);
};

TEST_F(CpgPartReply, with_an_error_ends_the_message_and_the_next_one_starts_from_its_first_part)
{
    for (const cs_error_t error : {CS_ERR_TRY_AGAIN, CS_ERR_INTERRUPT, CS_ERR_NOT_EXIST}) {
        const auto before = daemon.requests();
        EXPECT_EQ(error, send_with_second({reply(error_reply(0, error))}));
        EXPECT_EQ(2U, daemon.requests() - before);
        daemon.on_next_request({reply(error_reply(0, error))});
        EXPECT_EQ(error, send_once(cpg, long_message));
        EXPECT_EQ(wire::kFirst, last_part_type());
    }
    EXPECT_EQ(CS_OK, send_once(cpg, long_message));
    EXPECT_EQ(wire::kLast, last_part_type());
}

TEST_F(CpgPartReply, that_is_malformed_ends_the_message_and_the_next_one_starts_from_its_first_part)
{
    for (const Bytes& answer :
         {message(wire::kJoinReply, {}), message(wire::kPartialMcastReply, "x"), header(wire::kPartialMcastReply, 25),
          Bytes(8, '\0'), error_reply(wire::kPartialMcastReply, 12345)}) {
        const auto before = daemon.requests();
        EXPECT_EQ(CS_ERR_LIBRARY, send_with_second({reply(answer)}));
        EXPECT_EQ(2U, daemon.requests() - before);
        EXPECT_EQ(CS_OK, send_once(cpg, long_message));
        EXPECT_EQ(5U, daemon.requests() - before);
    }
    expect_usable();
}

// CPG-D18
TEST_F(CpgPartReply, that_never_comes_because_the_daemon_hangs_up_fails_the_message)
{
    EXPECT_EQ(CS_ERR_LIBRARY, send_with_second({hang_up()}));
    EXPECT_EQ(CS_ERR_LIBRARY, send_once(cpg, long_message));
}

// CPG-D18
TEST_F(CpgPartReply, that_never_comes_because_the_daemon_dies_fails_the_message)
{
    const Thread reaping([this] { daemon.await_death(); }); // libqb's client believes that a zombie is alive
    EXPECT_EQ(CS_ERR_LIBRARY, send_with_second({die()}));
    EXPECT_EQ(CS_ERR_LIBRARY, send_once(cpg, long_message));
}

TEST_F(CpgPartReply, is_awaited_while_the_daemon_is_frozen)
{
    const auto before = daemon.requests();
    daemon.on_next_request({reply(message(wire::kPartialMcastReply, {}))});
    daemon.on_next_request(kSilence);
    Background sending([this] { return send_once(cpg, long_message); });
    EXPECT_TRUE(eventually([&] { return daemon.requests() == before + 2; }));
    daemon.stop();
    EXPECT_FALSE(sending.ended_within(kGlance));
    daemon.resume();
    daemon.now({reply(message(wire::kPartialMcastReply, {}))});
    EXPECT_EQ(CS_OK, sending.result());
    EXPECT_EQ(before + 3, daemon.requests());
}

TEST_F(CpgReply, with_busy_is_not_the_reason_of_a_later_failure)
{
    const cpg_name group{5, "group"};
    daemon.on_next_request({reply(error_reply(wire::kJoinReply, CS_ERR_BUSY))});
    daemon.on_next_request({die()});
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_join(cpg, &group));
    EXPECT_EQ(0U, std::string(cs_client_reason()).find("the daemon (process ")) << cs_client_reason();
}

// Only cpg has these reasons.
TEST_F(CpgReply, is_not_awaited_for_a_refused_request_and_that_has_a_reason)
{
    const auto reason_of = [](cs_error_t expected, cs_error_t error) {
        EXPECT_EQ(expected, error);
        const std::string reason = cs_client_reason();
        return reason.substr(0, reason.find(';'));
    };
    cpg_name name{};
    name.length = CPG_MAX_NAME_LENGTH + 1;
    EXPECT_EQ("a name is too long", reason_of(CS_ERR_NAME_TOO_LONG, cpg_join(cpg, &name)));
    void* buffer = nullptr;
    ASSERT_EQ(CS_OK, cpg_zcb_alloc(cpg, 10, &buffer));
    EXPECT_EQ("the call is not possible in this state",
              reason_of(CS_ERR_NOT_EXIST, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, buffer, 10)));
    cpg_zcb_free(cpg, buffer);
    char byte = 0;
    EXPECT_EQ("the message is larger than the daemon takes",
              reason_of(CS_ERR_TOO_BIG, cpg_zcb_mcast_joined(cpg, CPG_TYPE_AGREED, &byte, std::size_t{1} << 30)));
    if (transport() != Transport::ring)
        return;
    daemon.stop();
    Bytes message(100'000, 'x');
    const iovec part{message.data(), message.size()};
    cs_error_t error = CS_OK;
    for (int sent = 0; sent < 100 && error == CS_OK; ++sent)
        error = cpg_mcast_joined(cpg, CPG_TYPE_AGREED, &part, 1);
    EXPECT_EQ("the request ring is full", reason_of(CS_ERR_TRY_AGAIN, error));
    daemon.resume();
}

} // namespace
