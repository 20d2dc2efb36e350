// SPDX-License-Identifier: BSD-3-Clause
// A connection to a raw daemon where system calls and libqb's rings return what they rarely return, or another thread
// or process acts in the middle of a call.
#include "loan_fixture.hpp"
#include "support/answers.hpp"
#include "support/held_call.hpp"
#include "support/process.hpp"

#include "core/reasons.hpp"

#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

#include <corosync/votequorum.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using namespace test;
using namespace corosync;

Caller here()
{
    return Caller::at(__builtin_frame_address(0));
}

TEST(ConnectWithForkHandlers, needs_memory_for_them)
{
    votequorum_handle_t handle = 0;
    {
        const Answer none("__register_atfork", always(ENOMEM));
        EXPECT_EQ(CS_ERR_NO_MEMORY, votequorum_initialize(&handle, nullptr));
    }
    const Answer again("__register_atfork", [] { return Answer::Given(); });
    EXPECT_NE(CS_OK, votequorum_initialize(&handle, nullptr)); // there is no daemon
    EXPECT_EQ(1, again.calls());
}

class ConnectByFiles : public ::testing::Test {
protected:
    int open(const char* transport)
    {
        const Variable variable("COROSYNC_CLIENT_TRANSPORT", transport);
        forget_reason();
        return connection.open("loan", Settings::from_environment(), ConnectDeadline(0));
    }
    const Answer forced{"access", always(0)}; // libqb uses sockets in the file system
    Connection connection;
};

TEST_F(ConnectByFiles, does_not_try_rings)
{
    RawDaemon daemon({RawDaemon::honest}, {.service = "loan"});
    EXPECT_EQ(-ENOTSUP, open("ring"));
    EXPECT_EQ(&reasons::filesystem_sockets, take_reason().reason);
    EXPECT_TRUE(daemon.visited(0));
}

TEST_F(ConnectByFiles, finds_nobody_where_no_daemon_is)
{
    EXPECT_GT(0, open("auto"));
    EXPECT_NE(&reasons::filesystem_sockets, take_reason().reason);
}

TEST(ConnectToNobody, has_the_same_reason_for_each_error_of_the_kernel)
{
    for (const int error : {ECONNREFUSED, ENOENT}) {
        const Variable rings("COROSYNC_CLIENT_TRANSPORT", "ring");
        const Answer none("connect", Answer::failure(error));
        Connection connection;
        EXPECT_EQ(-error, connection.open("loan", Settings::from_environment(), ConnectDeadline(0)));
        EXPECT_EQ(&reasons::nobody_listens, take_reason().reason);
    }
}

// The reply to the handshake stops in the middle for longer than a daemon ever needs.
TEST(ConnectToSlowDaemon, ends_if_the_rest_of_the_reply_is_late)
{
    const Variable rings("COROSYNC_CLIENT_TRANSPORT", "ring");
    RawDaemon daemon({[](const Visitor& visitor) {
                         if (visitor.read_request())
                             visitor.send(&visitor.offer, 25);
                         visitor.await_cue();
                     }},
                     {.service = "loan"});
    bool late = false;
    const Answer clock("clock_gettime", [&] {
        auto& now = Answer::result<timespec>();
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        now.tv_sec += late ? 3 : 0;
        return 0;
    });
    const Answer received(
        "recvmsg",
        [&]() -> Answer::Given {
            errno = EAGAIN;
            return std::exchange(late, true) ? Answer::Given() : Answer::Given(-1);
        },
        1);
    Connection connection;
    forget_reason();
    EXPECT_EQ(-ETIMEDOUT, connection.open("loan", Settings::from_environment(), ConnectDeadline(0)));
    EXPECT_EQ(&reasons::reply_ends, take_reason().reason);
    daemon.cue();
}

class ConnectionTest : public LoanTest {
protected:
    ConnectionTest() { connection().opened(); }
    ~ConnectionTest() override
    {
        if (entered != nullptr)
            events().leave(*entered);
    }

    Connection& connection() { return session.connection(); }
    EventQueue& events() { return connection().events(); }
    RequestChannel& requests() { return connection().requests(); }

    int enter()
    {
        unsigned abandoned = 0;
        const int rc = events().enter(here(), record, abandoned);
        if (rc == 0)
            entered = record;
        return rc;
    }
    int next(const NextEvent& wanted)
    {
        return events().next(*record, wanted, LoanSession::event_handling(), &session, event);
    }
    int send_small(std::size_t tail = 0)
    {
        Outgoing<LoanRequest> request(100, tail);
        std::string more(tail, 'x');
        const iovec part{more.data(), tail};
        return requests().send({request.part(), {&part, 1}, 0, tail}, kOrdinary);
    }
    int ask()
    {
        Outgoing<LoanRequest> request(1);
        return Exchange(requests(), {request.part()}, {1}).status();
    }

