// SPDX-License-Identifier: BSD-3-Clause
// The reason that cs_client_reason() gives for each kind of failure. The same for every service.
#include "service.hpp"

#include "support/environment.hpp"
#include "support/full_shared_memory.hpp"
#include "support/process.hpp"
#include "support/sanitizers.hpp"
#include "support/thread.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <corosync/client.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

using namespace test;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr uid_t kImpostor = 65534;
constexpr std::size_t kHeaderSize = 24;

std::string reason()
{
    return cs_client_reason();
}

// The reason of an initialize that fails.
std::string reason_of_initialize()
{
    std::uint64_t handle = kUntouched;
    if (service().initialize(&handle) != CS_OK)
        return reason();
    service().finalize(handle);
    return "it did not fail";
}

FakeDaemon::Options faked(int refusal = 0, uid_t uid = 0)
{
    return {.service = kFaked.name, .answer = kFaked.answer, .refusal = refusal, .uid = uid};
}

const HandleCall& request_of(const std::vector<HandleCall>& calls)
{
    return *std::ranges::find(calls, HandleCall::request, &HandleCall::kind);
}

TEST(ReasonOfInitialize, is_that_no_daemon_listens)
{
    EXPECT_THAT(reason_of_initialize(), StartsWith("nobody listens on the socket '" + std::string(kFaked.name) + "'"));
}

TEST(ReasonOfInitialize, names_the_user_who_listens)
{
    if (!can_change_user())
        GTEST_SKIP() << "there are no other users here";
    const FakeDaemon daemon(faked(0, kImpostor));
    EXPECT_THAT(reason_of_initialize(), HasSubstr("listens on the socket runs as user 65534,"));
}

TEST(ReasonOfInitialize, is_that_the_daemon_does_not_allow_the_user)
{
    const FakeDaemon daemon(faked(-EACCES));
    EXPECT_THAT(reason_of_initialize(), StartsWith("the daemon does not allow this user and group to connect"));
}

TEST(ReasonOfInitialize, is_the_errno_that_the_daemon_sends)
{
    const FakeDaemon daemon(faked(-EROFS));
    EXPECT_THAT(reason_of_initialize(), HasSubstr(" with errno 30"));
}

TEST(ReasonOfInitialize, is_that_shared_memory_is_full)
{
    const ServingDaemon daemon;
    if (transport() == Transport::socket)
        return; // sockets need nothing there
    // The daemon may still be freeing the memory of an earlier connection.
    EXPECT_TRUE(eventually([] {
        const FullSharedMemory full;
        return reason_of_initialize().starts_with("the daemon could not make the rings: /dev/shm has ");
    })) << cs_client_reason();
}

TEST(ReasonOfInitialize, is_that_the_rings_cannot_be_seen_here)
{
    const ServingDaemon daemon;
    if (transport() != Transport::ring)
        return;
    EXPECT_EQ(0, in_child([] {
                  if (::unshare(CLONE_NEWNS) != 0 || ::mount("tmpfs", "/dev/shm", "tmpfs", 0, nullptr) != 0)
                      return 2;
                  return reason_of_initialize().starts_with("the daemon's ring files are not in this /dev/shm") ? 0 : 1;
              }));
}

TEST(ReasonOfInitialize, is_the_limit_of_descriptors)
{
    const ServingDaemon daemon;
    EXPECT_EQ(0, in_child([] {
                  const rlimit none{3, 3};
                  ::closefrom(3);
                  ::setrlimit(RLIMIT_NOFILE, &none);
                  return reason_of_initialize().starts_with("no file descriptor is free: the limit of the process is 3")
                             ? 0
                             : 1;
              }));
}

TEST(ReasonOfInitialize, is_the_limit_of_memory)
{
    if (kSanitized)
        GTEST_SKIP() << "a sanitizer needs more address space than any limit";
    const ServingDaemon daemon;
    if (transport() == Transport::socket)
        return; // sockets need almost no memory
    EXPECT_EQ(0, in_child([] {
                  Handle{};
                  const rlimit limit{1 << 20, RLIM_INFINITY};
                  ::setrlimit(RLIMIT_AS, &limit);
                  return reason_of_initialize().starts_with("there is no memory: the limits are 1048576 bytes") ? 0 : 1;
              }));
}

