// SPDX-License-Identifier: BSD-3-Clause
#include "raw_daemon.hpp"

#include "process.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

namespace {

// The child cannot catch exceptions.
void demand(bool good)
{
    if (!good)
        ::_exit(1);
}

int listen_in_abstract_namespace(const std::string& service)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    service.copy(address.sun_path + 1, sizeof address.sun_path - 1);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    demand(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    demand(::listen(listener, 16) == 0);
    return listener;
}

union Control {
    cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

void hand_over(int to, int descriptor)
{
    char nothing = 0;
    iovec part{&nothing, 1};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
    demand(::sendmsg(to, &message, MSG_NOSIGNAL) == 1);
}

// A descriptor that was passed over the socket, or -1 if there is none now.
int take_over(int from)
{
    char nothing = 0;
    iovec part{&nothing, 1};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    if (::recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
        return -1;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(&control.header), sizeof descriptor);
    return descriptor;
}

} // namespace

bool Visitor::read_request() const
{
    char request[24];
    return ::recv(socket_, request, sizeof request, MSG_WAITALL) == sizeof request;
}

void Visitor::send(const void* data, std::size_t size) const
{
    const auto* at = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t sent = ::send(socket_, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return; // the script ends for this visitor
        at += sent;
        size -= static_cast<std::size_t>(sent);
    }
}

void Visitor::hang_up() const
{
    ::shutdown(socket_, SHUT_RDWR);
}

void Visitor::await_cue() const
{
    char cue = 0;
    demand(::read(cues_, &cue, 1) == 1);
}

void Visitor::become(uid_t uid)
{
    demand(::setresuid(uid, uid, uid) == 0);
}

void RawDaemon::honest(const Visitor& visitor)
{
    if (visitor.read_request())
        visitor.send_offer();
}

RawDaemon::Script RawDaemon::with(const Lie& lie)
{
    return [lie](const Visitor& visitor) {
        Visitor bent = visitor;
        lie(bent.offer);
        honest(bent);
    };
}

RawDaemon::RawDaemon(std::vector<Script> scripts, const Options& options)
{
    for (std::size_t visitor = 0; visitor < options.visitors; ++visitor)
        ends_.emplace_back(options.service, options.message_size);
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, arrivals_) == 0, "socketpair");
    check(::pipe2(cues_, O_CLOEXEC) == 0, "pipe");
    pid_ = ::fork();
    check(pid_ != -1, "fork");
    if (pid_ == 0)
        serve(scripts, options.uid, options.service);
    ::close(std::exchange(arrivals_[1], -1));
    pollfd ready{arrivals_[0], POLLIN, 0};
    char byte = 0;
    if (::poll(&ready, 1, 10000) != 1 || ::recv(arrivals_[0], &byte, 1, MSG_DONTWAIT) != 1)
        throw std::runtime_error("the raw daemon cannot serve");
}

RawDaemon::~RawDaemon()
{
    kill();
    for (const int descriptor : {arrivals_[0], cues_[0], cues_[1]})
        ::close(descriptor);
}

void RawDaemon::serve(const std::vector<Script>& scripts, uid_t uid, const std::string& service) const
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(arrivals_[0]);
    ::close(cues_[1]);
    if (uid != ::getuid())
        Visitor::become(uid);
    const int listener = listen_in_abstract_namespace(service);
    demand(::send(arrivals_[1], "", 1, MSG_NOSIGNAL) == 1);
    for (std::size_t number = 0;; ++number) {
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        demand(socket >= 0);
        hand_over(arrivals_[1], socket);
        const bool expected = number < ends_.size();
        const Visitor visitor(socket, cues_[0], expected ? ends_[number].offer() : HandshakeReply::refusal(-EMFILE));
        (expected ? scripts[std::min(number, scripts.size() - 1)] : honest)(visitor);
        ::close(socket);
    }
}

void RawDaemon::collect()
{
    for (int socket = take_over(arrivals_[0]); socket != -1; socket = take_over(arrivals_[0])) {
        if (visits_ < ends_.size())
            ends_[visits_].socket_ = socket;
        else
            ::close(socket);
        ++visits_;
    }
}

std::size_t RawDaemon::visits()
{
    collect();
    return visits_;
}

bool RawDaemon::visited(std::size_t times)
{
    eventually([&] { return visits() >= times; });
    std::this_thread::sleep_for(20ms);
    return visits() == times;
}

DaemonEnd& RawDaemon::end(std::size_t visitor)
{
    if (!eventually([&] { return visits() > visitor; }))
        throw std::runtime_error("nobody has come");
    return ends_.at(visitor);
}

void RawDaemon::cue() const
{
    check(::write(cues_[1], "", 1) == 1, "write");
}

void RawDaemon::kill()
{
    if (pid_ == 0)
        return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, 0), nullptr, 0);
    collect();
    for (DaemonEnd& end : ends_)
        end.hang_up();
}

} // namespace test
