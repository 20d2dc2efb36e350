// SPDX-License-Identifier: BSD-3-Clause
// All messages that are sent arrive complete, once and in order.
#include "cpg_fixture.hpp"

#include <algorithm>

namespace {

using namespace test;

using CpgMessage = CpgTest;

cs_error_t send_parts(cpg_handle_t handle, const std::vector<iovec>& parts)
{
    cs_error_t error = CS_OK;
    eventually([&] {
        error = cpg_mcast_joined(handle, CPG_TYPE_AGREED, parts.data(), static_cast<unsigned>(parts.size()));
        return error != CS_ERR_TRY_AGAIN;
    });
    return error;
}

// CPG-D47
TEST_F(CpgMessage, sent_before_join_is_lost_and_those_sent_after_it_come_after_the_confchg)
{
    Cpg cpg;
    EXPECT_EQ(CS_OK, send(cpg, "lost"));
    ASSERT_EQ(CS_OK, join(cpg, "early"));
    send_numbers(cpg, 10);
    ASSERT_TRUE(cpg.await_messages(10));
    const auto events = cpg.take();
    EXPECT_EQ(11U, events.size());
    EXPECT_EQ(Event::confchg, events.front().kind);
    EXPECT_EQ(numbers(1, 10), messages(events));
}

TEST_F(CpgMessage, has_its_group_and_its_sender)
{
    Cpg cpg;
    cpg.enter("sender");
    ASSERT_EQ(CS_OK, send(cpg, "hello"));
    ASSERT_TRUE(cpg.await_messages(1));
    const Event expected{.kind = Event::message, .group = "sender", .nodeid = 1, .pid = own_pid(), .data = "hello"};
    EXPECT_EQ(Events{expected}, cpg.take());
}

TEST_F(CpgMessage, arrives_at_every_member_in_the_same_order)
{
    Cpg cpg;
    cpg.enter("order");
    MemberProcess other("order");
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(CS_OK, send(cpg, "ours"));
        ASSERT_EQ("send: success", other.tell("send theirs"));
    }
    ASSERT_TRUE(cpg.await_messages(40));
    const auto seen = messages(cpg.take());
    EXPECT_EQ(20, std::count(seen.begin(), seen.end(), "ours"));
    EXPECT_EQ(20, std::count(seen.begin(), seen.end(), "theirs"));
}

TEST_F(CpgMessage, with_any_guarantee_is_delivered)
{
    Cpg cpg;
    cpg.enter("guarantee");
    char byte = 'g';
    const iovec part{&byte, 1};
    for (const int guarantee : {CPG_TYPE_UNORDERED + 0, CPG_TYPE_FIFO + 0, CPG_TYPE_SAFE + 0, 99})
        EXPECT_EQ(CS_OK, cpg_mcast_joined(cpg, static_cast<cpg_guarantee_t>(guarantee), &part, 1));
    EXPECT_TRUE(cpg.await_messages(4));
}

// C15
TEST_F(CpgMessage, may_be_empty_and_have_empty_parts)
{
    Cpg cpg;
    cpg.enter("empty");
    char text[] = "abc";
    EXPECT_EQ(CS_OK, cpg_mcast_joined(cpg, CPG_TYPE_AGREED, nullptr, 0));
    EXPECT_EQ(CS_OK, send_parts(cpg, {{nullptr, 0}}));
    EXPECT_EQ(CS_OK, send_parts(cpg, {{text, 1}, {nullptr, 0}, {text + 1, 2}, {text, 0}}));
    ASSERT_TRUE(cpg.await_messages(3));
    EXPECT_EQ((Texts{"", "", "abc"}), messages(cpg.take()));
}

// CPG-D21
TEST_F(CpgMessage, may_have_any_number_of_parts)
{
    Cpg cpg;
    cpg.enter("parts");
    auto bytes = pattern(2000);
    for (const std::size_t count : {63U, 64U, 65U, 1024U, 1025U, 2000U}) {
        std::vector<iovec> parts;
        for (std::size_t i = 0; i < count; ++i)
            parts.push_back({&bytes[i], 1});
        EXPECT_EQ(CS_OK, send_parts(cpg, parts)) << count;
        ASSERT_TRUE(cpg.await_messages(1)) << count;
        EXPECT_TRUE(Texts{bytes.substr(0, count)} == messages(cpg.take())) << count;
    }
}

