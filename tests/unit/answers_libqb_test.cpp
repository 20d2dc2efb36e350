// SPDX-License-Identifier: BSD-3-Clause
// The transport on libqb's client, where the test says what the functions of that client return.
#include "core/libqb_descriptors.hpp"
#include "core/libqb_transport.hpp"
#include "core/reasons.hpp"
#include "support/answers.hpp"
#include "support/process.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;
using namespace corosync;

class Pair {
public:
    explicit Pair(int type) { EXPECT_EQ(0, ::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends_.data())); }
    ~Pair()
    {
        hang_up();
        forget();
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    int ours() const { return ends_[0]; }
    int daemons() const { return ends_[1]; }
    void hang_up() { close(ends_[1]); }
    void forget() { close(ends_[0]); } // closes ours
    void lose() { ends_[0] = -1; }     // it was closed by others

private:
    static void close(int& end)
    {
        if (end >= 0)
            ::close(std::exchange(end, -1));
    }
    std::array<int, 2> ends_{};
};

// A connection of libqb's client: with one socket and rings, or with a second socket, for events.
class LibqbClient : public ::testing::Test {
protected:
    int connect(unsigned limit_ms = 0) { return transport.connect("cmap", settings, ConnectDeadline(limit_ms)); }
    void connect_over_rings()
    {
        reply();
        ASSERT_EQ(0, connect());
        EXPECT_EQ(setup.ours(), transport.descriptor());
        take();
    }
    void connect_over_sockets()
    {
        event.emplace(SOCK_DGRAM);
        connect_over_rings_or_sockets();
        EXPECT_EQ(event->ours(), transport.descriptor());
    }
    // The daemon's answer to the connect, which only libqb reads.
    void reply() { EXPECT_EQ(1, ::send(setup.daemons(), "", 1, 0)); }
    void take()
    {
        char byte = 0;
        EXPECT_EQ(1, ::recv(setup.ours(), &byte, 1, MSG_DONTWAIT));
    }

    int send(std::span<const iovec> body = {})
    {
        std::size_t length = 0;
        for (const iovec& part : body)
            length += part.iov_len;
        return transport.send({{header, sizeof header}, body, 0, length}, kOrdinary, give_up);
    }
    int send_result(std::intptr_t of_libqb)
    {
        const Answer sent("qb_ipcc_sendv", always(of_libqb));
        return send();
    }
    int peek_result(std::intptr_t of_libqb)
    {
        const Answer received("qb_ipcc_event_recv", always(of_libqb));
        Event ignored;
        const int rc = transport.peek_event(ignored);
        transport.reclaim_event();
        return rc;
    }
    static const Reason* reason() { return take_reason().reason; }

    Pair setup{SOCK_STREAM};
    std::optional<Pair> event;
    LibqbTransport transport;
    Settings settings;
    char header[16] = {};
    const std::atomic<bool>* give_up = nullptr;
    void* const connection = this;
    const Answer connects{"qb_ipcc_connect_async", [this] {
                              Answer::result<int>() = setup.ours();
                              return reinterpret_cast<std::intptr_t>(connection);
                          }};
    const Answer continues{"qb_ipcc_connect_continue", always(0)};
    const Answer gives_descriptor{"qb_ipcc_fd_get", [this] {
                                      Answer::result<int>() = event ? event->ours() : setup.ours();
                                      return 0;
                                  }};
    const Answer gives_size{"qb_ipcc_get_buffer_size", always(1048576)};
    const Answer sets_threshold{"qb_ipcc_fc_enable_max_set", always(0)};
    const Answer disconnects{"qb_ipcc_disconnect", always(0)};

private:
    void connect_over_rings_or_sockets()
    {
        reply();
        ASSERT_EQ(0, connect());
        take();
    }
};

TEST_F(LibqbClient, fails_to_connect_without_saying_why)
{
    const Answer none("qb_ipcc_connect_async", always(0));
    EXPECT_EQ(-ENOTCONN, connect());
}

TEST_F(LibqbClient, is_freed_if_it_connects_though_it_should_not)
{
    EXPECT_EQ(-EAGAIN, connect(1));
    EXPECT_EQ(1, disconnects.calls());
}

