// SPDX-License-Identifier: BSD-3-Clause
// The promise of cpg.h about a dispatch without memory: an event stays queued, but a message longer than the atomic
// size is lost.
#include "integration/cpg_fixture.hpp"
#include "resources/allocations.hpp"

namespace {

using namespace test;

class CpgNoMemory : public CpgTest {
protected:
    CpgNoMemory() { cpg.enter("memory"); }

    // Dispatches one event and makes allocation number `allocation` fail, from 0 on. Returns the result.
    cs_error_t dispatch_without(int allocation)
    {
        const FailingAllocation failing(allocation);
        return cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING);
    }

    Cpg cpg;
};

TEST_F(CpgNoMemory, leaves_messages_up_to_the_atomic_size_to_the_next_call)
{
    int failed = 0;
    for (const std::size_t size : {std::size_t{10}, std::size_t{5000}, std::size_t{300'000}, kAtomic}) {
        const auto bytes = pattern(size);
        for (int allocation = 0; allocation < 3; ++allocation) {
            Cpg fresh;
            ASSERT_EQ(CS_OK, join(fresh, "fresh." + std::to_string(size) + "." + std::to_string(allocation)));
            ASSERT_TRUE(fresh.await([&] { return fresh.count() == 1; }));
            fresh.take();
            ASSERT_EQ(CS_OK, send(fresh, bytes));
            ASSERT_TRUE(readable(fresh.fd(), kPatience));
            cs_error_t error = CS_OK;
            {
                const FailingAllocation failing(allocation);
                error = cpg_dispatch(fresh, CS_DISPATCH_ONE);
            }
            if (error != CS_OK) {
                ++failed;
                EXPECT_EQ(CS_ERR_NO_MEMORY, error) << size << ", allocation " << allocation;
                EXPECT_EQ(0U, fresh.count());
                EXPECT_TRUE(readable(fresh.fd()));
                EXPECT_EQ(CS_OK, cpg_dispatch(fresh, CS_DISPATCH_ONE_NONBLOCKING));
            }
            EXPECT_TRUE(Texts{bytes} == messages(fresh.take())) << size << ", allocation " << allocation;
        }
    }
    if (transport() == Transport::ring) {
        EXPECT_LT(0, failed);
    }
}

// Each part counts as an event nonetheless, and the next message arrives.
TEST_F(CpgNoMemory, loses_only_the_long_message_for_whose_part_it_occurs)
{
    constexpr int kPieces = 3;
    const auto bytes = pattern((kPieces - 1) * kAtomic + 1);
    int failed = 0;
    for (int piece = 0; piece < kPieces; ++piece) {
        ASSERT_EQ(CS_OK, send(cpg, bytes));
        ASSERT_EQ(CS_OK, send(cpg, "next"));
        bool lost = false;
        for (int event = 0; event <= kPieces; ++event) {
            ASSERT_TRUE(readable(cpg.fd(), kPatience));
            const auto error = event == piece ? dispatch_without(0) : cpg_dispatch(cpg, CS_DISPATCH_ONE);
            EXPECT_TRUE(error == CS_OK || (event == piece && error == CS_ERR_NO_MEMORY)) << piece << ": " << error;
            lost = lost || error == CS_ERR_NO_MEMORY;
        }
        failed += lost;
        const auto heard = messages(cpg.take());
        EXPECT_TRUE(heard == (lost ? Texts{"next"} : Texts{bytes, "next"})) << piece;
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING)) << piece;
    }
    EXPECT_LT(0, failed);
}

} // namespace
