// SPDX-License-Identifier: BSD-3-Clause
// A fork while another thread sends a message in parts: nobody in the child ends that, so no other such message can
// begin.
#include "fake_cpg.hpp"

#include "support/held_call.hpp"
#include "support/process.hpp"

namespace {

using namespace test;

constexpr std::size_t kLarge = 3'000'000;

class CpgForkInAMessage : public ::testing::Test {
protected:
    CpgForkInAMessage() { EXPECT_EQ(CS_OK, join(cpg, kGroup)); }
    ~CpgForkInAMessage() override
    {
        cpg.finalize();
        remove_what_libqb_leaves();
    }
    cs_error_t send()
    {
        iovec part{bytes.data(), bytes.size()};
        return cpg_mcast_joined(cpg, CPG_TYPE_AGREED, &part, 1);
    }

    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer}};
    Cpg cpg;
    std::string bytes = pattern(kLarge);
};

TEST_F(CpgForkInAMessage, lets_the_child_send_no_other)
{
    cs_error_t parents = CS_ERR_LIBRARY;
    {
        const HeldCall sending(transport() == Transport::ring ? "qb_rb_chunk_commit" : "qb_ipcc_sendv",
                               [&] { parents = send(); });
        ASSERT_TRUE(sending.stopped());
        EXPECT_EQ(0, in_child([this] { return send() == CS_ERR_LIBRARY ? 0 : 1; }));
    }
    EXPECT_EQ(CS_OK, parents);
}

} // namespace
