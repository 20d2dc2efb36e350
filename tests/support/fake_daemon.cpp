// SPDX-License-Identifier: BSD-3-Clause
#include "fake_daemon.hpp"

#include "eventually.hpp"
#include "fake_service.hpp"
#include "process.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

FakeDaemon::FakeDaemon(const Options& options)
{
    std::array<int, 2> pair{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0, "socketpair");
    pid_ = ::fork();
    check(pid_ != -1, "fork");
    if (pid_ == 0) {
        ::close(pair[0]);
        run_fake_service(options, pair[1]);
    }
    ::close(pair[1]);
    control_ = pair[0];
    Bytes ready;
    if (!receive_frame(control_, ready))
        throw std::runtime_error("the fake daemon cannot serve");
}

FakeDaemon::~FakeDaemon()
{
    if (pid_ != 0) {
        // The child removes the files of connections that were closed just now. If it were killed before, it would
        // leave them.
        resume();
        eventually(1s, [this] { return clients() == 0; });
        kill();
    }
    ::close(control_);
}

void FakeDaemon::on_next_request(const Steps& steps)
{
    ask(Command::on_next_request, steps);
}

std::uint32_t FakeDaemon::now(const Steps& steps)
{
    return ask(Command::now, steps).value;
}

Bytes FakeDaemon::last_request()
{
    return ask(Command::last_request).bytes;
}

std::uint32_t FakeDaemon::requests()
{
    return ask(Command::requests).value;
}

std::uint32_t FakeDaemon::clients()
{
    return ask(Command::clients).value;
}

FakeDaemon::Report FakeDaemon::ask(Command command, const Steps& steps)
{
    Bytes frame;
    // No reply comes if the child dies of the command.
    if (!send_frame(control_, pack(command, steps)) || !receive_frame(control_, frame))
        return {};
    return {value_at<std::uint32_t>(frame, 0), frame.substr(sizeof(std::uint32_t))};
}

void FakeDaemon::kill()
{
    signal_child(pid_, SIGKILL);
    await_death();
}

void FakeDaemon::await_death()
{
    if (!eventually([this] { return ::waitpid(pid_, nullptr, WNOHANG) == pid_; }))
        throw std::runtime_error("the fake daemon does not end");
    pid_ = 0;
}

void FakeDaemon::stop()
{
    signal_child(pid_, SIGSTOP);
    siginfo_t info{};
    const auto stopped = [&] {
        return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WNOHANG) == 0 && info.si_pid == pid_;
    };
    if (!eventually(stopped))
        throw std::runtime_error("the fake daemon does not stop");
}

void FakeDaemon::resume()
{
    signal_child(pid_, SIGCONT);
}

} // namespace test
