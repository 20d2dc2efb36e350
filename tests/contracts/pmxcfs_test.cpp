// SPDX-License-Identifier: BSD-3-Clause
// pmxcfs: threads that send hold a lock until their message is delivered. The program finalizes a handle of libcmap
// that wakes it without an event, and all handles when the daemon is dead.
#include "contract.hpp"

#include <atomic>

#include <sys/uio.h>

namespace {

using namespace test;

using ContractC02 = Contract;
using ContractC06 = Contract;
using ContractC12 = Contract;
using ContractC16 = Contract;

void count(cmap_handle_t, cmap_track_handle_t, std::int32_t, const char*, cmap_notify_value, cmap_notify_value,
           void* changes)
{
    ++*static_cast<int*>(changes);
}

TEST_F(ContractC02, successful_dispatch_after_poll_delivers_an_event)
{
    constexpr int kMany = 200;
    const Handle map(cmap_service);
    const Handle other(cmap_service);
    int changes = 0;
    cmap_track_handle_t tracker = 0;
    ASSERT_EQ(CS_OK, cmap_track_add(map, "contracts.nodes.", CMAP_TRACK_PREFIX | CMAP_TRACK_MODIFY | CMAP_TRACK_ADD,
                                    count, &changes, &tracker));
    for (std::uint32_t i = 1; i <= kMany; ++i) {
        ASSERT_EQ(CS_OK, cmap_set_uint32(other, "contracts.nodes.1", i));
        ASSERT_EQ(CS_OK, map.ask());
        if (i % 7 != 0)
            continue;
        while (readable(map.fd())) {
            const int before = changes;
            ASSERT_EQ(CS_OK, map.dispatch(CS_DISPATCH_ONE));
            ASSERT_EQ(before + 1, changes) << "pmxcfs would finalize the handle";
        }
    }
    while (changes < kMany && readable(map.fd(), kPatience))
        ASSERT_EQ(CS_OK, map.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(kMany, changes);
    EXPECT_FALSE(readable(map.fd(), kGlance));
    cmap_delete(other, "contracts.nodes.1");
}

TEST_F(ContractC06, dead_daemon_is_a_library_error)
{
    for (const auto& service : services) {
        const Handle old(service);
        daemon().kill();
        for (const auto flag : kAllFlags)
            EXPECT_EQ(CS_ERR_LIBRARY, old.dispatch(flag)) << service.name << ", flag " << flag;
        EXPECT_EQ(CS_ERR_LIBRARY, old.ask()) << service.name;
        std::uint64_t none = kNoHandle;
        EXPECT_EQ(CS_ERR_LIBRARY, service.initialize(&none)) << service.name;

        daemon().restart();
        await_settled();
        const Handle reopened(service);
        EXPECT_EQ(CS_OK, reopened.ask()) << service.name;
        EXPECT_EQ(CS_ERR_LIBRARY, old.ask()) << service.name;
        EXPECT_EQ(CS_ERR_LIBRARY, old.dispatch(CS_DISPATCH_ALL)) << service.name;
    }
}

TEST_F(ContractC12, senders_may_hold_a_lock_until_their_message_is_delivered)
{
    constexpr int kEach = 30;
    Cpg cpg;
    cpg.enter("pmxcfs");
    std::atomic<int> delivered = 0;
    cpg.on_event = [&](const Cpg::Call&) { ++delivered; };
    std::mutex lock;
    int sent = 0;
    const auto write = [&](std::size_t size) {
        for (int i = 0; i < kEach; ++i) {
            const std::lock_guard held(lock);
            const int mine = ++sent;
            if (send(cpg, pattern(size)) != CS_OK || !eventually([&] { return delivered == mine; }))
                return false;
        }
        return true;
    };
    Background dispatching([&] { // waits in dispatch for each event
        while (delivered < 2 * kEach)
            EXPECT_EQ(CS_OK, cpg_dispatch(cpg, CS_DISPATCH_ONE));
        return true;
    });
    Background small([&] { return write(100); });
    Background large([&] { return write(1'500'000); });
    EXPECT_EQ(true, small.result());
    EXPECT_EQ(true, large.result());
    EXPECT_EQ(2 * kEach, delivered);
}

TEST_F(ContractC16, messages_of_any_length_may_have_many_parts)
{
    Cpg cpg;
    cpg.enter("pmxcfs");
    std::uint32_t longest = 0;
    ASSERT_EQ(CS_OK, cpg_max_atomic_msgsize_get(cpg, &longest));
    EXPECT_EQ((1U << 20) - 1024, longest);
    constexpr std::size_t kParts = 60;
    const auto bytes = pattern(kParts * 40'000);
    std::array<iovec, kParts> parts;
    for (std::size_t i = 0; i < kParts; ++i)
        parts[i] = {const_cast<char*>(bytes.data()) + i * 40'000, 40'000};
    ASSERT_EQ(CS_OK, cpg_mcast_joined(cpg, CPG_TYPE_AGREED, parts.data(), kParts));
    ASSERT_TRUE(cpg.await_messages(1));
    EXPECT_TRUE(Texts{bytes} == messages(cpg.take()));
}

} // namespace
