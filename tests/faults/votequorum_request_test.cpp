// SPDX-License-Identifier: BSD-3-Clause
// The bytes of each request: the fields that a daemon reads, and zeros elsewhere.
#include "fake_votequorum.hpp"

#include <cstddef>
#include <cstring>

namespace {

using namespace test;

class VotequorumRequest : public FakeVotequorumTest {
protected:
    void expect_sent(const Message& request, cs_error_t result)
    {
        EXPECT_EQ(CS_OK, result);
        EXPECT_EQ(static_cast<const Bytes&>(request), daemon.last_request());
    }
};

// Fills the stack memory that the calls below will use.
__attribute__((noinline)) void soil_the_stack()
{
    char dirt[8192];
    std::memset(dirt, 0xa5, sizeof dirt);
    asm volatile("" : : "r"(dirt) : "memory");
}

TEST_F(VotequorumRequest, about_nodes_and_votes_is_as_specified)
{
    votequorum_info info;
    soil_the_stack();
    expect_sent(Message::request(wire::getinfo, 24).u32(16, 0x01020304),
                votequorum_getinfo(votequorum, 0x01020304, &info));
    soil_the_stack();
    expect_sent(Message::request(wire::setexpected, 24).u32(16, 0x05060708),
                votequorum_setexpected(votequorum, 0x05060708));
    soil_the_stack();
    expect_sent(Message::request(wire::setvotes, 24).u32(16, 0x11121314).u32(20, 0x01020304),
                votequorum_setvotes(votequorum, 0x01020304, 0x11121314));
}

TEST_F(VotequorumRequest, for_events_is_as_specified)
{
    soil_the_stack();
    expect_sent(Message::request(wire::trackstart, 32).u64(16, 0x8877665544332211).u32(24, 0xfffffff7),
                votequorum_trackstart(votequorum, 0x8877665544332211, 0xfffffff7));
    soil_the_stack();
    expect_sent(Message::request(wire::trackstop, 16), votequorum_trackstop(votequorum));
}

// VQ-D11
TEST_F(VotequorumRequest, about_a_device_is_as_specified)
{
    const votequorum_ring_id_t ring{0x21222324, 0x3132333435363738};
    soil_the_stack();
    expect_sent(Message::request(wire::device_register, 272).text(16, "name"),
                votequorum_qdevice_register(votequorum, "name"));
    soil_the_stack();
    expect_sent(Message::request(wire::device_unregister, 272).text(16, "name"),
                votequorum_qdevice_unregister(votequorum, "name"));
    soil_the_stack();
    expect_sent(Message::request(wire::device_update, 528).text(16, "old").text(271, "new name"),
                votequorum_qdevice_update(votequorum, "old", "new name"));
    soil_the_stack();
    expect_sent(Message::request(wire::device_poll, 296)
                    .text(16, "name")
                    .u32(272, 0x41424344)
                    .u32(280, ring.nodeid)
                    .u64(280 + offsetof(votequorum_ring_id_t, seq), ring.seq),
                votequorum_qdevice_poll(votequorum, "name", 0x41424344, ring));
    soil_the_stack();
    expect_sent(Message::request(wire::device_master_wins, 280).text(16, "name").u32(272, 0x51525354),
                votequorum_qdevice_master_wins(votequorum, "name", 0x51525354));
}

TEST_F(VotequorumRequest, may_have_names_of_254_characters)
{
    const std::string first(254, '1');
    const std::string second(254, '2');
    expect_sent(Message::request(wire::device_update, 528).text(16, first).text(271, second),
                votequorum_qdevice_update(votequorum, first.c_str(), second.c_str()));
}

TEST_F(VotequorumRequest, about_extra_information_is_as_specified)
{
    std::uint32_t size = 0;
    char extra[VOTEQUORUM_QDEVICE_EXTRA_NODEINFO_MAXSIZE];
    soil_the_stack();
    expect_sent(Message::request(wire::set_extra_info, 24 + 5).u32(16, 5).text(20, "extra"),
                votequorum_set_qdevice_extra_info(votequorum, 5, "extra"));
    soil_the_stack();
    expect_sent(Message::request(wire::get_extra_info, 24).u32(16, 0x01020304).u32(20, 0), [&] {
        const auto error = votequorum_get_qdevice_extra_info(votequorum, 0x01020304, &size, extra);
        return error == CS_ERR_NOT_EXIST ? CS_OK : CS_ERR_LIBRARY;
    }());
}

} // namespace
