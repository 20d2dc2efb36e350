// SPDX-License-Identifier: BSD-3-Clause
#include "other.hpp"

#include "player.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace differential {

namespace {

cmap_handle_t cmap = 0;
cpg_handle_t cpg = 0;
cpg_name joined{};
bool is_member = false; // by its last confchg event

bool came = false; // whether its own message has come

bool has_self(const cpg_address* list, std::size_t count)
{
    return std::any_of(list, list + count, [](const cpg_address& one) { return one.pid == unsigned(::getpid()); });
}

void deliver(cpg_handle_t, const cpg_name*, std::uint32_t, std::uint32_t pid, void*, std::size_t)
{
    came = came || pid == static_cast<std::uint32_t>(::getpid());
}

void confchg(cpg_handle_t, const cpg_name*, const cpg_address*, std::size_t, const cpg_address* left,
             std::size_t left_count, const cpg_address* arrived, std::size_t arrived_count)
{
    is_member = (is_member && !has_self(left, left_count)) || has_self(arrived, arrived_count);
}

// Waits until its own event has come, so that all that any process does from now on, on any node, comes after it.
template <class Done> cs_error_t await(Done done)
{
    cs_error_t error = CS_OK;
    while (error == CS_OK && !done())
        error = cpg_dispatch(cpg, CS_DISPATCH_ONE);
    return error;
}

// A handle can be in one group only, so this opens a new one.
cs_error_t join(int number)
{
    cpg_finalize(cpg);
    cpg_callbacks_t callbacks{deliver, confchg};
    cpg_initialize(&cpg, &callbacks);
    is_member = false;
    joined = {};
    const Name name = group(number);
    joined.length = static_cast<std::uint32_t>(name.length);
    std::memcpy(joined.value, name.text, name.length);
    cs_error_t error{};
    while ((error = cpg_join(cpg, &joined)) == CS_ERR_TRY_AGAIN)
        ;
    return error == CS_OK ? await([] { return is_member; }) : error;
}

cs_error_t leave()
{
    const auto error = cpg_leave(cpg, &joined);
    return error == CS_OK ? await([] { return !is_member; }) : error;
}

cs_error_t send(std::size_t size)
{
    iovec part{const_cast<char*>(pattern(7)), size};
    came = false;
    const auto error = cpg_mcast_joined(cpg, CPG_TYPE_AGREED, &part, 1);
    return error == CS_OK && is_member ? await([] { return came; }) : error;
}

cs_error_t obey(const std::string& command)
{
    std::istringstream words(command);
    std::string what;
    long first = 0, second = 0;
    words >> what >> first >> second;
    if (what == "join")
        return join(static_cast<int>(first));
    if (what == "leave")
        return leave();
    if (what == "send")
        return send(static_cast<std::size_t>(first));
    if (what == "set")
        return cmap_set_uint32(cmap, key(static_cast<int>(first)).text, static_cast<std::uint32_t>(second));
    ::_exit(0);
}

[[noreturn]] void live(int line)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (cmap_initialize(&cmap) != CS_OK || cpg_initialize(&cpg, nullptr) != CS_OK)
        ::_exit(1);
    char command[64] = "";
    do {
        const char answer = *command && obey(command) != CS_OK ? 'n' : 'k';
        if (::write(line, &answer, 1) != 1)
            ::_exit(1);
        std::memset(command, 0, sizeof command);
    } while (::read(line, command, sizeof command - 1) > 0);
    ::_exit(0);
}

} // namespace

Other::Other()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        throw std::runtime_error("socketpair");
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ends[0]);
        live(ends[1]);
    }
    ::close(ends[1]);
    line_ = ends[0];
    char answer = 0;
    if (::read(line_, &answer, 1) != 1)
        throw std::runtime_error("the other process finds no daemon");
}

Other::~Other()
{
    kill();
    ::close(line_);
}

bool Other::ask(const std::string& command)
{
    char answer = 0;
    return ::write(line_, command.data(), command.size()) > 0 && ::read(line_, &answer, 1) == 1 && answer == 'k';
}

void Other::kill()
{
    if (!pid_)
        return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

} // namespace differential
