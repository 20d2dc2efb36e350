// Finalize while other threads are busy with the handle.
#include "cmap_fixture.hpp"

namespace {

using namespace test;

using CmapFinalize = CmapTest;

constexpr cs_dispatch_flags_t kWaiting[] = {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING};

// T71, CMAP-D9
TEST_F(CmapFinalize, wakes_whoever_waits_in_dispatch)
{
    for (const auto flag : kWaiting) {
        Cmap cmap;
        const cmap_handle_t handle = cmap;
        const int fd = cmap.fd();
        Background dispatching([=] { return cmap_dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        EXPECT_EQ(CS_OK, cmap.finalize());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

// T72
TEST_F(CmapFinalize, ends_the_callbacks)
{
    for (const auto flag : kWaiting) {
        Cmap cmap;
        const cmap_handle_t handle = cmap;
        auto& tracker = cmap.track("finalize.late", kEverything);
        Background dispatching([=] { return cmap_dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        {
            const Freeze freeze(daemon());
            EXPECT_EQ(CS_OK, cmap.finalize());
            EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result()) << flag;
        }
        change("finalize.late", 2);
        EXPECT_EQ(0U, tracker.count()) << flag;
    }
}

// Decision 12: the request of a third thread is in flight, and gets its answer.
TEST_F(CmapFinalize, wakes_one_thread_and_leaves_another_its_answer)
{
    Cmap cmap;
    const cmap_handle_t handle = cmap;
    const int fd = cmap.fd();
    ASSERT_EQ(CS_OK, cmap.set("finalize.flight", u32(42)));
    std::uint32_t answer = 0;
    Background dispatching([=] { return cmap_dispatch(handle, CS_DISPATCH_BLOCKING); });
    ASSERT_TRUE(dispatching.thread().falls_asleep());
    Freeze freeze(daemon());
    Background asking([handle, &answer] { return cmap_get_uint32(handle, "finalize.flight", &answer); });
    ASSERT_TRUE(asking.thread().falls_asleep());

    EXPECT_EQ(CS_OK, cmap.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
    EXPECT_FALSE(asking.ended_within(kGlance));
    EXPECT_EQ(CS_ERR_BAD_HANDLE, cmap_get(handle, "finalize.flight", nullptr, nullptr, nullptr));
    freeze.thaw();

    EXPECT_EQ(CS_OK, asking.result());
    EXPECT_EQ(42U, answer);
    EXPECT_FALSE(open_descriptors().contains(fd));
}

// Decision 12: the daemon is sending all the time.
TEST_F(CmapFinalize, under_a_flood_wakes_one_thread_and_leaves_another_its_answer)
{
    ASSERT_EQ(CS_OK, Cmap().set("finalize.asked", u32(42)));
    const Cmap source;
    std::atomic<std::uint32_t> number = 0;
    const Repeat flooding([&] { source.set("finalize.flood", u32(++number)); });
    for (int round = 0; round < 20; ++round) {
        Cmap cmap;
        const cmap_handle_t handle = cmap;
        auto& tracker = cmap.track("finalize.flood", kEverything);
        std::atomic<bool> called = false;
        tracker.on_event = [&](const Tracker::Call&) { called = true; };
        Background dispatching([=] { return cmap_dispatch(handle, CS_DISPATCH_BLOCKING); });
        Background asking([=] {
            for (;;) {
                std::uint32_t answer = 0;
                const auto error = cmap_get_uint32(handle, "finalize.asked", &answer);
                if (error != CS_OK || answer != 42)
                    return error;
            }
        });
        ASSERT_TRUE(eventually([&] { return called.load(); }));
        EXPECT_EQ(CS_OK, cmap.finalize());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, dispatching.result());
        EXPECT_EQ(CS_ERR_BAD_HANDLE, asking.result());
    }
}

} // namespace