TEST_F(LibqbClient, frees_itself_if_it_does_not_connect)
{
    const Answer refused("qb_ipcc_connect_continue", always(-ENOTCONN));
    EXPECT_EQ(-EAGAIN, connect(1));
    EXPECT_EQ(0, disconnects.calls());
}

TEST_F(LibqbClient, passes_the_daemons_refusal_on)
{
    const struct {
        int of_libqb;
        int result;
        const Reason* reason;
    } kRows[] = {{-EACCES, -EACCES, &reasons::not_authorized},
                 {-ENOSPC, -ENOSPC, &reasons::daemon_full},
                 {-EMFILE, -EMFILE, nullptr},
                 {7, -EPROTO, nullptr}};
    for (const auto& row : kRows) {
        const Answer refused("qb_ipcc_connect_continue", always(row.of_libqb));
        reply();
        EXPECT_EQ(row.result, connect());
        EXPECT_EQ(row.reason, reason());
        take();
    }
}

TEST_F(LibqbClient, has_room_for_a_message_of_the_usual_size_if_it_tells_no_size)
{
    const Answer none("qb_ipcc_get_buffer_size", always(-EINVAL));
    connect_over_rings();
    const Answer received("qb_ipcc_event_recv", [] {
        Answer::result<std::array<char, kMessageSize>>().fill('x');
        return kMessageSize;
    });
    Event got;
    EXPECT_EQ(1, transport.peek_event(got));
    EXPECT_EQ(std::size_t{kMessageSize}, got.size);
}

TEST_F(LibqbClient, gives_the_same_event_until_it_is_reclaimed)
{
    connect_over_rings();
    Event first;
    Event same;
    {
        const Answer received("qb_ipcc_event_recv", always(24));
        ASSERT_EQ(1, transport.peek_event(first));
        EXPECT_EQ(1, transport.peek_event(same));
        EXPECT_EQ(1, received.calls());
        EXPECT_EQ(first.data, same.data);
    }
    transport.reclaim_event();
    EXPECT_EQ(0, peek_result(-EAGAIN));
}

TEST_F(LibqbClient, has_no_event_if_libqb_says_so_with_any_of_its_errors)
{
    connect_over_rings();
    for (const int rc : {0, -EAGAIN, -ETIMEDOUT, -ENOMSG, -EINTR})
        EXPECT_EQ(0, peek_result(rc)) << rc;
}

TEST_F(LibqbClient, has_an_error_of_ours_for_each_of_libqbs)
{
    connect_over_rings();
    for (const int rc : {-EBADF, -EPIPE, -ECONNRESET, -ESHUTDOWN})
        EXPECT_EQ(-ENOTCONN, peek_result(rc)) << rc;
    EXPECT_EQ(-ENOMEM, peek_result(-ENOMEM));
    EXPECT_EQ(-ENOMEM, send_result(-ENOMEM));
}

TEST_F(LibqbClient, is_given_up_if_a_message_does_not_fit)
{
    connect_over_rings();
    EXPECT_EQ(-EPROTO, peek_result(-EBADMSG));
    EXPECT_EQ(-EPROTO, peek_result(24));
    EXPECT_EQ(-EPROTO, send_result(16));
    EXPECT_TRUE(transport.disconnected());
}

TEST_F(LibqbClient, that_is_given_up_leaves_a_foreign_descriptor_alone)
{
    connect_over_rings();
    Pair foreign{SOCK_STREAM};
    ASSERT_EQ(setup.ours(), ::dup3(foreign.ours(), setup.ours(), O_CLOEXEC));
    EXPECT_EQ(-EPROTO, transport.fail("connection"));
    EXPECT_EQ(1, ::send(foreign.daemons(), "", 1, MSG_NOSIGNAL));
    pollfd set[kMaxPollFds];
    EXPECT_EQ(0U, transport.poll_set(set));
    Event ignored;
    EXPECT_EQ(-EPROTO, transport.peek_event(ignored));
}