// C16
TEST_F(CpgMessage, of_any_size_arrives_as_one_message)
{
    Cpg cpg;
    cpg.enter("sizes");
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{300'000}, kAtomic - 1,
                                   kAtomic, kAtomic + 1, 2 * kAtomic, 2 * kAtomic + 1, std::size_t{5'000'000}}) {
        const auto bytes = pattern(size);
        ASSERT_EQ(CS_OK, send(cpg, bytes)) << size;
        ASSERT_TRUE(cpg.await_messages(1)) << size;
        EXPECT_TRUE(Texts{bytes} == messages(cpg.take())) << size;
    }
}

// CPG-D23, CPG-D24
TEST_F(CpgMessage, of_several_parts_may_be_longer_than_the_atomic_size)
{
    Cpg cpg;
    cpg.enter("gather");
    auto bytes = pattern(2'000'000);
    std::vector<iovec> many;
    for (std::size_t i = 0; i < 200; ++i)
        many.push_back({&bytes[i * 10'000], 10'000});
    EXPECT_EQ(
        CS_OK,
        send_parts(cpg,
                   {{nullptr, 0}, {bytes.data(), 700'000}, {nullptr, 0}, {&bytes[700'000], 1'300'000}, {nullptr, 0}}));
    EXPECT_EQ(CS_OK, send_parts(cpg, many));
    EXPECT_EQ(CS_OK, send_parts(cpg, {{bytes.data(), kAtomic}, {&bytes[kAtomic], 1}}));
    ASSERT_TRUE(cpg.await_messages(3));
    EXPECT_TRUE((Texts{bytes, bytes, bytes.substr(0, kAtomic + 1)}) == messages(cpg.take()));
}

// CPG-D17
TEST_F(CpgMessage, longer_than_the_atomic_size_is_dropped_without_a_callback)
{
    Cpg cpg({.deliver = false});
    cpg.enter("unwanted");
    MemberProcess other("unwanted");
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 1; })); // the confchg of its join
    EXPECT_EQ(CS_OK, send(cpg, pattern(3'000'000)));
    EXPECT_EQ(CS_OK, send(cpg, "small"));
    EXPECT_EQ("leave: success", other.tell("leave"));
    ASSERT_TRUE(cpg.await([&] { return cpg.count() == 2; })); // the confchg of its leave, after the messages
    EXPECT_EQ(Texts{}, messages(cpg.take()));
}

TEST_F(CpgMessage, longer_than_the_atomic_size_can_be_sent_by_members_only)
{
    const Cpg cpg;
    EXPECT_EQ(CS_ERR_NOT_EXIST, send(cpg, pattern(3'000'000)));
    EXPECT_EQ(CS_OK, send(cpg, "small"));
}

// CPG-D10. Another process changes the group's membership all the time.
TEST_F(CpgMessage, longer_than_the_atomic_size_is_delivered_once_or_fails_with_interrupt)
{
    Cpg cpg;
    cpg.enter("busy");
    Companion joining([](Line& line) {
        line.say("begun");
        for (;;)
            Cpg().enter("busy");
    });
    ASSERT_EQ("begun", joining.hear());
    Texts accepted;
    for (unsigned i = 0; i < 30; ++i) {
        const auto bytes = pattern(2'500'000, i);
        const auto error = send(cpg, bytes);
        ASSERT_TRUE(error == CS_OK || error == CS_ERR_INTERRUPT) << error;
        if (error == CS_OK)
            accepted.push_back(bytes);
        cpg_dispatch(cpg, CS_DISPATCH_ALL);
    }
    joining.kill();
    accepted.push_back(pattern(3'000'000, 30));
    cs_error_t error = CS_OK;
    EXPECT_TRUE(eventually([&] { return (error = send(cpg, accepted.back())) != CS_ERR_INTERRUPT; }));
    EXPECT_EQ(CS_OK, error);
    ASSERT_TRUE(cpg.await_messages(accepted.size()));
    EXPECT_TRUE(accepted == messages(cpg.take()));
}

