// SPDX-License-Identifier: BSD-3-Clause
#include "companion.hpp"

#include "process.hpp"

#include <cerrno>
#include <csignal>
#include <exception>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

namespace {

// Runs the body. The child exits after it, or sends the message of its exception.
[[noreturn]] void live(Line& line, const std::function<void(Line&)>& body)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
        body(line);
    } catch (const std::exception& error) {
        line.say(std::string("failed: ") + error.what());
        ::_exit(1);
    }
    ::_exit(0);
}

} // namespace

void Line::reset(int fd)
{
    if (fd_ != -1)
        ::close(fd_);
    fd_ = fd;
}

void Line::say(const std::string& text)
{
    const auto line = text + '\n';
    for (std::size_t sent = 0; sent < line.size();) {
        const auto some = ::send(fd_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (some == -1 && errno != EINTR)
            return; // the other end is closed
        sent += some > 0 ? static_cast<std::size_t>(some) : 0;
    }
}

std::optional<std::string> Line::hear(Duration limit)
{
    const auto end = Clock::now() + limit;
    for (;;) {
        if (const auto feed = heard_.find('\n'); feed != std::string::npos) {
            auto line = heard_.substr(0, feed);
            heard_.erase(0, feed + 1);
            return line;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
        pollfd item{fd_, POLLIN, 0};
        if (left <= 0 || ::poll(&item, 1, static_cast<int>(left)) == 0)
            return {};
        char buffer[4096];
        const auto size = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size == 0 || (size == -1 && errno != EINTR && errno != EAGAIN))
            return {};
        if (size > 0)
            heard_.append(buffer, static_cast<std::size_t>(size));
    }
}

Companion::Companion(const std::function<void(Line&)>& body)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        throw std::system_error(errno, std::generic_category(), "socketpair");
    pid_ = ::fork();
    if (pid_ == -1)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) {
        ::close(ends[0]);
        Line line(ends[1]);
        live(line, body);
    }
    ::close(ends[1]);
    line_.reset(ends[0]);
}

Companion::~Companion()
{
    if (pid_)
        kill();
}

std::string Companion::hear(Duration limit)
{
    auto line = line_.hear(limit);
    if (!line)
        throw std::runtime_error("the companion says nothing");
    return *line;
}

void Companion::stop()
{
    signal_child(pid_, SIGSTOP);
    if (!eventually([this] { return waits_in_state(pid_, WSTOPPED); }))
        throw std::runtime_error("the companion does not stop");
}

void Companion::resume()
{
    signal_child(pid_, SIGCONT);
}

void Companion::kill()
{
    signal_child(pid_, SIGKILL);
    wait();
}

int Companion::wait()
{
    int status = 0;
    if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; }))
        throw std::runtime_error("the companion does not end");
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace test
