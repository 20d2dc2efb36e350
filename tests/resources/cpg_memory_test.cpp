// Messages that need memory.
#include "integration/cpg_fixture.hpp"
#include "support/memory_use.hpp"
#include "support/sanitizers.hpp"

namespace {

using namespace test;

using CpgMemory = CpgTest;

constexpr std::size_t kMost = 64 << 10; // that may stay

// Decision 10
TEST_F(CpgMemory, is_given_back_after_a_long_message)
{
    if (transport() != Transport::ring)
        GTEST_SKIP() << "libqb's client receives into a buffer of a megabyte";
    if (kSanitized)
        GTEST_SKIP() << "the sanitizer brings its own malloc";
    static std::size_t received;
    received = 0;
    cpg_callbacks_t callbacks{};
    callbacks.cpg_deliver_fn = [](cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t, void*,
                                  std::size_t size) { received = size; };
    cpg_handle_t handle = kNoHandle;
    ASSERT_EQ(CS_OK, cpg_initialize(&handle, &callbacks));
    ASSERT_EQ(CS_OK, join(handle, "memory"));
    int fd = -1;
    ASSERT_EQ(CS_OK, cpg_fd_get(handle, &fd));
    const auto message = pattern(3'000'000);
    const auto before = allocated();
    for (const auto flag : {CS_DISPATCH_ALL, CS_DISPATCH_ONE, CS_DISPATCH_ONE_NONBLOCKING}) {
        received = 0;
        ASSERT_EQ(CS_OK, send(handle, message));
        while (received == 0 && readable(fd, kPatience))
            ASSERT_EQ(CS_OK, cpg_dispatch(handle, flag));
        EXPECT_EQ(message.size(), received) << flag;
        EXPECT_LE(allocated(), before + kMost) << flag;
    }
    EXPECT_EQ(CS_OK, cpg_finalize(handle));
}

} // namespace
