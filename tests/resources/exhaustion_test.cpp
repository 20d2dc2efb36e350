// There is no room in shared memory, or no descriptor left.
#include "listener.hpp"

#include "support/full_shared_memory.hpp"
#include "support/process.hpp"

namespace {

using namespace test;

using FullMemory = ServiceTest;
using NoDescriptor = ServiceTest;

// What each call gives on a handle that is open is not changed by that.
template <class Lack> void expect_calls_work_in_spite_of(const Lack& lack)
{
    for (const auto& call : service().calls()) {
        if (call.kind == HandleCall::finalize)
            continue;
        const auto usual = undisturbed(call);
        const Handle handle;
        service().prepare(handle);
        const auto lacking = lack();
        EXPECT_EQ(usual, call.call(handle)) << call.name;
    }
}

// Decision 3
TEST_F(FullMemory, lets_no_handle_be_opened_and_nothing_is_kept)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "sockets need next to none";
    // What the daemon is about to give back would be room.
    ASSERT_TRUE(eventually([] { return !maps_rings(daemon().pid()); }));
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
    expect_calls_work_in_spite_of([] { return FullSharedMemory(); });
}

TEST_F(NoDescriptor, does_not_touch_a_handle_that_is_open)
{
    expect_calls_work_in_spite_of([] { return FewDescriptors(0); });
}

TEST_F(NoDescriptor, neither_keeps_events_back_nor_finalize)
{
    Listener listener;
    const int fd = listener.fd();
    {
        const FewDescriptors none(0);
        EXPECT_TRUE(listener.works());
        EXPECT_EQ(CS_OK, listener.finalize());
    }
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
