// SPDX-License-Identifier: BSD-3-Clause
// The daemon is killed: once the handles are finalized, none of its connections' files is left.
#include "integration/listener.hpp"

#include "support/process.hpp"

#include <deque>

#include <unistd.h>

namespace {

using namespace test;

// Each test has its own daemon.
class Killed : public ::testing::Test {
protected:
    Killed() { service().await(); }

    // Finalizes the handles that are left.
    void expect_nothing_left()
    {
        const pid_t pid = daemon.pid();
        daemon.kill();
        while (!handles.empty()) {
            handles.pop_back();
            if (transport() == Transport::ring) {
                EXPECT_EQ(handles.size(), connection_entries(pid).size()); // each finalize removes its own directory
            }
        }
        EXPECT_TRUE(connection_entries(pid).empty()) << *connection_entries(pid).begin();
        EXPECT_FALSE(maps_rings(::getpid()));
    }

    Daemon daemon;
    std::deque<std::unique_ptr<Handle>> handles = [] {
        std::deque<std::unique_ptr<Handle>> three;
        for (int number = 0; number < 3; ++number)
            three.push_back(std::make_unique<Handle>());
        return three;
    }();
};

TEST_F(Killed, daemon_leaves_no_directory_once_its_handles_are_finalized)
{
    expect_nothing_left();
}

TEST_F(Killed, daemon_leaves_no_directory_of_handles_that_were_in_use)
{
    for (const auto& handle : handles)
        EXPECT_EQ(CS_OK, service().ask(*handle));
    Listener listener;
    listener.provoke();
    EXPECT_TRUE(readable(listener.fd(), kPatience));
    const pid_t pid = daemon.pid();
    daemon.kill();
    EXPECT_EQ(CS_ERR_LIBRARY, service().ask(listener));
    EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, listener.finalize());
    while (!handles.empty())
        handles.pop_front();
    EXPECT_TRUE(connection_entries(pid).empty()) << *connection_entries(pid).begin();
}

// The daemon would have removed the files of such a handle itself.
TEST_F(Killed, daemon_leaves_no_directory_of_a_handle_that_was_finalized_while_it_was_stopped)
{
    if (service().finalize_asks)
        GTEST_SKIP() << "that waits for the daemon";
    if (transport() == Transport::libqb)
        GTEST_SKIP() << "libqb's client leaves the files to the daemon that lives";
    daemon.stop();
    handles.pop_front();
    expect_nothing_left();
}

// A child that only inherited the handles does not count.
TEST_F(Killed, daemon_leaves_no_directory_though_a_child_finalized_first)
{
    EXPECT_EQ(0, in_child([this] {
                  for (const auto& handle : handles)
                      service().finalize(*handle);
                  return 0;
              }));
    expect_nothing_left();
}

} // namespace
