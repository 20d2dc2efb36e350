// SPDX-License-Identifier: BSD-3-Clause
// A connect where system calls return what they rarely return.
#include "core/connect_deadline.hpp"
#include "core/handshake.hpp"
#include "support/answers.hpp"
#include "support/handshake_reply.hpp"
#include "support/process.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <thread>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;
using namespace std::chrono_literals;
using corosync::ConnectDeadline;
using corosync::Offer;

constexpr int kStandardInputs[] = {0, 0, 0};

class Pair {
public:
    Pair() { EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data())); }
    ~Pair()
    {
        ::close(ends_[0]);
        hang_up();
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    int ours() const { return ends_[0]; }
    int daemons() const { return ends_[1]; }
    void hang_up() { ::close(std::exchange(ends_[1], -1)); }

private:
    std::array<int, 2> ends_{};
};

class WaitForADaemon : public ::testing::Test {
protected:
    int wait(int max_ms, unsigned limit_ms = 0)
    {
        pollfd entry{pair.ours(), POLLIN, 0};
        return ConnectDeadline(limit_ms).wait(entry, max_ms);
    }
    Pair pair;
};

TEST_F(WaitForADaemon, fails_if_the_process_may_not_poll)
{
    const Answer none("poll", Answer::failure(EINVAL));
    EXPECT_EQ(-EINVAL, wait(-1));
}

TEST_F(WaitForADaemon, goes_on_if_the_kernel_has_no_memory_for_the_moment)
{
    const Answer busy("poll", [done = 0]() mutable -> Answer::Given {
        errno = EAGAIN;
        return done++ < 3 ? Answer::Given(-1) : Answer::Given();
    });
    EXPECT_EQ(0, wait(1));
    EXPECT_EQ(0, wait(0));
}

TEST_F(WaitForADaemon, ends_in_time_in_spite_of_signals)
{
    const Answer signals("poll", [done = 0]() mutable -> Answer::Given {
        if (done++ > 0)
            return {};
        std::this_thread::sleep_for(20ms);
        errno = EINTR;
        return -1;
    });
    EXPECT_EQ(0, wait(1));
}

TEST_F(WaitForADaemon, ends_with_a_signal_after_a_second)
{
    const Answer alarm("poll", [] {
        std::this_thread::sleep_for(1001ms);
        errno = EINTR;
        return -1;
    });
    EXPECT_EQ(-EAGAIN, wait(-1));
    EXPECT_EQ(&corosync::reasons::signal_came, corosync::take_reason().reason);
}

TEST_F(WaitForADaemon, leaves_at_most_the_rest_of_the_limit_for_a_request)
{
    EXPECT_EQ(5, ConnectDeadline(0).at_most(5));
    EXPECT_EQ(5, ConnectDeadline(3600000).at_most(5));
    const ConnectDeadline over(1);
    std::this_thread::sleep_for(2ms);
    EXPECT_EQ(0, over.at_most(5));
    EXPECT_GE(1000, ConnectDeadline(1000).at_most(5000));
    EXPECT_LT(0, ConnectDeadline(3600000).at_most(INT_MAX));
}

class HandshakeWith : public ::testing::Test {
protected:
    int perform()
    {
        corosync::Server server;
        Offer offer;
        return corosync::perform_handshake(pair.ours(), "cmap", settings, ConnectDeadline(0), server, offer);
    }
    void reply() const
    {
        const HandshakeReply good("/dev/shm/qb-1-2-3-abcdef", "cmap");
        EXPECT_EQ(static_cast<ssize_t>(sizeof good), ::send(pair.daemons(), &good, sizeof good, 0));
    }
    // The daemon replies when the client polls: it must have asked for credentials before.
    std::function<Answer::Given()> replies()
    {
        return once([this] { reply(); });
    }
    Pair pair;
    corosync::Settings settings;
};

TEST_F(HandshakeWith, a_daemon_succeeds_in_spite_of_interruptions)
{
    const auto once_only = [](int error) {
        return [error, done = false]() mutable -> Answer::Given {
            errno = error;
            return std::exchange(done, true) ? Answer::Given() : Answer::Given(-1);
        };
    };
    const Answer sent("send", once_only(EINTR));
    const Answer received("recvmsg", once_only(EINTR));
    const Answer received_nothing("recvmsg", once_only(EAGAIN));
    const Answer polled("poll", replies());
    EXPECT_EQ(0, perform());
    EXPECT_LE(2, sent.calls());
}

TEST_F(HandshakeWith, a_daemon_fails_if_the_request_cannot_be_sent)
{
    for (const auto& [error, result] : {std::pair(EPIPE, -ENOTCONN), {ECONNRESET, -ENOTCONN}, {ENOBUFS, -ENOBUFS}}) {
        const Answer none("send", Answer::failure(error));
        EXPECT_EQ(result, perform()) << error;
    }
    const Answer nothing("send", always(0));
    EXPECT_EQ(-ENOTCONN, perform());
}

