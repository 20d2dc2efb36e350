// A thread is cancelled where that may happen: while it waits in dispatch.
#include "listener.hpp"

#include "support/process.hpp"
#include "support/thread.hpp"

namespace {

using namespace test;

using Cancel = ServiceTest;

// Decision 11: it holds nothing that others, or finalize, would miss. (A thread that began afterwards might have its
// name, and so give back for it what it held.)
TEST_F(Cancel, in_dispatch_leaves_the_handle_to_other_threads)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING}) {
        Listener listener;
        const int fd = listener.fd();
        Background dispatching([flag, handle = std::uint64_t(listener)] { return service().dispatch(handle, flag); });
        ASSERT_TRUE(dispatching.thread().falls_asleep());
        dispatching.thread().cancel();
        EXPECT_EQ(std::nullopt, dispatching.result()) << flag;

        EXPECT_TRUE(listener.works()) << flag;
        EXPECT_EQ(CS_OK, listener.finalize()) << flag;
        EXPECT_FALSE(open_descriptors().contains(fd)) << flag;
    }
}

} // namespace
