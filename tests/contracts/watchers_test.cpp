// SPDX-License-Identifier: BSD-3-Clause
// Programs that watch the daemon (sbd, sheepdog): they ask the descriptor for its peer, treat a hang-up as the daemon's
// death, and use 0 for "no handle".
#include "contract.hpp"

#include <sys/socket.h>

namespace {

using namespace test;

using ContractC01 = Contract;
using ContractC09 = Contract;

TEST_F(ContractC01, descriptor_gives_the_daemons_process_id)
{
    for (const auto& service : services) {
        const Handle handle(service);
        const int fd = handle.fd();
        EXPECT_EQ(CS_OK, handle.ask());
        EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ALL));
        EXPECT_EQ(fd, handle.fd()) << service.name;
        if (transport() == Transport::socket) // the event socket has no peer
            continue;
        ucred peer{};
        socklen_t size = sizeof peer;
        ASSERT_EQ(0, ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size)) << service.name;
        EXPECT_EQ(daemon().pid(), peer.pid) << service.name;
        EXPECT_EQ(0U, peer.uid) << service.name;
        EXPECT_EQ(0U, peer.gid) << service.name;
    }
}

TEST_F(ContractC01, descriptor_hangs_up_and_stays_open)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "the event socket does not hang up";
    auto handles = one_of_each();
    daemon().kill();
    for (auto& handle : handles) {
        const int fd = handle.fd();
        EXPECT_TRUE(readable(fd, kPatience));
        EXPECT_TRUE(hung_up(fd));
        EXPECT_EQ(CS_ERR_LIBRARY, handle.dispatch(CS_DISPATCH_ALL));
        EXPECT_TRUE(open_descriptors().contains(fd));
        EXPECT_EQ(fd, handle.fd());
        handle.finalize();
        EXPECT_FALSE(open_descriptors().contains(fd));
    }
}

TEST_F(ContractC09, handles_are_not_zero)
{
    for (const auto& service : services) {
        EXPECT_EQ(CS_ERR_BAD_HANDLE, service.finalize(0)) << service.name;
        for (int i = 0; i < 10; ++i)
            EXPECT_NE(kNoHandle, Handle(service)) << service.name;
    }
}

} // namespace
