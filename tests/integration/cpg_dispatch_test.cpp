// SPDX-License-Identifier: BSD-3-Clause
// What counts as an event, and events of every size. dispatch_test.cpp and readiness_test.cpp test what is the same for
// every service.
#include "cpg_fixture.hpp"

namespace {

using namespace test;

using CpgDispatch = CpgTest;

void wait_for_events(const Cpg& cpg)
{
    ASSERT_TRUE(readable(cpg.fd(), kPatience));
    std::this_thread::sleep_for(20ms); // until all have arrived
}

TEST_F(CpgDispatch, counts_events_without_a_callback)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cpg cpg({.deliver = false, .confchg = false});
        ASSERT_EQ(CS_OK, join(cpg, "dispatch.unwanted"));
        send_numbers(cpg, 2);
        for (int event = 0; event < 3; ++event) {
            EXPECT_TRUE(readable(cpg.fd(), kPatience)) << event;
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, flag)) << event;
        }
        EXPECT_FALSE(readable(cpg.fd(), kGlance));
        EXPECT_EQ(0U, cpg.count());
    }
}

TEST_F(CpgDispatch, counts_each_part_of_a_long_message_as_an_event)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        Cpg cpg;
        cpg.enter("dispatch.parts");
        ASSERT_EQ(CS_OK, send(cpg, pattern(2 * kAtomic + 1)));
        for (const std::size_t delivered : {0U, 0U, 1U}) {
            ASSERT_TRUE(readable(cpg.fd(), kPatience));
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, flag));
            EXPECT_EQ(delivered, cpg.count());
        }
        EXPECT_FALSE(readable(cpg.fd(), kGlance));
        EXPECT_EQ(CS_ERR_TRY_AGAIN, cpg_dispatch(cpg, CS_DISPATCH_ONE_NONBLOCKING));
    }
}

// C2
TEST_F(CpgDispatch, leaves_the_descriptor_readable_until_the_last_event)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING, CS_DISPATCH_ALL}) {
        for (const std::size_t size : {8U, 8000U, 60'000U}) {
            Cpg cpg;
            cpg.enter("dispatch.ready");
            const int fd = cpg.fd();
            cpg.on_event = [&](const Cpg::Call&) {
                EXPECT_EQ(cpg.count() < 5, readable(fd)) << "in callback " << cpg.count() << ", flag " << flag;
            };
            for (int i = 0; i < 5; ++i)
                ASSERT_EQ(CS_OK, send(cpg, pattern(size)));
            wait_for_events(cpg);
            while (cpg.count() < 5) {
                EXPECT_TRUE(readable(fd)) << "behind event " << cpg.count();
                ASSERT_EQ(CS_OK, cpg_dispatch(cpg, flag));
            }
            EXPECT_FALSE(readable(fd, kGlance));
        }
    }
}

} // namespace
