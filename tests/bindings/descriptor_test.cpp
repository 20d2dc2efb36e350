// SPDX-License-Identifier: BSD-3-Clause
// The descriptor in an event loop that is edge-triggered (Go, Rust, libuv), or that has made the descriptor blocking
// (Go's os.File.Fd, Python's socket objects). The same for every service.
#include "integration/listener.hpp"

#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

using namespace test;

// More events than the socket has room for notification bytes (278), so that the daemon has to send some later.
constexpr int kMany = 1000;

class Edges {
public:
    explicit Edges(int fd)
    {
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLET;
        EXPECT_EQ(0, ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted));
    }
    ~Edges() { ::close(epoll_); }
    Edges(const Edges&) = delete;
    Edges& operator=(const Edges&) = delete;

    // Returns whether the next edge comes in that time.
    bool next(Duration wait) const
    {
        epoll_event seen{};
        const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
        return ::epoll_wait(epoll_, &seen, 1, static_cast<int>(milliseconds)) == 1;
    }

private:
    const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
};

using Binding = ServiceTest;
using BindingAtDeath = FreshServiceTest;

TEST_F(Binding, with_edge_triggering_that_dispatches_all_events_misses_none)
{
    for (const auto flag : {CS_DISPATCH_ALL, CS_DISPATCH_ONE_NONBLOCKING}) {
        const Listener listener;
        listener.queue(kMany);
        const Edges edges(listener.fd());
        Thread provoking([&] { listener.provoke(kMany); });
        while (Listener::told() < 2 * kMany) {
            ASSERT_TRUE(edges.next(kPatience)) << "stalled after event " << Listener::told();
            cs_error_t error = listener.dispatch(flag);
            while (error == CS_OK && flag == CS_DISPATCH_ONE_NONBLOCKING)
                error = listener.dispatch(flag);
            ASSERT_EQ(flag == CS_DISPATCH_ALL ? CS_OK : CS_ERR_TRY_AGAIN, error);
        }
        EXPECT_TRUE(numbers_to(2 * kMany) == Listener::heard());
    }
}

TEST_F(Binding, with_edge_triggering_gets_one_edge_for_queued_events)
{
    const Listener listener;
    listener.queue();
    const Edges edges(listener.fd());
    EXPECT_TRUE(edges.next(kPatience));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ONE));
    EXPECT_FALSE(edges.next(kGlance)) << "it has to dispatch all events";
    EXPECT_TRUE(readable(listener.fd()));
    EXPECT_EQ(CS_OK, listener.dispatch(CS_DISPATCH_ALL));
    EXPECT_EQ(Listener::kEvents, Listener::told());
    for (int times = 0; times < 10; ++times)
        EXPECT_EQ(CS_OK, listener.ask());
    EXPECT_FALSE(edges.next(kGlance)) << "only new events wake it";
    listener.provoke();
    EXPECT_TRUE(edges.next(kPatience));
    EXPECT_TRUE(listener.hears(2 * Listener::kEvents));
}

// A listener whose descriptor is in blocking mode.
class Blocking : public Listener {
public:
    Blocking()
    {
        const int flags = ::fcntl(fd(), F_GETFL);
        EXPECT_TRUE(flags & O_NONBLOCK);
        EXPECT_EQ(0, ::fcntl(fd(), F_SETFL, flags & ~O_NONBLOCK));
    }

    void expect_not_to_wait(cs_error_t without_event, cs_error_t all) const
    {
        Background taking([&] { return std::pair{dispatch(CS_DISPATCH_ONE_NONBLOCKING), dispatch(CS_DISPATCH_ALL)}; });
        ASSERT_TRUE(taking.ended_within(kPatience));
        EXPECT_EQ(std::pair(without_event, all), taking.result());
    }
};

TEST_F(Binding, with_a_blocking_descriptor_does_not_wait_in_nonblocking_calls)
{
    const Blocking listener;
    listener.expect_not_to_wait(CS_ERR_TRY_AGAIN, CS_OK);
    listener.queue(kMany);
    const Freeze freeze(daemon());
    listener.expect_not_to_wait(CS_OK, CS_OK); // although the daemon has not sent all notification bytes
    listener.expect_not_to_wait(CS_ERR_TRY_AGAIN, CS_OK);
}

TEST_F(Binding, with_a_blocking_descriptor_misses_no_event_and_is_woken_by_finalize)
{
    Blocking listener;
    {
        Thread provoking([&] { listener.provoke(kMany); });
        EXPECT_TRUE(listener.hears(kMany));
    }
    EXPECT_TRUE(numbers_to(kMany) == Listener::heard());
    EXPECT_TRUE(listener.works());
    Background waiting([handle = std::uint64_t{listener}] { return service().dispatch(handle, CS_DISPATCH_BLOCKING); });
    ASSERT_TRUE(waiting.thread().falls_asleep());
    EXPECT_EQ(CS_OK, listener.finalize());
    EXPECT_EQ(CS_ERR_BAD_HANDLE, waiting.result());
}

TEST_F(BindingAtDeath, with_edge_triggering_or_a_blocking_descriptor_gets_the_error)
{
    const Handle handle;
    const Edges edges(handle.fd());
    const Blocking blocking;
    daemon.kill();
    if (transport() != Transport::socket) { // there, the descriptor does not show it
        EXPECT_TRUE(edges.next(kPatience));
    }
    EXPECT_EQ(CS_ERR_LIBRARY, handle.dispatch(CS_DISPATCH_ALL));
    blocking.expect_not_to_wait(CS_ERR_LIBRARY, CS_ERR_LIBRARY);
    EXPECT_EQ(CS_ERR_LIBRARY, blocking.ask());
}

} // namespace
