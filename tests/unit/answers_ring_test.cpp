// SPDX-License-Identifier: BSD-3-Clause
// The transport on rings, where system calls and libqb's rings return what they rarely return.
#include "core/handshake.hpp"
#include "core/reasons.hpp"
#include "core/ring_alias.hpp"
#include "core/ring_transport.hpp"
#include "support/answers.hpp"
#include "support/process.hpp"
#include "support/raw_daemon.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace test;
using namespace corosync;

// Rings of a daemon, and a socket pair instead of a connection to it.
class Rings : public ::testing::Test {
protected:
    Rings()
    {
        EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()));
        EXPECT_EQ(0, decode_handshake({daemon.offer().data(), sizeof(HandshakeReply)}, "cmap", offer));
    }
    ~Rings() override
    {
        if (attached)
            transport.close();
        else
            ::close(sockets[0]);
        hang_up();
    }

    int attach()
    {
        const int rc = transport.attach(sockets[0], 0, offer);
        attached = rc == 0;
        return rc;
    }
    void hang_up() { ::close(std::exchange(sockets[1], -1)); }
    // The program closes the descriptor, and gets its number for another file.
    void replace()
    {
        const int file = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::dup3(file, sockets[0], O_CLOEXEC);
        ::close(file);
    }
    void close_replaced() { ::close(sockets[0]); }

    int send(const std::atomic<bool>* give_up = nullptr)
    {
        char header[16] = {};
        return transport.send({{header, sizeof header}}, kOrdinary, give_up);
    }
    int peek()
    {
        Event ignored;
        return transport.peek_event(ignored);
    }

    DaemonEnd daemon{"cmap", HandshakeReply::kMessageSize};
    std::array<int, 2> sockets{};
    Offer offer;
    RingTransport transport;
    bool attached = false;
};

TEST_F(Rings, are_not_attached_if_their_directory_cannot_be_opened_now)
{
    for (const int error : {EMFILE, ENFILE, ENOMEM}) {
        const Answer none("open", Answer::failure(error));
        EXPECT_EQ(-error, attach());
    }
}

TEST_F(Rings, are_not_attached_if_their_directory_cannot_be_looked_at)
{
    const Answer none("fstat", Answer::failure(EOVERFLOW));
    EXPECT_EQ(kUnrecognized, attach());
}

TEST_F(Rings, are_not_attached_if_libqb_fails_without_saying_why)
{
    const Answer none("qb_rb_open", always(0));
    EXPECT_EQ(-EIO, attach());
}

TEST_F(Rings, are_not_attached_if_libqb_fails_and_what_it_leaked_is_not_found)
{
    const Answer none("qb_rb_open", [] {
        errno = ENOMEM;
        return 0;
    });
    EXPECT_EQ(-ENOMEM, attach());
    {
        const Answer no_descriptor("fcntl", Answer::failure(EMFILE));
        EXPECT_EQ(-ENOMEM, attach());
    }
    const Answer no_file("open", Answer::failure(EMFILE), 1);
    EXPECT_EQ(-ENOMEM, attach());
}

// The file has the lowest descriptor that was free.
TEST_F(Rings, are_not_attached_if_libqb_fails_and_what_it_leaked_is_closed)
{
    int leaked = -1;
    int other = -1;
    const Answer leaks("qb_rb_open", [&] {
        other = ::open((std::string(daemon.offer().names[0]) + "-header").c_str(), O_RDWR | O_CLOEXEC);
        leaked = ::open((std::string(daemon.offer().names[0]) + "-data").c_str(), O_RDWR | O_CLOEXEC);
        errno = ENOMEM;
        return 0;
    });
    EXPECT_EQ(-ENOMEM, attach());
    EXPECT_LT(0, leaked);
    EXPECT_EQ(-1, ::fcntl(leaked, F_GETFD));
    EXPECT_EQ(0, ::close(other));
}

// What libqb says of a ring that is not new.
struct Lie {
    const char* function;
    std::intptr_t answer;
    int others = 0;
};

constexpr std::int32_t kLevels[] = {-1, 3};

class RingsThatAreNotNew : public Rings, public ::testing::WithParamInterface<Lie> {};