    DispatchRecord* record = nullptr;
    DispatchRecord* entered = nullptr;
    Event event;
};

using QueueHeldAtAFork = ConnectionTest;

TEST_F(QueueHeldAtAFork, cannot_be_used_in_the_child)
{
    ASSERT_EQ(0, enter());
    const HeldCall dispatching("qb_rb_chunk_peek", [this] { next({}); });
    ASSERT_TRUE(dispatching.stopped());
    EXPECT_EQ(0, in_child([&] {
                  if (enter() != -ENOTCONN)
                      return 1;
                  record = entered;
                  if (next({}) != -ENOTCONN)
                      return 2;
                  entered->lent = true;
                  events().end_event(*entered);
                  events().leave(*entered);
                  if (!entered->lent || !entered->busy)
                      return 3;
                  return events().close(here()) == 0 && connection().closing() ? 0 : 4;
              }));
}

// The fork does not wait for ever: the lock may be that of the forking thread itself.
TEST_F(QueueHeldAtAFork, is_left_as_it_is)
{
    ASSERT_EQ(0, enter());
    const HeldCall dispatching("qb_rb_chunk_peek", [this] { next({}); });
    ASSERT_TRUE(dispatching.stopped());
    events().before_fork();
    events().after_fork();
    EXPECT_EQ(0, in_child([this] {
                  DispatchRecord* none = nullptr;
                  unsigned abandoned = 0;
                  return events().enter(here(), none, abandoned) == -ENOTCONN ? 0 : 1;
              }));
}

using QueueAfterAFork = ConnectionTest;

// Another process that shares the handle has delivered the event and has not read its byte.
TEST_F(QueueAfterAFork, forgets_a_byte_without_an_event)
{
    events().before_fork();
    events().after_fork();
    ASSERT_EQ(0, enter());
    end.announce();
    EXPECT_EQ(0, next({}));
    EXPECT_EQ(0, end.unread_bytes());
    send(1, 24);
    EXPECT_EQ(1, next({}));
}

// The first byte has announced both events.
TEST_F(QueueAfterAFork, forgets_an_announced_event_that_another_process_has_taken)
{
    events().before_fork();
    events().after_fork();
    ASSERT_EQ(0, enter());
    send(1, 24);
    send(2, 24);
    EXPECT_EQ(1, next({}));
    events().end_event(*record);
    {
        const Answer taken("qb_rb_chunk_peek", always(0));
        EXPECT_EQ(0, next({}));
    }
    EXPECT_EQ(0, end.unread_bytes());
}

using LoanAtAFork = ConnectionTest;

// clone() without the handlers for forks: nobody has called the loan in.
TEST_F(LoanAtAFork, without_its_handlers_cannot_be_called_in_by_the_child)
{
    send(1);
    session.on_event = [this](const Delivery&) {
        const auto child = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
        if (child == 0) {
            const auto error = dispatch(Flag::one_nonblocking);
            ::_exit(error == CS_ERR_LIBRARY ? 0 : 1);
        }
        EXPECT_EQ(0, status_of_child(child));
    };
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_EQ(0, end.event_space_used());
}

TEST_F(LoanAtAFork, without_its_handlers_is_the_parents_to_end)
{
    send(1);
    pid_t child = -1;
    session.on_event = [&](const Delivery&) {
        child = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
        if (child == 0)
            return;
        EXPECT_EQ(0, status_of_child(child)); // its dispatch is over, too
        EXPECT_LT(0, end.event_space_used());
    };
    const auto error = dispatch(Flag::one);
    if (child == 0)
        ::_exit(error == CS_OK ? 0 : 1);
    EXPECT_EQ(0, end.event_space_used());
}

using LoanWithoutMemory = ConnectionTest;

TEST_F(LoanWithoutMemory, is_not_called_in_and_the_nested_dispatch_fails)
{
    send(1);
    send(2);
    session.on_event = [this](const Delivery& delivered) {
        told.push_back(delivered.number);
        if (delivered.number == 1) {
            const Answer none("mremap", Answer::failure(ENOMEM));
            EXPECT_EQ(CS_ERR_NO_MEMORY, dispatch(Flag::one_nonblocking));
        }
    };
    EXPECT_EQ(CS_OK, dispatch(Flag::all));
    EXPECT_EQ((std::vector<std::int32_t>{1, 2}), told);
}

using DispatchInterrupted = ConnectionTest;

