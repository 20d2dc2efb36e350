// SPDX-License-Identifier: BSD-3-Clause
// Cpg events of unusual shapes, and the parts of long messages. malformed_event_test.cpp has the faults that any event
// can have.
#include "fake_cpg.hpp"

#include "support/client.hpp"
#include "support/environment.hpp"
#include "support/process.hpp"

#include <cstring>

#include <unistd.h>

namespace {

using namespace test;

constexpr std::size_t kPartSize = 1000; // any size will do

class CpgEvent : public ::testing::Test {
protected:
    ~CpgEvent() override
    {
        cpg.finalize();
        remove_what_libqb_leaves();
    }

    // Sends this event and a valid one after it; expects an error for the first and a callback for the second.
    void expect_malformed(const Bytes& bytes)
    {
        daemon.now({event(bytes), event(Delivery("good").bytes())});
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ONE));
        EXPECT_EQ(Events{}, cpg.take());
        EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
        EXPECT_EQ(Texts{"good"}, messages(cpg.take()));
    }

    // Returns what the callback of this event gets.
    Event delivered(const Bytes& bytes)
    {
        daemon.now({event(bytes)});
        EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
        const Events events = cpg.take();
        EXPECT_EQ(1U, events.size());
        return events.empty() ? Event{} : events.front();
    }

    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer}};
    Cpg cpg{{.totem = true}};
};

// CPG-D36
TEST_F(CpgEvent, with_a_name_longer_than_128_bytes_is_malformed)
{
    for (const std::uint32_t length : {129U, 200U, 0xffffffffU}) {
        Delivery delivery("x");
        delivery.fields.group.length = length;
        expect_malformed(delivery.bytes());
        Part part(wire::kFirst, 1, "x");
        part.fields.group.length = length;
        expect_malformed(part.bytes());
        Confchg confchg({}, {}, {});
        confchg.fields.group.length = length;
        expect_malformed(confchg.bytes());
    }
}

TEST_F(CpgEvent, may_have_a_name_of_128_or_0_bytes)
{
    Delivery delivery("x");
    delivery.fields.group = wire_name(Bytes(128, 'n'));
    EXPECT_EQ(Bytes(128, 'n'), delivered(delivery.bytes()).group);
    delivery.fields.group.length = 0;
    EXPECT_EQ("", delivered(delivery.bytes()).group);
}

TEST_F(CpgEvent, with_a_message_beyond_its_end_is_malformed)
{
    for (const std::uint32_t length : {8U, 1000U, 0x7fffffffU, 0xffffffffU, 0xffffff48U}) {
        Delivery delivery("message");
        delivery.fields.length = length;
        expect_malformed(delivery.bytes());
        Part part(wire::kFirst, length, "message");
        part.fields.part_length = length;
        expect_malformed(part.bytes());
    }
}

TEST_F(CpgEvent, may_have_extra_bytes_at_its_end)
{
    Delivery delivery("message and more");
    delivery.fields.length = 7;
    EXPECT_EQ("message", delivered(delivery.bytes()).data);
}

TEST_F(CpgEvent, with_lists_beyond_its_end_is_malformed)
{
    struct Counts {
        std::uint32_t members;
        std::uint32_t left;
        std::uint32_t joined;
    };
    const Members one{{1, 2, 3}};
    for (const auto& [members, left, joined] :
         {Counts{2, 1, 1}, Counts{1, 2, 1}, Counts{1, 1, 2}, Counts{1000, 0, 0}, Counts{0, 1000, 0}, Counts{0, 0, 1000},
          Counts{0xffffffff, 2, 2}, Counts{0xffffffff, 0xffffffff, 0xffffffff}, Counts{0x20000000, 0, 0},
          Counts{0x0aaaaaab, 0, 0}}) { // times 24 bytes it is 8 in 32 bits
        Confchg confchg(one, one, one);
        confchg.fields.members = members;
        confchg.fields.left = left;
        confchg.fields.joined = joined;
        expect_malformed(confchg.bytes());
    }
    for (const std::uint32_t count : {5U, 0x40000000U, 0xffffffffU})
        expect_malformed(totem_event(count, {1, 2, 3}));
}