TEST_F(LibqbClient, does_nothing_to_foreign_descriptors)
{
    connect_over_rings();
    Pair foreign{SOCK_STREAM};
    ASSERT_EQ(setup.ours(), ::dup3(foreign.ours(), setup.ours(), O_CLOEXEC));
    EXPECT_EQ(-ENOTCONN, send());
    EXPECT_EQ(-ENOTCONN, peek_result(24));
    EXPECT_TRUE(transport.disconnected());
    transport.wake();
    transport.disconnect_in_child();
    transport.release_in_child();
    EXPECT_EQ(1, ::send(foreign.daemons(), "", 1, MSG_NOSIGNAL));
}

TEST_F(LibqbClient, in_a_child_closes_what_is_still_its_own)
{
    connect_over_sockets();
    transport.release_in_child();
    EXPECT_EQ(-1, ::fcntl(setup.ours(), F_GETFD));
    EXPECT_EQ(-1, ::fcntl(event->ours(), F_GETFD));
    setup.lose();
    event->lose();
}

TEST_F(LibqbClient, in_a_child_closes_one_of_two_that_is_still_its_own)
{
    connect_over_sockets();
    Pair foreign{SOCK_STREAM};
    ASSERT_EQ(setup.ours(), ::dup3(foreign.ours(), setup.ours(), O_CLOEXEC));
    transport.release_in_child();
    EXPECT_NE(-1, ::fcntl(setup.ours(), F_GETFD));
    EXPECT_EQ(-1, ::fcntl(event->ours(), F_GETFD));
    event->lose();
}

TEST_F(LibqbClient, in_a_child_closes_what_it_has_replaced)
{
    connect_over_sockets();
    transport.disconnect_in_child();
    transport.release_in_child();
    setup.lose();
    event->lose();
}

TEST_F(LibqbClient, in_a_child_keeps_its_descriptors_if_no_other_is_free)
{
    connect_over_rings();
    const Answer none("socket", Answer::failure(EMFILE));
    transport.disconnect_in_child();
    EXPECT_NE(-1, ::fcntl(setup.ours(), F_GETFD));
}

TEST_F(LibqbClient, gives_events_that_came_before_the_hang_up)
{
    connect_over_sockets();
    EXPECT_EQ(5, ::send(event->daemons(), "event", 5, 0));
    setup.hang_up();
    EXPECT_EQ(1, peek_result(-ENOTCONN));
    EXPECT_EQ(-ENOTCONN, peek_result(-ENOTCONN));
}

TEST_F(LibqbClient, has_lost_the_daemon_if_a_datagram_is_empty)
{
    connect_over_sockets();
    EXPECT_EQ(0, ::send(event->daemons(), "", 0, 0));
    setup.hang_up();
    EXPECT_EQ(-ENOTCONN, peek_result(-EIO));
}

TEST_F(LibqbClient, needs_memory_for_an_event_and_for_a_reply)
{
    connect_over_rings();
    const Answer none("malloc", Answer::failure(ENOMEM));
    EXPECT_EQ(-ENOMEM, peek_result(24));
    View ignored;
    EXPECT_EQ(-ENOMEM, transport.reply(ignored, 0));
}

TEST_F(LibqbClient, sends_though_the_process_may_not_poll)
{
    connect_over_rings();
    const Answer none("poll", Answer::failure(EINVAL));
    EXPECT_EQ(0, send_result(16));
}

TEST_F(LibqbClient, does_not_send_after_the_hang_up)
{
    connect_over_rings();
    setup.hang_up();
    EXPECT_EQ(-ENOTCONN, send_result(16));
}

TEST_F(LibqbClient, sends_if_the_socket_has_room_for_one_byte_though_poll_says_no)
{
    connect_over_rings();
    for (const int rc : {0, -1}) {
        const Answer no("poll", [rc] {
            errno = EINTR;
            return rc;
        });
        EXPECT_EQ(0, send_result(16));
    }
    const Answer no("poll", Answer::failure(EAGAIN));
    EXPECT_EQ(0, send_result(16));
}

