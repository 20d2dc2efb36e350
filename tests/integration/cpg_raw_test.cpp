// SPDX-License-Identifier: BSD-3-Clause
// No sender can harm its receivers, whatever it sends (CPG-D12 to D14). Also behaviour of the daemon on which the
// library relies and which programs cannot see.
#include "cpg_fixture.hpp"
#include "cpg_raw.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

constexpr std::uint32_t kSender = 999'999; // no process has this pid

// A sender of raw parts, and a member that receives the valid messages.
class CpgRaw : public CpgTest {
protected:
    CpgRaw()
    {
        cpg.enter("raw");
        sender.join("raw", kSender);
        EXPECT_TRUE(cpg.await([&] { return cpg.count() == 1; }));
        cpg.take();
    }

    // Sends a last message and returns the messages that are delivered before it.
    Texts delivered()
    {
        sender.send_whole("end");
        EXPECT_TRUE(cpg.await([&] { return !cpg.events().empty() && cpg.events().back().data == "end"; }));
        auto texts = messages(cpg.take());
        texts.pop_back();
        return texts;
    }

    Cpg cpg;
    RawCpg sender;
};

TEST_F(CpgRaw, parts_are_joined_to_a_message)
{
    sender.send_part(RawCpg::first, 6, "ab");
    sender.send_part(RawCpg::continued, 6, "cd");
    sender.send_part(RawCpg::last, 6, "ef");
    ASSERT_TRUE(cpg.await_messages(1));
    const auto event = cpg.take().front();
    EXPECT_EQ("abcdef", event.data);
    EXPECT_EQ("raw", event.group);
    EXPECT_EQ(kSender, event.pid);
    EXPECT_EQ(1U, event.nodeid);
}

TEST_F(CpgRaw, parts_without_a_first_one_are_ignored)
{
    // The daemon refuses other parts before the first one of this connection.
    sender.send_part(RawCpg::first, 4, "ab");
    sender.send_part(RawCpg::last, 4, "cd");
    sender.send_part(RawCpg::continued, 4, "ef");
    sender.send_part(RawCpg::last, 4, "gh");
    EXPECT_EQ(Texts{"abcd"}, delivered());
}

TEST_F(CpgRaw, parts_after_a_second_first_one_belong_to_that)
{
    sender.send_part(RawCpg::first, 6, "abc");
    sender.send_part(RawCpg::first, 4, "de");
    sender.send_part(RawCpg::last, 4, "fg");
    EXPECT_EQ(Texts{"defg"}, delivered());
}

TEST_F(CpgRaw, parts_with_all_bytes_wait_for_the_last_part)
{
    sender.send_part(RawCpg::first, 3, "abc");
    EXPECT_EQ(Texts{}, delivered());
    sender.send_part(RawCpg::last, 3, "");
    EXPECT_EQ(Texts{"abc"}, delivered());
}

TEST_F(CpgRaw, parts_of_an_unknown_type_continue_the_message)
{
    sender.send_part(RawCpg::first, 5, "ab");
    sender.send_part(99, 5, "c");
    sender.send_part(RawCpg::last, 5, "de");
    EXPECT_EQ(Texts{"abcde"}, delivered());
}

TEST_F(CpgRaw, parts_of_an_empty_message_are_joined_to_an_empty_message)
{
    sender.send_part(RawCpg::first, 0, "");
    sender.send_part(RawCpg::last, 0, "");
    EXPECT_EQ(Texts{""}, delivered());
}

TEST_F(CpgRaw, parts_may_have_other_messages_between_them)
{
    sender.send_part(RawCpg::first, 4, "ab");
    sender.send_whole("between");
    sender.send_part(RawCpg::last, 4, "cd");
    EXPECT_EQ((Texts{"between", "abcd"}), delivered());
}

// CPG-D12 and D13: parts whose sizes contradict the message length in them. The next message is delivered.
TEST_F(CpgRaw, parts_with_contradictory_lengths_are_dropped)
{
    const std::function<void()> lies[] = {
        [&] { // too many bytes at the end
            sender.send_part(RawCpg::first, 3, "ab");
            sender.send_part(RawCpg::last, 3, "cd");
        },
        [&] { // too many bytes at the begin
            sender.send_part(RawCpg::first, 3, "abcdefgh");
            sender.send_part(RawCpg::last, 3, "");
        },
        [&] { // too many bytes in the middle
            sender.send_part(RawCpg::first, 3, "ab");
            sender.send_part(RawCpg::continued, 3, pattern(500'000));
            sender.send_part(RawCpg::last, 3, "c");
        },
        [&] { // too few bytes
            sender.send_part(RawCpg::first, 100, "ab");
            sender.send_part(RawCpg::last, 100, "cd");
        },
        [&] { // another length
            sender.send_part(RawCpg::first, 4, "ab");
            sender.send_part(RawCpg::last, 100, "cd");
        },
        [&] { // another length in the middle
            sender.send_part(RawCpg::first, 6, "ab");
            sender.send_part(RawCpg::continued, 4, "cd");
            sender.send_part(RawCpg::last, 6, "ef");
        },
        [&] { // a length larger than memory
            sender.send_part(RawCpg::first, 0xffffffff, "ab");
            sender.send_part(RawCpg::continued, 0xffffffff, "cd");
            sender.send_part(RawCpg::last, 0xffffffff, "ef");
        },
    };
    for (std::size_t i = 0; i < std::size(lies); ++i) {
        lies[i]();
        EXPECT_EQ(Texts{}, delivered()) << i;
        sender.send_part(RawCpg::first, 4, "go");
        sender.send_part(RawCpg::last, 4, "od");
        EXPECT_EQ(Texts{"good"}, delivered()) << i;
    }
}

// CPG-D14: the library allocates memory for the bytes that arrive, not for the announced length.
TEST_F(CpgRaw, parts_that_announce_four_gigabytes_take_little_memory)
{
    if (kSanitized)
        GTEST_SKIP() << "the sanitizer needs unlimited address space";
    EXPECT_EQ(0, in_child([] {
                  Cpg receiver; // opens its connection before the limit
                  receiver.enter("raw.scarce");
                  RawCpg announcing;
                  announcing.join("raw.scarce", kSender);
                  const rlimit gigabyte{1U << 30, 1U << 30};
                  if (::setrlimit(RLIMIT_AS, &gigabyte))
                      return 1;
                  announcing.send_part(RawCpg::first, 0xffffffff, "ab");
                  announcing.send_whole("end");
                  bool failed = false;
                  const bool came = receiver.await([&] {
                      failed = failed || cpg_dispatch(receiver, CS_DISPATCH_ALL) != CS_OK;
                      return failed || !messages(receiver.events()).empty();
                  });
                  return came && !failed ? 0 : 2;
              }));
}

// CPG-D16: the address sanitizer would report a leak.
TEST_F(CpgRaw, parts_without_a_last_one_are_freed_with_the_handle)
{
    sender.send_part(RawCpg::first, 900'000, pattern(800'000));
    EXPECT_EQ(Texts{}, delivered());
    EXPECT_EQ(CS_OK, cpg.finalize());
}

TEST_F(CpgRaw, requests_that_are_unknown_are_refused_without_a_body)
{
    for (const std::int32_t id : {13, 100, -1}) {
        RawCpg raw;
        const RawClient::Reply bare{.received = 24, .id = 0, .size = 24, .error = CS_ERR_INVALID_PARAM};
        EXPECT_EQ(bare, raw.ask(id, std::string(64, '\0'))) << id;
    }
}

} // namespace