// A finalize in another thread looks like any other error.
TEST_F(DispatchInterrupted, by_a_finalize_says_so_whatever_the_ring_says)
{
    ASSERT_EQ(0, enter());
    std::optional<Thread> finalizing;
    const Answer fails("qb_rb_chunk_peek", [&] {
        finalizing.emplace([this] { connection().begin_close(here()); });
        EXPECT_TRUE(eventually([this] { return connection().closing(); }));
        return -EINVAL;
    });
    EXPECT_EQ(-EBADF, next({}));
    finalizing->join();
}

TEST_F(DispatchInterrupted, by_an_end_of_file_of_a_live_daemon_has_lost_the_descriptor)
{
    ASSERT_EQ(0, enter());
    send(1, 24);
    const Answer ended("recv", always(0));
    EXPECT_EQ(-ENOTCONN, next({.last = true}));
}

TEST_F(DispatchInterrupted, by_a_signal_sleeps_again_and_by_an_error_does_not)
{
    for (const auto& [error, result] : {std::pair(EINTR, 0), {EAGAIN, 0}, {EINVAL, -EINVAL}}) {
        const Answer fails("poll", Answer::failure(error));
        EXPECT_EQ(result, events().sleep(-1)) << error;
    }
}

// It cannot be woken, so it looks from time to time.
TEST_F(DispatchInterrupted, sleeps_a_slice_in_a_child_without_a_descriptor)
{
    EXPECT_EQ(0, in_child([this] {
                  const Answer none("socket", Answer::failure(EMFILE));
                  for (const int timeout_ms : {-1, 1000, 1})
                      if (events().sleep(timeout_ms) != 0)
                          return 1;
                  return none.calls() == 3 ? 0 : 2;
              }));
}

TEST_F(DispatchInterrupted, goes_on_in_a_child_that_has_closed_its_wakeup_descriptor)
{
    EXPECT_EQ(0, in_child([this] {
                  const auto before = open_descriptors();
                  events().sleep(1);
                  int closed = 0;
                  const Answer closes("poll", once([&] {
                                          for (const auto& [number, target] : open_descriptors())
                                              if (!before.contains(number))
                                                  closed += ::close(number) == 0;
                                      }));
                  const bool during = events().sleep(1) == 0;
                  const bool then = events().sleep(1) == 0;
                  return closed == 1 && during && then && !connection().disconnected() ? 0 : 1;
              }));
}

using RequestInAChild = ConnectionTest;

TEST_F(RequestInAChild, that_waits_for_room_does_not_end_the_parents_connection_when_the_child_finalizes)
{
    const auto room = [this] {
        pollfd entry{connection().descriptor(), POLLOUT, 0};
        return ::poll(&entry, 1, 0) == 1;
    };
    while (room())
        ASSERT_EQ(0, send_small());
    EXPECT_EQ(0, in_child([this] {
                  Background sending([this] {
                      while (send_small() == 0) {
                      }
                      return 0;
                  });
                  if (!sending.thread().falls_asleep())
                      return 1;
                  connection().begin_close(here());
                  ::_exit(sending.ended_within(5 * kGlance) ? 2 : 0); // it waits on
              }));
    EXPECT_FALSE(end.hung_up());
}

TEST_F(RequestInAChild, fails_when_the_child_has_closed_the_connection)
{
    EXPECT_EQ(0, in_child([this] {
                  connection().begin_close(here());
                  forget_reason();
                  return send_small() < 0 ? 0 : 1;
              }));
    EXPECT_EQ(0, send_small());
    EXPECT_TRUE(end.request());
}

TEST_F(RequestInAChild, of_another_thread_is_not_disturbed_by_a_close)
{
    EXPECT_EQ(0, in_child([this] {
                  const HeldCall sending("send", [this] { send_small(); });
                  if (!sending.stopped())
                      return 1;
                  connection().begin_close(here());
                  return 0;
              }));
}

TEST_F(RequestInAChild, is_not_made_to_wake_the_daemon)
{
    EXPECT_EQ(0, in_child([this] {
                  session.wake_daemon();
                  return 0;
              }));
    EXPECT_FALSE(end.request(kGlance));
}

using RequestThatWakes = ConnectionTest;

TEST_F(RequestThatWakes, is_not_made_during_another_one_or_after_finalize)
{
    {
        const HeldCall sending("send", [this] { send_small(); });
        ASSERT_TRUE(sending.stopped());
        session.wake_daemon();
    }
    EXPECT_TRUE(end.request());
    EXPECT_FALSE(end.request(kGlance));
    connection().begin_close(here());
    session.wake_daemon();
    EXPECT_FALSE(end.request(kGlance));
}