TEST_P(RingsThatAreNotNew, are_not_attached)
{
    const Lie& lie = GetParam();
    const Answer lies(lie.function, always(lie.answer), lie.others);
    EXPECT_EQ(kUnrecognized, attach());
}

INSTANTIATE_TEST_SUITE_P(
    Lie, RingsThatAreNotNew,
    ::testing::Values(Lie{"qb_rb_refcount_get", 1}, Lie{"qb_rb_refcount_get", 3, 2}, Lie{"qb_rb_space_free", 1},
                      Lie{"qb_rb_chunks_used", 1}, Lie{"qb_rb_chunks_used", 1, 1}, Lie{"qb_rb_shared_user_data_get", 0},
                      Lie{"qb_rb_shared_user_data_get", reinterpret_cast<std::intptr_t>(&kLevels[0])},
                      Lie{"qb_rb_shared_user_data_get", reinterpret_cast<std::intptr_t>(&kLevels[1])}));

TEST_F(Rings, are_given_up_if_a_request_cannot_be_committed)
{
    ASSERT_EQ(0, attach());
    const Answer none("qb_rb_chunk_commit", always(-EINVAL));
    EXPECT_EQ(-EPROTO, send());
    EXPECT_EQ(-EPROTO, send());
    EXPECT_EQ(-EPROTO, peek());
    EXPECT_EQ(1, none.calls());
}

// Until the kernel has memory for the byte again, the send waits, also if the process may not poll.
TEST_F(Rings, are_used_on_when_the_kernel_had_no_memory_for_a_byte)
{
    ASSERT_EQ(0, attach());
    for (const int error : {ENOBUFS, ENOMEM, EAGAIN, EINTR})
        for (const int of_poll : {0, EINVAL, EINTR, EAGAIN}) {
            const Answer sent("send", [error, times = 0]() mutable -> Answer::Given {
                errno = error;
                return times++ < 2 ? Answer::Given(-1) : Answer::Given();
            });
            const Answer polled("poll", [of_poll] {
                errno = of_poll;
                return of_poll != 0 ? -1 : 0;
            });
            EXPECT_EQ(0, send()) << error << ", " << of_poll;
            EXPECT_EQ(3, sent.calls());
            EXPECT_TRUE(daemon.request_without_byte());
        }
}

TEST_F(Rings, are_given_up_if_the_byte_of_a_request_cannot_be_sent)
{
    ASSERT_EQ(0, attach());
    const std::atomic<bool> closing{true};
    const Answer none("send", Answer::failure(ENOMEM));
    EXPECT_EQ(-ENOTCONN, send(&closing));
    EXPECT_EQ(POLLHUP, transport.poll_now());
    EXPECT_EQ(-ENOTCONN, send());
}

TEST_F(Rings, have_room_for_a_byte_unless_the_daemon_hangs_up)
{
    ASSERT_EQ(0, attach());
    EXPECT_TRUE(transport.can_send_now());
    hang_up();
    EXPECT_FALSE(transport.can_send_now());
    const Answer none("poll", Answer::failure(EINVAL));
    EXPECT_FALSE(transport.can_send_now());
}

TEST_F(Rings, hold_nothing_if_libqb_says_so_with_any_of_its_errors)
{
    ASSERT_EQ(0, attach());
    for (const int rc : {0, -ETIMEDOUT, -EAGAIN}) {
        const Answer none("qb_rb_chunk_peek", always(rc));
        View ignored;
        EXPECT_EQ(0, transport.reply(ignored, 0)) << rc;
        EXPECT_EQ(0, peek()) << rc;
    }
    const Answer interrupted("qb_rb_chunk_peek", always(-EINTR));
    View ignored;
    EXPECT_EQ(0, transport.reply(ignored, 0));
}

TEST_F(Rings, hold_a_reply_that_cannot_be_read_only_if_it_stays)
{
    ASSERT_EQ(0, attach());
    {
        const Answer used("qb_rb_space_used", always(16));
        EXPECT_EQ(0, transport.check_reply_ring());
    }
    EXPECT_EQ(0, transport.check_reply_ring());
    {
        const Answer chunk("qb_rb_chunks_used", always(1));
        EXPECT_EQ(0, transport.check_reply_ring());
    }
    const Answer used("qb_rb_space_used", always(16));
    EXPECT_EQ(0, transport.check_reply_ring());
    EXPECT_EQ(-EPROTO, transport.check_reply_ring());
}