// CPG-D25, CPG-D26
TEST_F(CpgEvent, may_have_lists_of_any_length)
{
    Members many;
    std::vector<std::uint32_t> nodes;
    for (std::uint32_t number = 1; number <= 2000; ++number) {
        many.push_back({number, number + 1, CPG_REASON_JOIN});
        nodes.push_back(number);
    }
    const Members some{{7, 8, CPG_REASON_PROCDOWN}};
    const Event confchg = delivered(Confchg(many, some, {}).bytes());
    EXPECT_TRUE(many == confchg.members);
    EXPECT_EQ(some, confchg.left);
    EXPECT_EQ(Members{}, confchg.joined);
    EXPECT_TRUE(many == delivered(Confchg({}, some, many).bytes()).joined);
    EXPECT_EQ(2000U, delivered(totem_event(2000, nodes)).members.size());
}

// The callback's lists are in another form than in the event, so the event is never lent: a child whose parent ends in
// the callback would get it in that form.
TEST(CpgEventOnARing, of_many_members_is_not_left_to_a_child)
{
    const Variable rings("COROSYNC_CLIENT_TRANSPORT", "ring");
    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer, .ipc = Daemon::Ipc::shm}};
    Members many;
    for (std::uint32_t number = 1; number <= 300; ++number)
        many.push_back({kOwnNode, number, CPG_REASON_JOIN});
    int ends[2];
    check(::pipe(ends) == 0, "pipe");
    const auto wait_and_dispatch = [&](Cpg& cpg, pid_t parent) {
        const bool again = eventually([=] { return ::getppid() != parent; }) && eventually([&] {
                               cpg_dispatch(cpg, CS_DISPATCH_ALL);
                               return cpg.count() > 0;
                           });
        const bool next = again && cpg.take().front().data == "next";
        check(::write(ends[1], &next, sizeof next) == sizeof next, "write");
        return 0;
    };
    Child parent([&] {
        Cpg cpg;
        const pid_t self = ::getpid();
        const Child child([&] { return wait_and_dispatch(cpg, self); });
        cpg.on_event = [](const Cpg::Call&) { ::_exit(0); };
        cpg_dispatch(cpg, CS_DISPATCH_ONE);
        return 1;
    });
    EXPECT_TRUE(eventually([&] { return daemon.clients() == 1; }));
    daemon.now({event(Confchg(many, {}, {}).bytes())});
    EXPECT_EQ(0, parent.status());
    daemon.now({event(Delivery("next").bytes())});
    EXPECT_TRUE(readable(ends[0], kPatience));
    bool next = false;
    EXPECT_EQ(static_cast<ssize_t>(sizeof next), ::read(ends[0], &next, sizeof next));
    EXPECT_TRUE(next);
    for (const int end : ends)
        ::close(end);
    EXPECT_TRUE(eventually([&] { return daemon.clients() == 0; }));
}

// Daemons send 4 bytes without a meaning after the nodes.
TEST_F(CpgEvent, of_a_ring_change_may_end_with_its_nodes)
{
    const Members nodes{{.nodeid = 1}, {.nodeid = 2}};
    EXPECT_EQ(nodes, delivered(totem_event(2, {1, 2}, 0)).members);
    EXPECT_EQ(Members{}, delivered(totem_event(0, {}, 4)).members);
}

TEST_F(CpgEvent, without_a_callback_is_dropped)
{
    Cpg without_callbacks({.deliver = false, .confchg = false});
    const Members one{{1, 2, 3}};
    daemon.now({event(Delivery("x").bytes()), event(Confchg(one, one, one).bytes()), event(totem_event(1, {1})),
                event(Part(wire::kFirst, 1, "x").bytes()), event(Part(wire::kLast, 1, "").bytes())});
    EXPECT_EQ(CS_OK, cpg_dispatch(without_callbacks, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(without_callbacks, CS_DISPATCH_ONE_NONBLOCKING));
}

TEST_F(CpgEvent, without_a_callback_is_checked_too)
{
    Cpg without_callbacks({.deliver = false, .confchg = false});
    Delivery delivery("x");
    delivery.fields.length = 2;
    Part part(wire::kFirst, 2, "x");
    part.fields.part_length = 2;
    Confchg confchg({}, {}, {});
    confchg.fields.left = 1;
    for (const Bytes& bytes : {delivery.bytes(), part.bytes(), confchg.bytes(), totem_event(3, {1})}) {
        daemon.now({event(bytes)});
        EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(without_callbacks, CS_DISPATCH_ONE));
    }
    EXPECT_EQ(CS_OK, cpg_dispatch(without_callbacks, CS_DISPATCH_ALL));
}