TEST_F(HandshakeWith, a_daemon_fails_if_the_reply_cannot_be_received)
{
    for (const auto& [error, result] : {std::pair(ECONNRESET, -ENOTCONN), {ENOMEM, -ENOMEM}}) {
        const Answer none("recvmsg", Answer::failure(error));
        const Answer polled("poll", replies());
        EXPECT_EQ(result, perform()) << error;
    }
}

TEST_F(HandshakeWith, a_daemon_that_hangs_up_fails)
{
    const Answer polled("poll", once([this] { pair.hang_up(); }));
    EXPECT_EQ(-ENOTCONN, perform());
}

TEST_F(HandshakeWith, a_daemon_fails_without_memory_for_the_reply)
{
    const Answer none("malloc", Answer::failure(ENOMEM));
    EXPECT_EQ(-ENOMEM, perform());
}

TEST_F(HandshakeWith, a_daemon_fails_if_credentials_cannot_be_asked_for)
{
    const Answer none("setsockopt", Answer::failure(ENOBUFS));
    EXPECT_EQ(-ENOBUFS, perform());
}

TEST_F(HandshakeWith, a_daemon_fails_if_credentials_cannot_be_turned_off)
{
    const Answer none("setsockopt", Answer::failure(ENOBUFS), 1);
    const Answer polled("poll", replies());
    EXPECT_EQ(-ENOBUFS, perform());
}

// They are what the client goes by, so it trusts nobody without them.
class HandshakeWithout : public HandshakeWith {
protected:
    void expect_no_access(const std::function<void()>& send)
    {
        const Answer polled("poll", once(send));
        const Answer off("recvmsg", once([this] {
                             const int none = 0;
                             ::setsockopt(pair.ours(), SOL_SOCKET, SO_PASSCRED, &none, sizeof none);
                         }));
        EXPECT_EQ(-EACCES, perform());
    }
};

TEST_F(HandshakeWithout, credentials_is_refused)
{
    expect_no_access([this] { reply(); });
}

TEST_F(HandshakeWithout, credentials_is_refused_whatever_else_the_kernel_gives)
{
    const std::function<void(cmsghdr&)> changes[] = {
        [](cmsghdr& part) { part.cmsg_level = IPPROTO_TCP; },
        [](cmsghdr& part) { part.cmsg_type = SCM_RIGHTS; },
        [](cmsghdr& part) { part.cmsg_len = CMSG_LEN(sizeof(ucred)) - 1; },
    };
    for (const auto& change : changes) {
        const Answer polled("poll", replies());
        const Answer received("recvmsg", [&] {
            auto& message = Answer::result<msghdr>();
            const auto got = ::recvmsg(pair.ours(), &message, MSG_DONTWAIT);
            if (got > 0)
                change(*CMSG_FIRSTHDR(&message));
            return got;
        });
        EXPECT_EQ(-EACCES, perform()) << &change - changes;
    }
}

TEST_F(HandshakeWithout, credentials_is_refused_also_if_there_are_descriptors)
{
    // Their numbers must not be taken for those of a user.
    settings.peer_uids = "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20";
    const auto before = open_descriptors();
    expect_no_access([this] {
        const HandshakeReply good("/dev/shm/qb-1-2-3-abcdef", "cmap");
        iovec part{const_cast<HandshakeReply*>(&good), sizeof good};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof kStandardInputs)> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const descriptor = CMSG_FIRSTHDR(&message);
        descriptor->cmsg_level = SOL_SOCKET;
        descriptor->cmsg_type = SCM_RIGHTS;
        descriptor->cmsg_len = CMSG_LEN(sizeof kStandardInputs);
        std::memcpy(CMSG_DATA(descriptor), kStandardInputs, sizeof kStandardInputs);
        EXPECT_EQ(static_cast<ssize_t>(sizeof good), ::sendmsg(pair.daemons(), &message, 0));
    });
    // With credentials there is no room for it.
    for (const auto& [number, target] : open_descriptors())
        if (!before.contains(number))
            ::close(number);
}

TEST(ConnectWithout, a_descriptor_fails)
{
    const Answer none("socket", Answer::failure(EMFILE));
    EXPECT_EQ(-EMFILE, corosync::connect_abstract("unit-nobody"));
}

TEST(ConnectWith, a_signal_is_tried_again)
{
    const Answer interrupted("connect", [done = false]() mutable -> Answer::Given {
        errno = EINTR;
        return std::exchange(done, true) ? Answer::Given() : Answer::Given(-1);
    });
    EXPECT_EQ(-ECONNREFUSED, corosync::connect_abstract("unit-nobody"));
    EXPECT_EQ(2, interrupted.calls());
}

} // namespace
