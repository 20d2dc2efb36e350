// SPDX-License-Identifier: BSD-3-Clause
// What a sender may do to its receivers: nothing, whatever it says (CPG-D12 to D14). And what the library takes for
// granted of the daemon and cannot be seen through it.
#include "cpg_fixture.hpp"
#include "cpg_raw.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

constexpr std::uint32_t kSender = 999'999; // no pid that anybody has

// A sender of raw parts, and a member that is to receive what makes sense.
class CpgRaw : public CpgTest {
protected:
    CpgRaw()
    {
        cpg.enter("raw");
        sender.join("raw", kSender);
        EXPECT_TRUE(cpg.await([&] { return cpg.count() == 1; }));
        cpg.take();
    }

    // What has been delivered when a message of ours, which is behind them, has come.
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

TEST_F(CpgRaw, parts_make_a_message)
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
    // The daemon wants to have seen a first one from this connection.
    sender.send_part(RawCpg::first, 4, "ab");
    sender.send_part(RawCpg::last, 4, "cd");
    sender.send_part(RawCpg::continued, 4, "ef");
    sender.send_part(RawCpg::last, 4, "gh");
    EXPECT_EQ(Texts{"abcd"}, delivered());
}

TEST_F(CpgRaw, parts_behind_a_second_first_one_belong_to_that)
{
    sender.send_part(RawCpg::first, 6, "abc");
    sender.send_part(RawCpg::first, 4, "de");
    sender.send_part(RawCpg::last, 4, "fg");
    EXPECT_EQ(Texts{"defg"}, delivered());
}

TEST_F(CpgRaw, parts_that_are_complete_wait_for_the_last_one)
{
    sender.send_part(RawCpg::first, 3, "abc");
    EXPECT_EQ(Texts{}, delivered());
    sender.send_part(RawCpg::last, 3, "");
    EXPECT_EQ(Texts{"abc"}, delivered());
}

TEST_F(CpgRaw, parts_of_an_unknown_type_continue)
{
    sender.send_part(RawCpg::first, 5, "ab");
    sender.send_part(99, 5, "c");
    sender.send_part(RawCpg::last, 5, "de");
    EXPECT_EQ(Texts{"abcde"}, delivered());
}

TEST_F(CpgRaw, parts_of_an_empty_message_make_one)
{
    sender.send_part(RawCpg::first, 0, "");
    sender.send_part(RawCpg::last, 0, "");
    EXPECT_EQ(Texts{""}, delivered());
}

// Ordinary messages may come between them.
TEST_F(CpgRaw, parts_let_messages_pass)
{
    sender.send_part(RawCpg::first, 4, "ab");
    sender.send_whole("between");
    sender.send_part(RawCpg::last, 4, "cd");
    EXPECT_EQ((Texts{"between", "abcd"}), delivered());
}

// CPG-D12 and D13: parts that do not add up to what all of them say, and what follows.
TEST_F(CpgRaw, parts_that_do_not_add_up_are_dropped)
{
    const std::function<void()> lies[] = {
        [&] { // too much, in the end
            sender.send_part(RawCpg::first, 3, "ab");
            sender.send_part(RawCpg::last, 3, "cd");
        },
        [&] { // too much, at once
            sender.send_part(RawCpg::first, 3, "abcdefgh");
            sender.send_part(RawCpg::last, 3, "");
        },
        [&] { // too much, in the middle
            sender.send_part(RawCpg::first, 3, "ab");
            sender.send_part(RawCpg::continued, 3, pattern(500'000));
            sender.send_part(RawCpg::last, 3, "c");
        },
        [&] { // too little
            sender.send_part(RawCpg::first, 100, "ab");
            sender.send_part(RawCpg::last, 100, "cd");
        },
        [&] { // another length
            sender.send_part(RawCpg::first, 4, "ab");
            sender.send_part(RawCpg::last, 100, "cd");
        },
        [&] { // another length in between
            sender.send_part(RawCpg::first, 6, "ab");
            sender.send_part(RawCpg::continued, 4, "cd");
            sender.send_part(RawCpg::last, 6, "ef");
        },
        [&] { // more than there is anywhere
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

// CPG-D14: memory grows with what comes, not with what is announced.
TEST_F(CpgRaw, parts_that_announce_four_gigabytes_cost_nothing)
{
    if (kSanitized)
        GTEST_SKIP() << "the sanitizer needs addresses without limit";
    EXPECT_EQ(0, in_child([] {
                  Cpg receiver; // whose connection is opened before memory becomes scarce
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

// CPG-D16: the sanitizer would see it otherwise.
TEST_F(CpgRaw, parts_that_are_never_followed_are_released_with_the_handle)
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
