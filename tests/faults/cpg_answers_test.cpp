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

int begun = 0; // callbacks

class CpgFinalizedInADispatch : public ::testing::Test {
protected:
    CpgFinalizedInADispatch() { begun = 0; }
    ~CpgFinalizedInADispatch() override { remove_what_libqb_leaves(); }

    FakeDaemon daemon{{.service = "cpg", .answer = cpg_answer}};
    cpg_model_v1_data_t model{
        CPG_MODEL_V1, [](cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*, std::size_t) { ++begun; },
        [](cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address*, std::size_t,
           const cpg_address*, std::size_t) { ++begun; },
        [](cpg_handle_t, cpg_ring_id, std::uint32_t, const std::uint32_t*) { ++begun; }, 0};
};

// It lets the thread be cancelled just before it looks at the event and calls the callback.
TEST_F(CpgFinalizedInADispatch, has_no_callback)
{
    const Members some{{1, 2, 3}};
    for (const Bytes& bytes :
         {Delivery("message").bytes(), Confchg(some, some, some).bytes(), totem_event(3, {1, 2, 3})}) {
        for (const int others : {1, 2}) {
            cpg_handle_t handle = 0;
            int fd = -1;
            ASSERT_EQ(CS_OK, cpg_model_initialize(&handle, CPG_MODEL_V1, reinterpret_cast<cpg_model_data_t*>(&model),
                                                  nullptr));
            ASSERT_EQ(CS_OK, cpg_fd_get(handle, &fd));
            daemon.now({event(bytes)});
            ASSERT_TRUE(readable(fd, kPatience));
            const Answer finalizes("pthread_setcancelstate", once([&] { EXPECT_EQ(CS_OK, cpg_finalize(handle)); }),
                                   others);
            begun = 0;
            cpg_dispatch(handle, CS_DISPATCH_ALL);
            EXPECT_EQ(others == 1 ? 0 : 1, begun);
        }
    }
}

} // namespace