TEST_F(RequestThatWakes, is_not_made_during_a_request_with_a_reply)
{
    {
        const HeldCall asking("send", [this] { ask(); });
        ASSERT_TRUE(asking.stopped());
        session.wake_daemon();
        end.reply(message(1, {}));
    }
    EXPECT_TRUE(end.request());
    EXPECT_FALSE(end.request(kGlance));
}

TEST_F(RequestThatWakes, is_not_made_while_the_last_ones_reply_is_to_come_or_the_ring_is_damaged)
{
    session.wake_daemon();
    session.wake_daemon();
    EXPECT_TRUE(end.request());
    EXPECT_FALSE(end.request(kGlance));
    const Answer damaged("qb_rb_chunk_peek", always(-EINVAL));
    session.wake_daemon();
    EXPECT_FALSE(end.request(kGlance));
}

// Otherwise neither process would know whether the other one has taken it.
TEST_F(RequestThatWakes, has_its_reply_taken_before_a_fork)
{
    const auto ask_and_reply = [this] {
        const Thread replying([this] {
            EXPECT_TRUE(end.request());
            end.reply(message(1, {}));
        });
        return ask();
    };
    session.wake_daemon();
    EXPECT_TRUE(end.request());
    end.reply(message(LoanSession::kWake, {}));
    connection().before_fork();
    EXPECT_EQ(0, in_child([&] {
                  connection().after_fork();
                  return ask_and_reply() == 0 ? 0 : 1;
              }));
    connection().after_fork();
    EXPECT_EQ(0, ask_and_reply());
}

TEST_F(RequestThatWakes, is_not_waited_for_before_a_fork_if_there_is_none)
{
    const Answer looks("qb_rb_chunk_peek", [] { return Answer::Given(); });
    connection().before_fork();
    connection().after_fork();
    EXPECT_EQ(0, looks.calls());
}

TEST_F(RequestThatWakes, is_not_made_while_another_thread_forks)
{
    connection().before_fork();
    Background waking([this] {
        session.wake_daemon();
        return 0;
    });
    EXPECT_EQ(0, waking.result());
    connection().after_fork();
    EXPECT_FALSE(end.request(kGlance));
}

// That thread takes the reply.
TEST_F(RequestThatWakes, is_not_waited_for_before_a_fork_during_another_threads_request)
{
    session.wake_daemon();
    EXPECT_TRUE(end.request());
    {
        const HeldCall asking("send", [this] { EXPECT_EQ(0, ask()); });
        ASSERT_TRUE(asking.stopped());
        connection().before_fork();
        connection().after_fork();
        end.reply(message(LoanSession::kWake, {}));
        end.reply(message(1, {}));
    }
    EXPECT_TRUE(end.request());
}

TEST_F(RequestThatWakes, is_not_waited_for_before_a_fork_if_the_daemon_is_frozen)
{
    session.wake_daemon();
    connection().before_fork();
    connection().after_fork();
    session.wake_daemon(); // still one
    EXPECT_TRUE(end.request());
    EXPECT_FALSE(end.request(kGlance));
}

using RequestAndClose = ConnectionTest;

TEST_F(RequestAndClose, at_the_same_time_fail_for_the_handle_whatever_the_error)
{
    connection().begin_close(here());
    EXPECT_EQ(-EBADF, send_small(2 * HandshakeReply::kMessageSize));
}

using ReplyOfADeadDaemon = ConnectionTest;

TEST_F(ReplyOfADeadDaemon, is_taken_if_it_came_just_before)
{
    bool looked = false;
    const Answer not_yet("qb_rb_chunk_peek", [&, first = true]() mutable -> Answer::Given {
        if (std::exchange(first, false))
            return 0; // before the request
        if (end.unread_bytes() > 0) {
            EXPECT_TRUE(end.request());
            end.reply(message(1, {}));
            end.hang_up();
        }
        return looked ? Answer::Given() : Answer::Given(0);
    });
    const Answer looks("poll", once([&] { looked = true; }));
    EXPECT_EQ(0, ask());
}

using WaitForAReply = ConnectionTest;

TEST_F(WaitForAReply, goes_on_though_poll_fails)
{
    for (const int error : {EINTR, EAGAIN, EINVAL}) {
        const Answer fails("poll", [error, times = 0]() mutable -> Answer::Given {
            errno = error;
            return times++ < 10 ? Answer::Given(-1) : Answer::Given();
        });
        Thread replying([this] {
            EXPECT_TRUE(end.request());
            std::this_thread::sleep_for(300ms); // longer than the first slice
            end.reply(message(1, {}));
        });
        EXPECT_EQ(0, ask());
        EXPECT_LT(0, fails.calls());
    }
}

} // namespace