TEST_F(LibqbClient, gives_a_send_up_if_the_socket_has_no_room_and_the_handle_is_closed)
{
    connect_over_rings();
    const Answer full("poll", always(0));
    const std::atomic<bool> closing{true};
    give_up = &closing;
    const struct {
        const char* function;
        std::function<Answer::Given()> answer;
    } kReasons[] = {
        {"ioctl", Answer::failure(EBADF)}, {"getsockopt", Answer::failure(EBADF)}, {"getsockopt", [] {
                                                                                        Answer::result<int>() = 0;
                                                                                        return 0;
                                                                                    }}};
    for (const auto& [function, answer] : kReasons) {
        const Answer fails(function, answer);
        EXPECT_EQ(-ENOTCONN, send_result(16));
    }
}

TEST_F(LibqbClient, waits_for_room_as_long_as_the_handle_is_open)
{
    connect_over_rings();
    const Answer full("poll", always(0));
    const Answer no_room(
        "ioctl", [times = 0]() mutable -> Answer::Given { return times++ < 3 ? Answer::Given(-1) : Answer::Given(); });
    EXPECT_EQ(0, send_result(16)); // without a flag
    EXPECT_EQ(4, no_room.calls());
    const std::atomic<bool> open{false};
    give_up = &open;
    const Answer no_room_again(
        "ioctl", [times = 0]() mutable -> Answer::Given { return times++ < 3 ? Answer::Given(-1) : Answer::Given(); });
    EXPECT_EQ(0, send_result(16));
    EXPECT_EQ(4, no_room_again.calls());
}

TEST_F(LibqbClient, sends_a_message_of_many_parts_as_a_whole)
{
    connect_over_rings();
    char bytes[100] = {};
    std::vector<iovec> parts(64, {bytes, sizeof bytes});
    const auto send_many = [&](std::intptr_t of_libqb) {
        const Answer whole("qb_ipcc_send", always(of_libqb));
        return send(parts);
    };
    EXPECT_EQ(0, send_many(6416));
    EXPECT_EQ(-ENOTCONN, send_many(-EPIPE));
    const Answer none("malloc", Answer::failure(ENOMEM));
    EXPECT_EQ(-ENOMEM, send_many(6416));
}

TEST_F(LibqbClient, can_try_again_if_the_kernel_had_no_memory_for_a_datagram)
{
    connect_over_sockets();
    EXPECT_EQ(-ENOBUFS, send_result(-ENOBUFS));
    EXPECT_EQ(&reasons::no_kernel_memory, reason());
    EXPECT_EQ(0, send_result(16));
}

// The message is in the ring, but its byte was not sent.
TEST_F(LibqbClient, is_given_up_if_the_kernel_had_no_memory_for_the_byte_of_a_message)
{
    connect_over_rings();
    EXPECT_EQ(-EPROTO, send_result(-ENOBUFS));
    EXPECT_EQ(-EPROTO, send_result(16));
}

TEST_F(LibqbClient, is_disconnected_and_its_descriptors_are_left_to_it)
{
    connect_over_rings();
    transport.close();
    EXPECT_EQ(1, disconnects.calls());
}

// The program has closed the descriptor, and libqb would close the number that another file has now.
TEST_F(LibqbClient, is_not_disconnected_without_a_descriptor_for_a_placeholder)
{
    connect_over_rings();
    Pair foreign{SOCK_STREAM};
    ASSERT_EQ(setup.ours(), ::dup3(foreign.ours(), setup.ours(), O_CLOEXEC));
    const Answer none("socket", Answer::failure(EMFILE));
    transport.close();
    EXPECT_EQ(0, disconnects.calls());
    EXPECT_EQ(1, ::send(foreign.daemons(), "", 1, MSG_NOSIGNAL));
}

TEST_F(LibqbClient, needs_only_one_placeholder_if_it_has_only_one_socket)
{
    connect_over_rings();
    Pair foreign{SOCK_STREAM};
    ASSERT_EQ(setup.ours(), ::dup3(foreign.ours(), setup.ours(), O_CLOEXEC));
    const Answer no_more("socket", Answer::failure(EMFILE), 1);
    transport.close();
    EXPECT_EQ(1, disconnects.calls());
    EXPECT_EQ(1, ::send(foreign.daemons(), "", 1, MSG_NOSIGNAL));
}