// Events at chosen places: the first one shows where the ring begins.
class RingsThatLend : public Rings {
protected:
    RingsThatLend() { EXPECT_EQ(0, attach()); }
    ~RingsThatLend() override { ::munmap(memory, kMemory); }

    // Whether an event at this place is lent. Nothing is in the ring.
    bool lends(std::byte* at)
    {
        Event event;
        {
            const Answer peeked("qb_rb_chunk_peek", [at] {
                Answer::result<std::byte*>() = at;
                return kSize;
            });
            EXPECT_EQ(1, transport.peek_event(event));
        }
        const bool lent = transport.lend_event(event.data, event.size) != nullptr;
        transport.reclaim_event();
        return lent;
    }

    static constexpr std::size_t kSize = 8192;
    static constexpr std::size_t kMemory = 8 << 20;
    std::byte* const memory =
        static_cast<std::byte*>(::mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
};

TEST_F(RingsThatLend, lend_nothing_if_the_first_event_is_not_at_the_beginning_of_a_page)
{
    EXPECT_FALSE(lends(memory + 64));
    EXPECT_FALSE(lends(memory + 8));
}

TEST_F(RingsThatLend, lend_nothing_that_is_behind_their_end)
{
    Event small;
    {
        const Answer peeked("qb_rb_chunk_peek", [this] {
            Answer::result<std::byte*>() = memory + 8;
            return 24;
        });
        EXPECT_EQ(1, transport.peek_event(small));
    }
    transport.reclaim_event();
    EXPECT_FALSE(lends(memory + 8 + 2 * HandshakeReply::kMessageSize));
}

TEST_F(RingsThatLend, lend_nothing_if_the_alias_shows_something_else)
{
    std::memset(memory, 'x', kMemory);
    EXPECT_FALSE(lends(memory + 8));
}

TEST_F(RingsThatLend, lend_nothing_without_an_alias)
{
    const Answer none("mmap", Answer::failure(ENOMEM));
    EXPECT_FALSE(lends(memory + 8));
    EXPECT_FALSE(lends(memory + 8));
    EXPECT_EQ(1, none.calls());
}

TEST_F(Rings, have_no_bytes_if_they_cannot_be_counted)
{
    ASSERT_EQ(0, attach());
    daemon.put_event(Bytes(24, 'e'));
    const Answer none("ioctl", Answer::failure(EINVAL));
    EXPECT_EQ(0, transport.unread_bytes());
}

TEST_F(Rings, give_the_bytes_that_came_before_the_end)
{
    ASSERT_EQ(0, attach());
    EXPECT_EQ(3, ::send(sockets[1], "abc", 3, 0));
    EXPECT_EQ(3, transport.read_bytes(5));
    EXPECT_EQ(2, ::send(sockets[1], "ab", 2, 0));
    hang_up();
    EXPECT_EQ(2, transport.read_bytes(5));
    EXPECT_EQ(-EPIPE, transport.read_bytes(1));
}

TEST_F(Rings, give_the_bytes_in_spite_of_a_signal)
{
    ASSERT_EQ(0, attach());
    EXPECT_EQ(1, ::send(sockets[1], "a", 1, 0));
    const Answer interrupted("recv", [times = 0]() mutable -> Answer::Given {
        errno = EINTR;
        return times++ == 0 ? Answer::Given(-1) : Answer::Given();
    });
    EXPECT_EQ(1, transport.read_bytes(1));
}

TEST_F(Rings, do_nothing_to_a_foreign_file_with_the_number_of_their_socket)
{
    ASSERT_EQ(0, attach());
    replace();
    const auto file = open_descriptors().at(sockets[0]);
    EXPECT_EQ(-ENOTCONN, transport.read_bytes(1));
    EXPECT_EQ(-ENOTCONN, transport.read_bytes(2));
    EXPECT_EQ(-ENOTCONN, transport.unread_bytes());
    EXPECT_EQ(-ENOTCONN, send());
    EXPECT_EQ(-ENOTCONN, peek());
    pollfd set[kMaxPollFds];
    EXPECT_EQ(0U, transport.poll_set(set));
    EXPECT_EQ(POLLHUP, transport.poll_now());
    transport.wake();
    transport.disconnect_in_child();
    transport.release_in_child();
    EXPECT_EQ(-EPROTO, transport.fail("event ring"));
    EXPECT_EQ(file, open_descriptors().at(sockets[0]));
    close_replaced();
}

TEST_F(Rings, are_left_alone_in_a_child_that_closes_its_socket)
{
    ASSERT_EQ(0, attach());
    EXPECT_EQ(0, in_child([this] {
                  transport.release_in_child();
                  return ::fcntl(sockets[0], F_GETFD) == -1 ? 0 : 1;
              }));
    EXPECT_EQ(0, in_child([this] {
                  transport.disconnect_in_child();
                  transport.release_in_child();
                  return ::fcntl(sockets[0], F_GETFD) == -1 ? 0 : 1;
              }));
    EXPECT_EQ(0, transport.poll_now());
}

// The alias of a ring, part by part.
class Alias : public Rings {
protected:
    bool map() { return alias.map(offer.files, RingFiles::data_size(HandshakeReply::kMessageSize)); }
    RingAlias alias;
};

TEST_F(Alias, does_not_exist_if_any_of_its_mappings_fails)
{
    for (int others = 0; others < 5; ++others) {
        const Answer none("mmap", Answer::failure(ENOMEM), others);
        EXPECT_FALSE(map()) << others;
        EXPECT_EQ(1, none.calls());
    }
    for (const char* function : {"madvise", "mprotect", "open"}) {
        const Answer none(function, Answer::failure(EAGAIN));
        EXPECT_FALSE(map()) << function;
    }
    EXPECT_TRUE(map());
    alias.unmap();
}

TEST_F(Alias, has_its_pages_later_if_they_cannot_be_had_now)
{
    const Answer old("madvise", Answer::failure(EINVAL), 1);
    EXPECT_TRUE(map());
    alias.unmap();
}

TEST_F(Alias, keeps_an_event_also_with_kernels_that_do_not_copy_pages_when_asked)
{
    ASSERT_TRUE(map());
    std::memset(alias.at(8), 'a', 3 * 4096);
    {
        const Answer old("madvise", Answer::failure(EINVAL), 1);
        ASSERT_TRUE(alias.call_in(8, 3 * 4096));
        EXPECT_EQ(1, old.calls());
    }
    RingAlias other;
    ASSERT_TRUE(other.map(offer.files, RingFiles::data_size(HandshakeReply::kMessageSize)));
    std::memset(other.at(8), 'b', 3 * 4096);
    EXPECT_EQ(std::vector<char>(3 * 4096, 'a'),
              std::vector<char>(reinterpret_cast<char*>(alias.at(8)), reinterpret_cast<char*>(alias.at(8)) + 3 * 4096));
    alias.unmap();
    other.unmap();
}

TEST_F(Alias, can_be_called_in_again_after_a_failure)
{
    ASSERT_TRUE(map());
    {
        const Answer none("madvise", Answer::failure(ENOMEM));
        EXPECT_FALSE(alias.call_in(0, 100));
    }
    for (const int others : {0, 1}) {
        const Answer none("mremap", Answer::failure(ENOMEM), others);
        EXPECT_FALSE(alias.call_in(0, 100)) << others;
    }
    {
        const Answer none("madvise", Answer::failure(ENOMEM));
        EXPECT_FALSE(alias.call_in(0, 100));
    }
    EXPECT_TRUE(alias.call_in(0, 100));
    alias.unmap();
}

class FilesOfADaemon : public Rings {};

TEST_F(FilesOfADaemon, are_neither_opened_nor_found_without_a_descriptor)
{
    const Answer none("open", Answer::failure(EMFILE));
    struct stat status {};
    EXPECT_EQ(-1, offer.files.open_event_data(RingFiles::data_size(HandshakeReply::kMessageSize)));
    EXPECT_FALSE(offer.files.stat_data(Ring::event, status));
}

TEST_F(FilesOfADaemon, are_not_opened_if_they_cannot_be_looked_at)
{
    const Answer none("fstat", Answer::failure(EOVERFLOW));
    EXPECT_EQ(-1, offer.files.open_event_data(RingFiles::data_size(HandshakeReply::kMessageSize)));
}

} // namespace
