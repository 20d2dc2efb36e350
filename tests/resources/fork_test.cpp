// SPDX-License-Identifier: BSD-3-Clause
// Handles across fork: parent and child may both use a handle, and neither damages it for the other when it exits.
#include "integration/listener.hpp"
#include "system_calls.hpp"

#include "support/companion.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace {

using namespace test;

using Fork = ServiceTest;

// CMAP-D26, VQ-D21, decision 4
TEST_F(Fork, lets_the_child_use_and_finalize_the_handle)
{
    Listener listener;
    EXPECT_EQ(0, in_child([&] { return service().ask(listener) == CS_OK && listener.finalize() == CS_OK ? 0 : 1; }));
    EXPECT_TRUE(listener.works());
}

// Decision 4
TEST_F(Fork, lets_the_child_finalize_the_handle_without_using_it)
{
    const Listener listener;
    const auto files = connection_entries(daemon().pid());
    EXPECT_EQ(0, in_child([&] {
                  const int fd = listener.fd();
                  if (service().finalize(listener) != CS_OK)
                      return 1;
                  if (open_descriptors().contains(fd))
                      return 2;
                  return service().finalize(listener) == CS_ERR_BAD_HANDLE ? 0 : 3;
              }));
    EXPECT_EQ(files, connection_entries(daemon().pid()));
    EXPECT_TRUE(listener.works());
}

// Decision 4: the child has taken the event in whose callback it exits, and no other.
TEST_F(Fork, leaves_the_parent_the_events_that_the_child_has_not_taken)
{
    const Listener listener;
    listener.queue();
    EXPECT_EQ(0, in_child([&] {
                  Listener::in_event(1, [] { ::_exit(0); });
                  listener.dispatch(CS_DISPATCH_ALL);
                  return 1;
              }));
    while (Listener::told() < Listener::kEvents - 1 && readable(listener.fd(), kPatience))
        ASSERT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_EQ((Numbers{2, 3, 4}), Listener::heard());
    EXPECT_FALSE(readable(listener.fd(), kGlance));
}

// C23
TEST_F(Fork, lets_the_child_exit)
{
    const Listener listener;
    EXPECT_EQ(0, in_child([] { return 0; }));
    std::fflush(nullptr); // otherwise the child writes it, too
    EXPECT_EQ(0, in_child([]() -> int { std::exit(0); }));
    EXPECT_TRUE(listener.works());
}

// C23
TEST_F(Fork, lets_the_child_close_inherited_descriptors)
{
    const Listener listener;
    EXPECT_EQ(0, in_child([] {
                  for (const auto& [fd, target] : open_descriptors())
                      ::close(fd);
                  return 0;
              }));
    EXPECT_TRUE(listener.works());
}

// C23
TEST_F(Fork, lets_the_child_run_another_program)
{
    const Listener listener;
    EXPECT_EQ(0, in_child([] {
                  ::execlp("true", "true", nullptr);
                  return 1;
              }));
    EXPECT_TRUE(listener.works());
}

// Decision 4: only the child uses the handle, as in a program that initializes and then becomes a daemon.
TEST_F(Fork, lets_only_the_child_use_the_handle)
{
    EXPECT_EQ(0, in_child([] {
                  Listener listener;
                  const int grandchild =
                      in_child([&] { return listener.works() && listener.finalize() == CS_OK ? 0 : 1; });
                  ::_exit(grandchild); // the creator has not used the handle meanwhile, and does not finalize it
                  return -1;
              }));
}

// Decision 4: the creator has exited before, and the kernel has taken back all that belonged to it.
TEST_F(Fork, lets_the_child_use_the_handle_after_its_creator_has_exited)
{
    Companion creator([](Line& line) {
        Listener listener;
        const pid_t parent = ::getpid();
        if (::fork() != 0)
            ::_exit(0);
        if (!eventually([=] { return ::getppid() != parent; }))
            line.say("the creator stays");
        line.say(listener.works() && listener.finalize() == CS_OK ? "works" : "fails");
        ::_exit(0);
    });
    EXPECT_EQ("works", creator.hear());
    EXPECT_EQ(0, creator.wait());
    EXPECT_TRUE(eventually([] { return connection_entries(daemon().pid()).empty(); }));
}

// One thread waits for events, one for a reply, and this one finalizes. 0 if that ends both waits.
int finalize_among_threads(Listener& listener)
{
    const std::uint64_t handle = listener;
    Background waiting([=] { return service().dispatch(handle, CS_DISPATCH_BLOCKING); });
    Background asking([=] { return service().ask(handle); });
    if (!waiting.thread().falls_asleep() || !asking.thread().falls_asleep())
        ::_exit(1); // at once: the threads may not end
    const auto finalized = listener.finalize();
    if (!waiting.ended_within(kPatience / 2) || !asking.ended_within(kPatience / 2))
        ::_exit(2);
    const bool told = waiting.result() == CS_ERR_BAD_HANDLE && asking.result() == CS_ERR_BAD_HANDLE;
    return finalized == CS_OK && told ? 0 : 3;
}

// Decision 4
TEST_F(Fork, lets_a_thread_of_the_child_finalize_a_handle_that_others_use)
{
    Listener listener;
    {
        const Freeze freeze(daemon());
        EXPECT_EQ(0, in_child([&] { return finalize_among_threads(listener); }));
    }
    EXPECT_EQ(CS_OK, listener.finalize());
}

// Decision 4: a message without its byte would freeze the daemon.
TEST_F(Fork, lets_a_thread_of_the_child_finalize_during_a_request)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "a message needs no byte there";
    Listener listener;
    EXPECT_EQ(0, in_child([&] {
                  Background asking([handle = std::uint64_t(listener)] {
                      const LateSends late;
                      return service().ask(handle);
                  });
                  return asking.thread().falls_asleep() && listener.finalize() == CS_OK ? 0 : 1;
              }));
    EXPECT_EQ(CS_OK, service().ask(listener));
    EXPECT_EQ(0, in_child([] { return service().ask(Handle()) == CS_OK ? 0 : 1; }));
}

// Decision 4
TEST_F(Fork, lets_the_child_open_handles_of_its_own)
{
    const Listener listener;
    EXPECT_EQ(0, in_child([] {
                  Listener own;
                  return own.works() && own.finalize() == CS_OK ? 0 : 1;
              }));
    EXPECT_TRUE(listener.works());
}

} // namespace
