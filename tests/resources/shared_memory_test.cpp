// There is no room in shared memory.
#include "service.hpp"

#include "support/full_shared_memory.hpp"
#include "support/process.hpp"

namespace {

using namespace test;

using FullMemory = ServiceTest;

// Decision 3
TEST_F(FullMemory, lets_no_handle_be_opened_and_nothing_is_kept)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "sockets need next to none";
    // What the daemon is about to remove would be room.
    ASSERT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
    const auto descriptors = open_descriptors();
    std::uint64_t handle = kUntouched;
    {
        const FullSharedMemory full;
        EXPECT_EQ(CS_ERR_NO_SPACE, service().initialize(&handle));
    }
    EXPECT_EQ(kUntouched, handle);
    EXPECT_EQ(descriptors, open_descriptors());
}

TEST_F(FullMemory, does_not_touch_a_handle_that_is_open)
{
    for (const auto& call : service().calls()) {
        if (call.kind == HandleCall::finalize)
            continue;
        const auto usual = undisturbed(call);
        const Handle handle;
        service().prepare(handle);
        const FullSharedMemory full;
        EXPECT_EQ(usual, call.call(handle)) << call.name;
    }
}

} // namespace
