// SPDX-License-Identifier: BSD-3-Clause
// Votequorum events whose number of entries is too large, and valid events of unusual shapes. malformed_event_test.cpp
// has the faults that any event can have.
#include "fake_votequorum.hpp"

namespace {

using namespace test;

class VotequorumEvent : public FakeVotequorumTest {
protected:
    // Sends this event and a valid one after it; expects an error for the first and a callback for the second.
    void expect_malformed(const Bytes& bytes)
    {
        const Bytes good = expected_votes_event(3);
        daemon.now({event(bytes), event(good)});
        EXPECT_EQ(CS_ERR_LIBRARY, votequorum.dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(Texts{}, votequorum.take());
        EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ONE));
        EXPECT_EQ(Texts{"expected 3"}, votequorum.take());
        EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum.dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    }

    Texts delivered(const Bytes& bytes)
    {
        daemon.now({event(bytes)});
        EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ONE));
        return votequorum.take();
    }
};

// VQ-D4
TEST_F(VotequorumEvent, with_entries_beyond_its_end_is_malformed)
{
    expect_malformed(quorum_event(1, 1000, 56));
    expect_malformed(quorum_event(1, 2, 63));
    expect_malformed(quorum_event(1, 0xffffffff, 56));
    expect_malformed(quorum_event(1, 0x20000000, 48)); // times 8 it is 0 in 32 bits
    expect_malformed(node_list_event(1000, 60));
    expect_malformed(node_list_event(2, 63));
    expect_malformed(node_list_event(0x40000000, 56));
    auto extra = extra_info_event(1, "extra");
    expect_malformed(extra.u32(40, 6));
    expect_malformed(extra.u32(40, 0xffffffff));
    expect_usable();
}

TEST_F(VotequorumEvent, without_a_callback_is_checked_too)
{
    votequorum_handle_t without_callbacks = kNoHandle;
    ASSERT_EQ(CS_OK, votequorum_initialize(&without_callbacks, nullptr));
    auto extra = extra_info_event(1, "extra");
    for (const Bytes& bytes : {Bytes(quorum_event(1, 2, 63)), Bytes(node_list_event(2, 63)),
                               Bytes(Message::event(wire::kExpectedVotes, 32)), Bytes(extra.u32(40, 6))}) {
        daemon.now({event(bytes), event(expected_votes_event(3))});
        EXPECT_EQ(CS_ERR_LIBRARY, votequorum_dispatch(without_callbacks, CS_DISPATCH_ONE));
        EXPECT_EQ(CS_OK, votequorum_dispatch(without_callbacks, CS_DISPATCH_ONE));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, votequorum_dispatch(without_callbacks, CS_DISPATCH_ONE_NONBLOCKING));
    }
    EXPECT_EQ(CS_OK, votequorum_finalize(without_callbacks));
}

TEST_F(VotequorumEvent, is_delivered_whatever_its_error_field_says)
{
    auto odd = expected_votes_event(7);
    EXPECT_EQ(Texts{"expected 7"}, delivered(odd.u32(16, CS_ERR_TRY_AGAIN)));
}

TEST_F(VotequorumEvent, may_have_no_entries)
{
    EXPECT_EQ(Texts{"quorate"}, delivered(quorum_event(1, 0, 48)));
    EXPECT_EQ(Texts{"nodelist"}, delivered(node_list_event(0, 56)));
    EXPECT_EQ(Texts{"extra 1 "}, delivered(extra_info_event(1, "")));
}

TEST_F(VotequorumEvent, may_have_extra_bytes_at_its_end)
{
    EXPECT_EQ(Texts{"quorate 0:0"}, delivered(quorum_event(1, 1, 1'000'000)));
    EXPECT_EQ(Texts{"nodelist 0 0"}, delivered(node_list_event(2, 1'000'000)));
    expect_usable();
}

TEST_F(VotequorumEvent, gives_every_field_to_the_callback)
{
    auto quorum = quorum_event(0, 2, 64);
    quorum.u64(32, 0xfedcba9876543210).u32(48, 0x01020304).u32(52, 1).u32(56, 5).u32(60, 0x80000002);
    auto nodes = node_list_event(3, 68);
    nodes.u64(24, 2)
        .u32(32, 0x11121314)
        .u64(32 + offsetof(votequorum_ring_id_t, seq), 0x2122232425262728)
        .u32(56, 9)
        .u32(60, 0xffffffff)
        .u32(64, 7);
    auto votes = expected_votes_event(0xffffffff);
    votes.u64(24, 3);
    auto extra = extra_info_event(0xfffffffe, "bytes");
    extra.u64(24, 4);
    daemon.now({event(quorum), event(nodes), event(votes), event(extra)});
    EXPECT_EQ(CS_OK, votequorum.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ((Notices{{0xfedcba9876543210, "inquorate 16909060:1 5:2147483650"},
                       {2, "nodelist 9 4294967295 7"},
                       {3, "expected 4294967295"},
                       {4, "extra 4294967294 bytes"}}),
              votequorum.take_notices());
    EXPECT_EQ((votequorum_ring_id_t{0x11121314, 0x2122232425262728}), votequorum.ring());
}

// The largest cluster has 384 nodes, and the device counts as one more.
TEST_F(VotequorumEvent, may_contain_385_nodes)
{
    auto quorum = quorum_event(1, 385, 48 + 8 * 385);
    std::string expected = "quorate";
    for (std::uint32_t i = 0; i < 385; ++i) {
        quorum.u32(48 + 8 * i, i).u32(52 + 8 * i, 1);
        expected += " " + std::to_string(i) + ":1";
    }
    EXPECT_EQ(Texts{expected}, delivered(quorum));
}

} // namespace