TEST_F(LibqbClient, is_not_disconnected_if_one_of_two_numbers_has_no_placeholder)
{
    connect_over_sockets();
    Pair foreign{SOCK_STREAM};
    ASSERT_EQ(setup.ours(), ::dup3(foreign.ours(), setup.ours(), O_CLOEXEC));
    pollfd set[kMaxPollFds];
    EXPECT_EQ(0U, transport.poll_set(set));
    const Answer none("socket", Answer::failure(EMFILE));
    transport.close();
    EXPECT_EQ(0, disconnects.calls());
    EXPECT_EQ(-1, ::fcntl(event->ours(), F_GETFD));
    event->lose();
}

// The number of a descriptor of libqb's that the program has closed. libqb_descriptors_test.cpp has what needs no
// replaced functions.
class Placeholder : public ::testing::Test {
protected:
    Placeholder() { ::close(number); }
    ~Placeholder() override { ::close(number); }

    bool is_free() const { return ::fcntl(number, F_GETFD) < 0; }
    bool is_foreign() const { return FileIdentity(foreign.ours()).matches(number); }
    bool safe() const { return static_cast<bool>(DescriptorToClose(number, identity)); }

    Pair ours{SOCK_STREAM};
    Pair foreign{SOCK_STREAM};
    const int number = ::fcntl(ours.ours(), F_DUPFD_CLOEXEC, 100);
    const FileIdentity identity{number};
};

TEST_F(Placeholder, is_not_there_if_another_thread_takes_the_number)
{
    const Answer meanwhile("fcntl", once([this] { ::dup3(foreign.ours(), number, O_CLOEXEC); }), 1);
    EXPECT_FALSE(safe());
    EXPECT_TRUE(is_foreign());
}

TEST_F(Placeholder, is_not_there_without_a_free_descriptor)
{
    const Answer none("socket", Answer::failure(EMFILE));
    EXPECT_FALSE(safe());
    EXPECT_TRUE(is_free());
}

TEST_F(Placeholder, does_not_take_the_number_from_another_file_if_it_cannot_give_it_back)
{
    ASSERT_EQ(number, ::dup2(foreign.ours(), number));
    for (const auto& [function, others] : {std::pair("socket", 0), {"fcntl", 1}, {"dup3", 0}}) {
        const Answer none(function, Answer::failure(EMFILE), others);
        EXPECT_FALSE(safe()) << function;
        EXPECT_TRUE(is_foreign()) << function;
    }
}

// Files of rings, as libqb leaves them open.
class LeakedFile : public ::testing::Test {
protected:
    LeakedFile() { std::filesystem::create_directory(directory); }
    ~LeakedFile() override
    {
        ::close(file);
        std::filesystem::remove_all(directory);
    }
    void leak() { file = ::open((directory + "/qb-event-cmap-data").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); }
    void unlink() const { std::filesystem::remove_all(directory); }
    bool is_open() const { return ::fcntl(file, F_GETFD) >= 0; }

    static constexpr pid_t kServer = 77;
    const std::string directory = "/dev/shm/qb-77-" + std::to_string(::getpid()) + "-0-test";
    int file = -1;
};

TEST_F(LeakedFile, stays_open_if_it_cannot_be_examined)
{
    const ProgramDescriptors programs;
    leak();
    unlink();
    const Answer none("fstat", Answer::failure(EBADF));
    programs.restore(kServer);
    EXPECT_TRUE(is_open());
}

TEST_F(LeakedFile, is_not_found_if_no_descriptor_was_free)
{
    const Answer none("eventfd", Answer::failure(EMFILE));
    const ProgramDescriptors programs;
    leak();
    unlink();
    programs.restore(kServer);
    EXPECT_TRUE(is_open());
}

TEST(StandardInput, is_not_kept_if_libqb_would_then_lack_a_descriptor)
{
    const auto before = open_descriptors().size();
    const Answer none("socket", Answer::failure(EMFILE), kConnectDescriptors);
    const ProgramDescriptors programs;
    EXPECT_EQ(before, open_descriptors().size());
    programs.restore(77);
}

} // namespace
