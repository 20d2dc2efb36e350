// SPDX-License-Identifier: BSD-3-Clause
// Pacemaker: its main loop dispatches one event per wake-up, it changes the header of messages in place, and its
// senders try again later.
#include "contract.hpp"

#include <cstdlib>

namespace {

using namespace test;

using ContractC02 = Contract;
using ContractC07 = Contract;
using ContractC11 = Contract;
using ContractC14 = Contract;
using ContractC17 = Contract;
using ContractC18 = Contract;

// Runs the main loop until there were `events` events. Returns "" if each wake-up delivered one, or else the error.
std::string main_loop(Cpg& cpg, std::size_t events)
{
    while (cpg.count() < events) {
        const auto before = cpg.count();
        if (!readable(cpg.fd(), kPatience))
            return "stalled after event " + std::to_string(before);
        if (const auto error = cpg_dispatch(cpg, CS_DISPATCH_ONE); error != CS_OK)
            return cs_strerror(error);
        if (cpg.count() != before + 1)
            return "woken without an event after event " + std::to_string(before);
    }
    return readable(cpg.fd(), kGlance) ? "readable at the end" : "";
}

TEST_F(ContractC02, dispatch_one_delivers_one_event_per_wake_up)
{
    constexpr int kMany = 500;
    Cpg cpg;
    cpg.enter("attrd");
    Background sending([&] {
        send_numbers(cpg, kMany);
        return true;
    });
    EXPECT_EQ("", main_loop(cpg, kMany));
    EXPECT_EQ(true, sending.result());
    EXPECT_EQ(numbers(1, kMany), messages(cpg.take()));
}

TEST_F(ContractC02, each_event_takes_one_notification_byte)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the events themselves make the descriptor readable";
    constexpr int kMany = 100; // more notification bytes than the library takes at once
    Cpg cpg;
    cpg.enter("attrd");
    const int fd = cpg.fd();
    cpg.on_event = [&](const Cpg::Call&) { EXPECT_EQ(kMany - static_cast<int>(cpg.count()), unread_bytes(fd)); };
    send_numbers(cpg, kMany);
    ASSERT_TRUE(eventually([&] { return unread_bytes(fd) == kMany; }));
    EXPECT_EQ("", main_loop(cpg, kMany));
}

// The program finalizes when its own leave is reported.
TEST_F(ContractC07, confchg_callbacks_may_finalize)
{
    for (const auto flag : kAllFlags) {
        Cpg cpg;
        const cpg_handle_t handle = cpg;
        const int fd = cpg.fd();
        cpg.enter("crmd");
        cpg.on_event = [&](const Cpg::Call& call) {
            EXPECT_EQ(Event::confchg, call.kind);
            EXPECT_EQ(CS_OK, cpg.finalize());
        };
        ASSERT_EQ(CS_OK, leave(cpg, "crmd"));
        ASSERT_TRUE(readable(fd, kPatience));
        EXPECT_EQ(CS_ERR_BAD_HANDLE, cpg_dispatch(handle, flag)) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

// The begin of a message. Receivers fill in the sender's name, because senders do not know it yet.
struct Header {
    std::uint32_t sender_id;
    std::uint32_t sender_pid;
    std::uint64_t number;
    char sender_name[32];
};

TEST_F(ContractC11, messages_can_be_changed_in_place)
{
    Cpg cpg;
    cpg.enter("cib");
    std::uint64_t number = 0;
    cpg.on_event = [&](const Cpg::Call& call) {
        ASSERT_EQ(0U, reinterpret_cast<std::uintptr_t>(call.data) % alignof(Header));
        auto* header = reinterpret_cast<Header*>(call.data);
        EXPECT_EQ(++number, header->number);
        EXPECT_STREQ("", header->sender_name);
        header->sender_id = 1;
        header->sender_pid = own_pid();
        std::strcpy(header->sender_name, "n1");
        call.data[call.size - 1] = 'P';
    };
    Texts expected;
    for (const std::size_t size : {std::size_t{64}, std::size_t{8001}, kAtomic, std::size_t{3'000'000}}) {
        const Header header{.sender_id = 0, .sender_pid = 0, .number = expected.size() + 1, .sender_name = ""};
        expected.push_back(pattern(size));
        std::memcpy(expected.back().data(), &header, sizeof header);
        ASSERT_EQ(CS_OK, send(cpg, expected.back()));
    }
    ASSERT_TRUE(cpg.await_messages(expected.size()));
    EXPECT_TRUE(expected == messages(cpg.take())) << "the recorded messages are unchanged";
}

TEST_F(ContractC14, strings_can_be_freed_with_free)
{
    const Handle map(cmap_service);
    ASSERT_EQ(CS_OK, cmap_set_string(map, "contracts.name", "n1"));
    char* name = nullptr;
    ASSERT_EQ(CS_OK, cmap_get_string(map, "contracts.name", &name));
    EXPECT_STREQ("n1", name);
    std::free(name);
}

// Some programs include the terminating NUL in a group's name. That is a different group.
TEST_F(ContractC17, group_names_are_bytes_with_a_length)
{
    const std::string_view bare = "attrd";
    const std::string_view counted{"attrd", 6};
    Cpg one;
    Cpg other;
    one.enter(bare);
    other.enter(counted);
    ASSERT_EQ(CS_OK, send(one, "bare"));
    ASSERT_EQ(CS_OK, send(other, "counted"));
    ASSERT_TRUE(one.await_messages(1) && other.await_messages(1));
    for (auto& [cpg, name, text] : {std::tuple{&one, bare, "bare"}, std::tuple{&other, counted, "counted"}}) {
        const auto events = cpg->take();
        EXPECT_EQ(Texts{text}, messages(events));
        EXPECT_EQ(name, events.front().group);
    }
}

// A full queue makes sending fail at once. Messages that were accepted are delivered in order.
TEST_F(ContractC18, senders_get_try_again_at_once)
{
    constexpr std::size_t kSize = 500'000;
    Cpg cpg;
    cpg.enter("cib");
    Texts taken;
    for (int round = 0; round < 3; ++round) {
        Freeze busy(daemon());
        cs_error_t error = CS_OK;
        while (error == CS_OK) {
            taken.push_back(pattern(kSize, static_cast<unsigned>(taken.size())));
            error = send_once(cpg, taken.back());
        }
        EXPECT_EQ(CS_ERR_TRY_AGAIN, error);
        EXPECT_EQ(CS_ERR_TRY_AGAIN, send_once(cpg, taken.back()));
        busy.thaw();
        EXPECT_EQ(CS_OK, send(cpg, taken.back())); // tries again later
    }
    ASSERT_TRUE(cpg.await_messages(taken.size()));
    EXPECT_TRUE(taken == messages(cpg.take()));
}

} // namespace