TEST(ReasonOfInitialize, is_that_the_daemon_accepts_nobody)
{
    ServingDaemon daemon;
    const Freeze frozen(daemon);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path + 1, service().name);
    std::vector<int> waiting;
    do
        waiting.push_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    while (::connect(waiting.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    EXPECT_EQ(EAGAIN, errno);
    EXPECT_THAT(reason_of_initialize(), StartsWith("the daemon has not accepted connections for so long"));
    for (const int socket : waiting)
        ::close(socket);
}

TEST(ReasonOfInitialize, is_the_time_limit)
{
    ServingDaemon daemon;
    const Freeze frozen(daemon);
    const Variable limit("COROSYNC_CLIENT_CONNECT_MS", "20");
    EXPECT_THAT(reason_of_initialize(), StartsWith("the daemon did not answer within 20 ms"));
}

TEST(ReasonOfInitialize, is_a_signal)
{
    ServingDaemon daemon;
    const Freeze frozen(daemon);
    EXPECT_EQ(0, in_child([] {
                  ::signal(SIGALRM, [](int) {});
                  const itimerval often{{0, 50'000}, {0, 50'000}};
                  ::setitimer(ITIMER_REAL, &often, nullptr);
                  return reason_of_initialize().starts_with("a signal ended the wait for the daemon") ? 0 : 1;
              }));
}

class Reason : public FakedServiceTest {
protected:
    // The reason after the client's first request fails.
    std::string of_request() const
    {
        const auto calls = client->calls();
        EXPECT_NE(CS_OK, request_of(calls).call(client->handle()));
        return reason();
    }
    std::string of_dispatch(cs_dispatch_flags_t flag = CS_DISPATCH_ONE) const
    {
        EXPECT_NE(CS_OK, client->dispatch(flag));
        return reason();
    }
};

TEST_F(Reason, is_empty_in_a_thread_that_has_not_failed)
{
    EXPECT_NE("", of_dispatch(CS_DISPATCH_ONE_NONBLOCKING));
    EXPECT_EQ("", Background([] { return reason(); }).result());
}

TEST_F(Reason, stays_when_a_call_succeeds)
{
    const auto before = of_dispatch(CS_DISPATCH_ONE_NONBLOCKING);
    expect_usable();
    EXPECT_EQ(before, reason());
}

TEST_F(Reason, is_that_no_event_waits)
{
    EXPECT_THAT(of_dispatch(CS_DISPATCH_ONE_NONBLOCKING), StartsWith("no event waits;"));
}

TEST_F(Reason, is_an_invalid_argument)
{
    EXPECT_EQ(CS_ERR_INVALID_PARAM, service().dispatch(client->handle(), static_cast<cs_dispatch_flags_t>(7)));
    EXPECT_THAT(reason(), StartsWith("an argument is not valid;"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, service().fd_get(client->handle(), nullptr));
    EXPECT_THAT(reason(), StartsWith("an argument is not valid;"));
    EXPECT_EQ(CS_ERR_INVALID_PARAM, service().initialize(nullptr));
    EXPECT_THAT(reason(), StartsWith("an argument is not valid;"));
}

TEST_F(Reason, is_an_invalid_handle_for_every_function)
{
    constexpr std::uint64_t kNotOpen = 0x1234500000007;
    std::string others;
    for (const auto& call : client->calls()) {
        EXPECT_EQ(CS_ERR_INVALID_PARAM, service().fd_get(client->handle(), nullptr));
        if (call.call(kNotOpen) == CS_ERR_BAD_HANDLE)
            EXPECT_THAT(reason(), StartsWith("the handle is not open in this library;")) << call.name;
        else
            others += std::string(call.name) + " ";
    }
    EXPECT_TRUE(others.empty() || others == "iteration_next ") << others; // it takes the handle of an iteration
}

TEST_F(Reason, is_that_the_daemon_has_ended_and_how_many_events_are_left)
{
    const auto ended = "the daemon (process " + std::to_string(daemon.pid()) + ") has ended, and ";
    const auto left = transport() == Transport::ring ? "3 of its events were in the ring when this was noticed;" : "";
    daemon.now(numbered(1, 3));
    daemon.kill();
    EXPECT_THAT(of_request(), StartsWith(ended + left));
    EXPECT_EQ(CS_ERR_LIBRARY, client->dispatch(CS_DISPATCH_ALL));
    EXPECT_THAT(reason(), StartsWith(ended + left));
}

TEST_F(Reason, is_that_the_daemon_has_ended_even_if_it_is_a_zombie)
{
    const auto ended = "the daemon (process " + std::to_string(daemon.pid()) + ") has ended, and ";
    daemon.on_next_request({die()});
    EXPECT_TRUE(eventually([&] { return of_request().starts_with(ended); })) << reason();
}

// In another process namespace the daemon's process id is unknown.
TEST_F(Reason, is_that_the_daemon_in_another_process_namespace_is_gone)
{
    daemon.on_next_request({die()});
    EXPECT_EQ(0, in_child([&] {
                  if (::unshare(CLONE_NEWPID) != 0)
                      return 2;
                  return in_child([&] {
                      std::uint64_t handle = kUntouched;
                      if (service().initialize(&handle) != CS_OK)
                          return 3;
                      request_of(service().calls()).call(handle);
                      const auto words = reason();
                      service().finalize(handle);
                      return words.starts_with("the daemon, in another process namespace, is gone, and ") ? 0 : 1;
                  });
              }));
}

TEST_F(Reason, is_that_the_daemon_has_closed_the_connection)
{
    daemon.now({hang_up()});
    EXPECT_THAT(of_dispatch(CS_DISPATCH_ONE),
                HasSubstr(") closed the connection and had not ended when this was noticed, with "));
    EXPECT_THAT(of_request(), HasSubstr(") closed the connection and had not ended when this was noticed, with "));
}

TEST_F(Reason, is_that_the_program_has_closed_the_descriptor)
{
    if (transport() != Transport::ring)
        return; // libqb says that the daemon has hung up
    const int fd = client->fd();
    const int saved = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
    ::close(fd);
    EXPECT_THAT(of_request(), StartsWith("the program has closed the handle's descriptor;"));
    EXPECT_THAT(of_dispatch(), StartsWith("the program has closed the handle's descriptor;"));
    ::dup2(saved, fd);
    ::close(saved);
}

// Here finalize finds the descriptor closed, and notes that as a reason.
TEST_F(Reason, of_an_earlier_call_is_not_kept_for_a_later_one)
{
    if (transport() != Transport::ring)
        return;
    const std::function<cs_error_t(std::uint64_t)> calls[] = {
        [](std::uint64_t handle) { return service().dispatch(handle, CS_DISPATCH_ALL); },
        [](std::uint64_t handle) { return service().fd_get(handle, nullptr); },
        [](std::uint64_t handle) { return service().finalize(handle); },
        [](std::uint64_t) { return service().initialize(nullptr); }};
    for (const auto& call : calls) {
        const auto own = kFaked.connect(daemon);
        const auto handle = own->handle();
        Background waiting([&] { return own->dispatch(CS_DISPATCH_BLOCKING); });
        EXPECT_TRUE(waiting.thread().falls_asleep());
        const int fd = own->fd();
        const int saved = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
        ::syscall(SYS_close, fd); // races with dispatch on purpose; ThreadSanitizer must not see it
        EXPECT_EQ(service().finalize_asks ? CS_ERR_LIBRARY : CS_OK, own->finalize());
        EXPECT_NE(CS_OK, call(handle));
        EXPECT_THAT(reason(), AnyOf(StartsWith("the handle is not open"), StartsWith("an argument is not valid")));
        ::shutdown(saved, SHUT_RDWR);
        EXPECT_EQ(CS_ERR_BAD_HANDLE, waiting.result());
        ::close(saved);
    }
}

TEST_F(Reason, is_the_finalize_by_another_thread)
{
    Background waiting([&] {
        EXPECT_EQ(CS_ERR_BAD_HANDLE, client->dispatch(CS_DISPATCH_BLOCKING));
        return reason();
    });
    EXPECT_TRUE(waiting.thread().falls_asleep());
    client->finalize();
    EXPECT_THAT(waiting.result().value(), StartsWith("the handle was finalized during the call;"));
}

TEST_F(Reason, is_the_malformed_event)
{
    for (const auto& kind : client->kinds()) {
        daemon.now({event(kind.event.substr(0, kHeaderSize))});
        EXPECT_THAT(of_dispatch(), StartsWith("the daemon sent a malformed ")) << kind.name;
    }
}

TEST_F(Reason, is_the_malformed_reply)
{
    daemon.on_next_request({reply(header(99, kHeaderSize))});
    EXPECT_THAT(of_request(), StartsWith("the daemon sent a malformed reply: message id 99, 24 bytes;"));
}

TEST_F(Reason, is_the_error_that_the_daemon_replied)
{
    const auto answered = [&](cs_error_t error) {
        daemon.on_next_request({reply(header(0, kHeaderSize, error))});
        return of_request();
    };
    EXPECT_THAT(answered(CS_ERR_TRY_AGAIN), StartsWith("the daemon answered: not now"));
    EXPECT_THAT(answered(CS_ERR_ACCESS), StartsWith("the daemon does not allow this;"));
    EXPECT_THAT(answered(CS_ERR_NO_RESOURCES), StartsWith("the daemon answered with this error;"));
    EXPECT_THAT(answered(static_cast<cs_error_t>(35)), StartsWith("a value in the daemon's reply is not possible;"));
}

// During the fork another thread holds the lock, because it waits for a reply.
TEST_F(Reason, is_that_the_handle_belongs_to_the_parent)
{
    daemon.stop();
    const auto calls = client->calls();
    Background asking([&] { return request_of(calls).call(client->handle()); });
    EXPECT_TRUE(asking.thread().falls_asleep());
    EXPECT_EQ(0, in_child([&] {
                  request_of(calls).call(client->handle());
                  return reason().starts_with("the handle belongs to the process that forked this one") ? 0 : 1;
              }));
    daemon.resume();
    EXPECT_EQ(CS_OK, asking.result());
}

} // namespace