class CpgParts : public CpgEvent {
protected:
    Step part(wire::PartType type, std::size_t number) const
    {
        return event(Part(type, message.size(), message.substr(number * kPartSize, kPartSize)).bytes());
    }
    Steps all_parts() const { return {part(wire::kFirst, 0), part(wire::kContinued, 1), part(wire::kLast, 2)}; }

    const std::string message = pattern(3 * kPartSize);
};

TEST_F(CpgParts, are_joined_to_one_message)
{
    daemon.now(all_parts());
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{message}, messages(cpg.take()));
}

TEST_F(CpgParts, make_no_message_if_one_of_them_is_malformed)
{
    Part malformed(wire::kContinued, message.size(), "x");
    malformed.fields.part_length = 2;
    daemon.now({part(wire::kFirst, 0), event(malformed.bytes()), part(wire::kLast, 2), event(Delivery("x").bytes())});
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ONE));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{"x"}, messages(cpg.take()));
    daemon.now(all_parts());
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{message}, messages(cpg.take()));
}

// CPG-D16
TEST_F(CpgParts, of_a_member_that_has_left_make_no_message)
{
    const Bytes left = Confchg({}, {{kOwnNode, kSender, CPG_REASON_PROCDOWN}}, {}).bytes();
    Cpg without_confchg({.confchg = false});
    daemon.now({part(wire::kFirst, 0), part(wire::kContinued, 1), event(left), part(wire::kLast, 2)});
    EXPECT_EQ(CS_OK, cpg_dispatch(without_confchg, CS_DISPATCH_ALL));
    EXPECT_EQ(Events{}, without_confchg.take());
}

TEST_F(CpgParts, of_a_member_make_a_message_after_a_malformed_event_that_says_it_left)
{
    Confchg malformed({}, {{kOwnNode, kSender, CPG_REASON_PROCDOWN}}, {});
    malformed.fields.joined = 1000;
    daemon.now({part(wire::kFirst, 0), part(wire::kContinued, 1), event(malformed.bytes()), part(wire::kLast, 2)});
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{message}, messages(cpg.take()));
}

// The other events may have any bytes where this one has its lists.
TEST_F(CpgParts, of_a_member_make_a_message_whatever_other_events_contain)
{
    Bytes other = Confchg({}, {{kOwnNode, kSender, CPG_REASON_PROCDOWN}}, {}).bytes();
    const std::int32_t unknown_id = 4711;
    std::memcpy(other.data(), &unknown_id, sizeof unknown_id);
    daemon.now({part(wire::kFirst, 0), part(wire::kContinued, 1), event(other), part(wire::kLast, 2)});
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{message}, messages(cpg.take()));
}

// The parts that have arrived are freed with the handle.
class CpgPartsOfDeadDaemon : public CpgParts, public ::testing::WithParamInterface<bool> {};

TEST_P(CpgPartsOfDeadDaemon, make_no_message)
{
    const bool frozen = GetParam();
    daemon.now({part(wire::kFirst, 0), part(wire::kContinued, 1)});
    if (frozen)
        daemon.stop();
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Events{}, cpg.take());
}

INSTANTIATE_TEST_SUITE_P(Killed, CpgPartsOfDeadDaemon, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(KilledWhileFrozen, CpgPartsOfDeadDaemon, ::testing::Values(true));

TEST_F(CpgParts, make_a_message_after_the_daemon_was_frozen_between_them)
{
    daemon.now({part(wire::kFirst, 0)});
    daemon.stop();
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    daemon.resume();
    daemon.now({part(wire::kContinued, 1), part(wire::kLast, 2)});
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{message}, messages(cpg.take()));
}

TEST_F(CpgParts, make_a_message_if_all_are_queued_when_the_daemon_dies)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client drops queued events when the daemon dies";
    daemon.now({part(wire::kFirst, 0)});
    EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    daemon.now({part(wire::kContinued, 1), part(wire::kLast, 2)});
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, cpg_dispatch(cpg, CS_DISPATCH_ALL));
    EXPECT_EQ(Texts{message}, messages(cpg.take()));
}

} // namespace
