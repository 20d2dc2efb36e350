// SPDX-License-Identifier: BSD-3-Clause
// Shared memory is full, or no descriptor is left, or the limit of descriptors is so low that every poll fails.
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
using DescriptorLimit = ServiceTest;
using FailingPoll = ServiceTest;

// The processor time that this process has used.
std::chrono::nanoseconds processor_time()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// Each call on an open handle returns what it always returns.
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
TEST_F(FullMemory, makes_initialize_fail_and_keep_nothing)
{
    if (transport() == Transport::socket)
        GTEST_SKIP() << "sockets need almost no shared memory";
    // Wait for the daemon to free the memory of earlier handles: it would be room for a new one.
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

TEST_F(FullMemory, does_not_change_calls_on_an_open_handle)
{
    expect_calls_work_in_spite_of([] { return FullSharedMemory(); });
}

TEST_F(DescriptorLimit, does_not_change_calls_on_an_open_handle)
{
    expect_calls_work_in_spite_of([] { return FewDescriptors(0); });
}

TEST_F(DescriptorLimit, stops_neither_events_nor_finalize)
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

// As long as this lives, poll fails, even with a single open descriptor.
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

// As in the reference: CS_ERR_INVALID_PARAM. Runs in a child, since a library that ignores the error of poll never
// returns. The child's exit status is what dispatch returns.
TEST_F(FailingPoll, fails_a_dispatch_that_would_wait)
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

// The handle stays usable. Dispatches that do not wait may work without poll, or return the same error.
TEST_F(FailingPoll, loses_no_event)
{
    for (const auto flag : kAllFlags)
        EXPECT_EQ(0, in_child([flag] {
                      const Listener listener;
                      listener.provoke();
                      if (!readable(listener.fd(), kPatience))
                          return 1;
                      if (flag == CS_DISPATCH_BLOCKING)
                          Listener::in_event(Listener::kEvents, [] { ::_exit(0); }); // then it would have to wait
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

TEST_F(FailingPoll, does_not_change_the_result_of_a_request)
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

// A request waits until a late reply comes, and sleeps meanwhile.
TEST_F(FailingPoll, lets_a_request_wait_for_its_reply)
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

TEST_F(FailingPoll, lets_finalize_release_everything)
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
