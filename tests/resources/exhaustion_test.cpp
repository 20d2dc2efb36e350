// SPDX-License-Identifier: BSD-3-Clause
// There is no room in shared memory, or no descriptor left, or so few allowed that poll fails for good.
#include "integration/listener.hpp"

#include "support/full_shared_memory.hpp"
#include "support/process.hpp"
#include "support/thread.hpp"

#include <ctime>
#include <string>

#include <corosync/client.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace test;

using FullMemory = ServiceTest;
using NoDescriptor = ServiceTest;
using NoPoll = ServiceTest;

// That this process has used.
std::chrono::nanoseconds processor_time()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

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

// As long as it lives poll fails, even of a single descriptor that is open.
class PollFails {
public:
    PollFails()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{0, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~PollFails() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    PollFails(const PollFails&) = delete;
    PollFails& operator=(const PollFails&) = delete;

private:
    rlimit before_{};
};

// As in the reference: CS_ERR_INVALID_PARAM. In a child, since who does not see to it turns for ever; the child's exit
// status is what dispatch gives.
TEST_F(NoPoll, ends_a_dispatch_that_would_wait_at_once)
{
    for (const auto flag : {CS_DISPATCH_ONE, CS_DISPATCH_BLOCKING})
        EXPECT_EQ(CS_ERR_INVALID_PARAM, in_child([flag] {
                      const Listener listener;
                      const PollFails fails;
                      const auto error = listener.dispatch(flag);
                      return std::string(cs_client_reason()).starts_with("a system call failed with errno 22;") ? error
                                                                                                                : -1;
                  }))
            << flag;
}

// Nor is the handle spoilt by it. Dispatches that do not wait may do without poll, or say the same.
TEST_F(NoPoll, loses_no_event)
{
    for (const auto flag : kAllFlags)
        EXPECT_EQ(0, in_child([flag] {
                      const Listener listener;
                      listener.provoke();
                      if (!readable(listener.fd(), kPatience))
                          return 1;
                      if (flag == CS_DISPATCH_BLOCKING)
                          Listener::in_event(Listener::kEvents, [] { ::_exit(0); }); // it could not but wait
                      cs_error_t error = CS_OK;
                      {
                          const PollFails fails;
                          error = listener.dispatch(flag);
                      }
                      if (error != CS_ERR_INVALID_PARAM && (error != CS_OK || flag == CS_DISPATCH_BLOCKING))
                          return 2;
                      Listener::on_event = nullptr;
                      return listener.hears(Listener::kEvents) && listener.works() ? 0 : 3;
                  }))
            << flag;
}

TEST_F(NoPoll, does_not_touch_what_asks)
{
    for (const auto& call : service().calls()) {
        if (call.kind != HandleCall::request)
            continue;
        ASSERT_EQ(undisturbed(call), in_child([&] {
                      const Handle handle;
                      service().prepare(handle);
                      const PollFails fails;
                      return call.call(handle);
                  }))
            << call.name;
    }
}

// An answer that takes its time is waited for, and asleep.
TEST_F(NoPoll, lets_a_request_wait)
{
    const Handle handle;
    Freeze freeze(daemon());
    Background asking([&] { return service().ask(handle); });
    EXPECT_TRUE(asking.thread().falls_asleep());
    const PollFails fails;
    const auto used_before = processor_time();
    EXPECT_FALSE(asking.ended_within(1s));
    const auto used = processor_time() - used_before;
    EXPECT_TRUE(used < 500ms) << used.count();
    freeze.thaw();
    EXPECT_EQ(CS_OK, asking.result());
}

TEST_F(NoPoll, lets_finalize_give_everything_back)
{
    Listener listener;
    const int fd = listener.fd();
    {
        const PollFails fails;
        EXPECT_EQ(CS_OK, listener.finalize());
    }
    EXPECT_FALSE(open_descriptors().contains(fd));
}

} // namespace
