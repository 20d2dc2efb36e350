// SPDX-License-Identifier: BSD-3-Clause
#include "connection.hpp"

#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace differential {

Connection::Connection(std::vector<std::string> command)
{
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) || ::pipe2(from, O_CLOEXEC))
        throw std::runtime_error("pipe2");
    std::vector<char*> words;
    for (auto& word : command)
        words.push_back(word.data());
    words.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(to[0], STDIN_FILENO);
        ::dup2(from[1], STDOUT_FILENO);
        ::execvp(words[0], words.data());
        ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    to_ = to[1];
    from_ = from[0];
}

Connection::~Connection()
{
    ::close(to_);
    ::close(from_);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Connection::ask(const Program& program)
{
    const auto text = to_text(program) + "run\n";
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t size = ::write(to_, text.data() + done, text.size() - done);
        if (size < 0)
            throw std::runtime_error("a side has ended");
        done += static_cast<std::size_t>(size);
    }
}

Transcript Connection::answer()
{
    Transcript lines;
    for (;;) {
        for (std::size_t end; (end = heard_.find('\n')) != std::string::npos;) {
            const auto line = heard_.substr(0, end);
            heard_.erase(0, end + 1);
            if (line == ".")
                return lines;
            lines.push_back(line);
        }
        char buffer[65536];
        const ssize_t size = ::read(from_, buffer, sizeof buffer);
        if (size <= 0) {
            int status = 0;
            ::waitpid(pid_, &status, WNOHANG);
            throw std::runtime_error(WIFEXITED(status) && WEXITSTATUS(status) == 77 ? "skipped" : "a side has ended");
        }
        heard_.append(buffer, static_cast<std::size_t>(size));
    }
}

} // namespace differential
