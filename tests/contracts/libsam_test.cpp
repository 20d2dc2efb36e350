// SPDX-License-Identifier: BSD-3-Clause
// libsam: a parent forks the process that it supervises, again and again, and stores its state in the map.
#include "contract.hpp"

#include <csignal>

#include <unistd.h>

namespace {

using namespace test;

using ContractC23 = Contract;

// What a child does with the descriptors that it inherited.
const std::function<int()> lives[] = {
    [] { return 0; },
    [] {
        for (const auto& [fd, link] : open_descriptors())
            ::close(fd);
        return 0;
    },
    [] {
        ::execlp("true", "true", nullptr);
        return 1;
    },
    [] { return ::raise(SIGKILL); },
};

TEST_F(ContractC23, parents_handle_works_whatever_the_child_does)
{
    for (const auto& service : services) {
        const Handle handle(service);
        const int fd = handle.fd();
        for (std::size_t life = 0; life < std::size(lives); ++life) {
            ASSERT_EQ(CS_OK, handle.provoke()) << "the child inherits an announced event";
            ASSERT_TRUE(readable(fd, kPatience));
            EXPECT_EQ(life == 3 ? -1 : 0, in_child(lives[life])) << life;
            EXPECT_EQ(CS_OK, handle.ask()) << service.name << ' ' << life;
            EXPECT_EQ(CS_OK, handle.dispatch(CS_DISPATCH_ONE)) << service.name << ' ' << life;
            EXPECT_EQ(fd, handle.fd());
        }
        EXPECT_TRUE(eventually([&] { return handle.dispatch(CS_DISPATCH_ALL) != CS_OK || !readable(fd, 20ms); }));
        EXPECT_FALSE(hung_up(fd)) << service.name;
    }
}

} // namespace