// C18: the daemon is frozen.
TEST_F(CpgMessage, is_refused_when_the_queue_is_full_and_all_others_arrive)
{
    Cpg cpg;
    cpg.enter("flood");
    auto bytes = pattern(100'000);
    std::uint32_t accepted = 0;
    cs_error_t error = CS_OK;
    {
        const Freeze freeze(daemon());
        while (error == CS_OK) {
            std::memcpy(bytes.data(), &accepted, sizeof accepted);
            error = send_once(cpg, bytes);
            accepted += error == CS_OK;
        }
    }
    EXPECT_EQ(CS_ERR_TRY_AGAIN, error);
    EXPECT_EQ(CS_OK, send(cpg, "end"));
    ASSERT_TRUE(cpg.await_messages(accepted + 1));
    auto seen = messages(cpg.take());
    EXPECT_EQ("end", seen.back());
    seen.pop_back();
    for (std::uint32_t number = 0; number < accepted; ++number) {
        std::memcpy(bytes.data(), &number, sizeof number);
        ASSERT_TRUE(bytes == seen[number]) << number;
    }
}

// The daemon keeps the messages for which the ring has no room.
TEST_F(CpgMessage, waits_for_a_slow_member)
{
    constexpr int kMany = 3000;
    Cpg cpg;
    cpg.enter("slow");
    const auto filler = pattern(2000);
    Texts expected;
    for (const auto& number : numbers(1, kMany)) {
        expected.push_back(number + filler);
        ASSERT_EQ(CS_OK, send(cpg, expected.back()));
    }
    ASSERT_TRUE(cpg.await_messages(kMany));
    EXPECT_TRUE(expected == messages(cpg.take()));
}

// C11. The callback may change the message and read numbers from it, whether it is in place, copied, or joined from
// parts.
TEST_F(CpgMessage, is_in_aligned_writable_memory)
{
    Cpg cpg;
    cpg.enter("patch");
    Texts patched;
    cpg.on_event = [&](const Cpg::Call& call) {
        EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(call.data) % 8) << call.size;
        for (std::size_t i = 0; i < call.size; ++i)
            call.data[i] = static_cast<char>(call.data[i] ^ 0x55);
        patched.emplace_back(call.data, call.size);
    };
    Texts expected;
    // Odd sizes, so that later events begin at odd offsets in the ring, and sizes around the limits between small, lent
    // and long messages.
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{3911}, std::size_t{3912}, std::size_t{3913},
          std::size_t{4096}, std::size_t{8191}, std::size_t{60'001}, std::size_t{60'000}, std::size_t{263'000},
          std::size_t{400'000}, kAtomic, kAtomic + 5, std::size_t{3'000'000}}) {
        const auto bytes = pattern(size);
        ASSERT_EQ(CS_OK, send(cpg, bytes));
        ASSERT_TRUE(cpg.await_messages(1)) << size;
        EXPECT_TRUE(Texts{bytes} == messages(cpg.take())) << size;
        expected.push_back(bytes);
        for (auto& byte : expected.back())
            byte = static_cast<char>(byte ^ 0x55);
    }
    EXPECT_TRUE(expected == patched);
}

// C2, C11: the main loop of a program that dispatches one message per wake-up and changes it in place.
TEST_F(CpgMessage, can_be_dispatched_one_per_wake_up_and_changed)
{
    constexpr int kMany = 2000;
    Cpg cpg;
    cpg.enter("wake");
    int taken = 0;
    cpg.on_event = [&](const Cpg::Call& call) {
        ++taken;
        std::memset(call.data, 0, call.size);
    };
    Background sending([&] {
        send_numbers(cpg, kMany);
        return true;
    });
    while (taken < kMany) {
        const int before = taken;
        ASSERT_TRUE(readable(cpg.fd(), kPatience)) << "stalled after message " << before;
        ASSERT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING)) << "woken without an event after " << before;
        ASSERT_EQ(before + 1, taken);
    }
    EXPECT_TRUE(sending.result());
    EXPECT_FALSE(readable(cpg.fd(), kGlance));
    EXPECT_EQ(numbers(1, kMany), messages(cpg.take()));
}

} // namespace
